"""What stands around a mail's words is listed and never opened, and only our own server's judgement is believed."""

from email.message import EmailMessage

from questions import envelope
from questions.envelope import Attachment

OURS = "mail.stadt.example; spf=pass smtp.mailfrom=x.example; dkim=fail (signature; was changed) header.d=x.example"
FORGED = "mail.stadt.example; dmarc=pass"


def mail(*results: str) -> bytes:
    lines = "".join(f"Authentication-Results: {each}\n" for each in results)
    return f"{lines}From: c@x.example\n\nWann?\n".encode()


def test_only_the_topmost_line_of_our_own_server_counts() -> None:
    found = envelope.of(mail("mx.elsewhere.example; spf=fail", OURS, FORGED), "mail.stadt.example")
    assert (found.checks, found.doubtful) == ([("spf", "pass"), ("dkim", "fail")], True)
    assert envelope.of(mail(FORGED)).checks == []
    assert envelope.of(mail(FORGED), "mail.stadt.example.org").checks == []


def test_attachments_are_listed() -> None:
    message = EmailMessage()
    message.set_content("Wann?")
    message.add_attachment(b"x" * 300, maintype="application", subtype="pdf", filename="Pläne\u202efdp.exe")
    found = envelope.of(message.as_bytes()).attachments
    assert [(each.name, each.kind, 300 < each.bytes < 500) for each in found] == [
        ("Plänefdp.exe", "application/pdf", True)
    ]
    assert isinstance(found[0], Attachment)


def test_what_cannot_be_read_holds_nothing() -> None:
    for raw in (b"", b"\xff\xfe\0", b"Content-Type: multipart/mixed; boundary=\n\n--\n"):
        assert envelope.of(raw, "x").attachments == []
