"""The bytes of a mail come in, an arrival goes out, whatever the bytes are.

What cannot be read becomes an arrival marked so, with its original: nothing is dropped, nothing raises.
The standard library's old policy (compat32) is used on purpose: the new one raises on real mails
(`unknown encoding`), the old one hands over what is there.
"""

import email
import email.errors
import hashlib
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime

from questions import automatic, forwarded, language, markup, quotes
from questions.forwarded import Forwarded
from questions.question import Channel, Contact, plain, shown_name
from questions.sources import Arrival

log = logging.getLogger(__name__)
ENOUGH_TEXT = 200_000
"""Characters of a body that are looked at; a question is shorter, and the original is kept whole."""
LONGEST_TEXT = 10_000
UNREADABLE_SHARE = 0.1
"""More replacement and control characters than this share of a body mean that it is no text."""
BROKEN = (email.errors.MessageError, LookupError, ValueError, TypeError, AttributeError, RecursionError, AssertionError)
"""What the standard library's mail parser raises on mails that break its assumptions."""
REPLACED = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "iso-8859-1": "cp1252",
    "us-ascii": "utf-8",
}
"""Names of character sets that senders use for a larger set (as web browsers read them)."""
KNOWN = frozenset({"from", "to", "subject", "date", "message-id", "received", "content-type", "mime-version"})
"""A file with none of these headers is the text of a mail and nothing else."""
RECIPIENTS = ("to", "cc", "delivered-to", "x-original-to", "envelope-to", "resent-to")


def read(raw: bytes, *, received_at: datetime) -> Arrival:
    """Understand a mail; `received_at` is when it came in, used when it has no readable date."""
    try:
        return _read(raw, received_at)
    except BROKEN as error:
        log.warning("a mail of %d bytes could not be read: %r", len(raw), error)
        return unreadable(raw, received_at=received_at)


def unreadable(raw: bytes, *, received_at: datetime) -> Arrival:
    """A mail of which nothing is known but its bytes."""
    return Arrival(
        channel=Channel.MAIL,
        message=hashlib.sha256(raw).hexdigest(),
        asked_at=received_at,
        unreadable=True,
        original=raw,
    )


def _read(raw: bytes, received_at: datetime) -> Arrival:
    message = email.message_from_bytes(raw)
    headers = headers_of(message)
    name, address = _sender(message)
    subject = " ".join(headers.get("subject", "").split())
    bare = not KNOWN & headers.keys()
    body = _bare_body(raw) if bare else body_of(message)
    own = quotes.own_words(body, answers=bare or "in-reply-to" in headers)[:LONGEST_TEXT]
    return Arrival(
        channel=Channel.MAIL,
        message=_key(raw, headers.get("message-id", "")),
        asked_at=_date(headers.get("date", ""), received_at),
        recipients=_recipients(message),
        subject=subject,
        text=quotes.public_words(own) or own or subject,
        original_text=own,
        language=language.of(own or subject),
        author=shown_name(name),
        contact=Contact(name=name, address=address) if address else None,
        unreadable=not own and (not subject or bool(message.defects) or message.is_multipart()),
        set_aside=automatic.reason(headers, message.get_content_type(), address),
        original=raw,
        forwarded=_enclosed(message, own) or forwarded.within(subject, body, answers="in-reply-to" in headers),
    )


def of_person(arrival: Arrival, inner: Forwarded) -> Arrival:
    """The mail within as if its writer had sent it; it stays the same message."""
    own = quotes.own_words(inner.body, answers=True)[:LONGEST_TEXT]
    return replace(
        arrival,
        subject=inner.subject,
        text=quotes.public_words(own) or own or inner.subject,
        original_text=own,
        language=language.of(own or inner.subject),
        author=shown_name(inner.name),
        contact=Contact(name=inner.name, address=inner.address) if inner.address else None,
        unreadable=False,
    )


def _enclosed(message: Message, note: str) -> Forwarded | None:
    """A mail that was forwarded as an attachment; a report that encloses the mail it is about is none."""
    if message.get_content_type() != "multipart/mixed":
        return None
    for part in message.get_payload():
        if isinstance(part, Message) and part.get_content_type() == "message/rfc822":
            held = part.get_payload()
            if isinstance(held, list) and held and isinstance(held[0], Message):
                name, address = _sender(held[0])
                subject = " ".join(headers_of(held[0]).get("subject", "").split())
                body = body_of(held[0])
                if (name or address) and body:
                    return Forwarded(name=name, address=address, subject=subject, body=body, note=note)
    return None


def _key(raw: bytes, message_id: str) -> str:
    """Message-ID and body: the same mail by two ways is one, two mails of a sender that reuses ids are two."""
    _, _, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    return hashlib.sha256(message_id.encode() + b"\0" + body if message_id else raw).hexdigest()


# Headers


def headers_of(message: Message) -> dict[str, str]:
    """Decoded headers by lower-case name; of several with one name the first."""
    headers: dict[str, str] = {}
    for name, value in message.raw_items():
        headers.setdefault(name.lower(), decoded(str(value)))
    return headers


def decoded(value: str) -> str:
    """A header as people read it: encoded words and bare 8-bit bytes become characters."""
    try:
        parts = decode_header(_bare_bytes(value))
    except (email.errors.HeaderParseError, ValueError):
        return plain(_bare_bytes(value))
    return plain("".join(part if isinstance(part, str) else _characters(part, charset) for part, charset in parts))


def _bare_bytes(value: str) -> str:
    """The parser keeps bytes that are no ASCII as surrogates; read them as UTF-8 or Windows-1252."""
    try:
        return _characters(value.encode("ascii", "surrogateescape"), "ascii")
    except UnicodeEncodeError:
        return value


def _addresses(message: Message, names: tuple[str, ...]) -> list[tuple[str, str]]:
    """Names and addresses; split before decoding, because an encoded name may hold a comma."""
    raw = [_bare_bytes(str(value)) for name, value in message.raw_items() if name.lower() in names]
    return [(decoded(name), address.strip()) for name, address in getaddresses(raw)]


def _sender(message: Message) -> tuple[str, str]:
    for names in (("from",), ("sender",)):
        for name, address in _addresses(message, names):
            if "@" in address:
                return name, plain(address)
    return "", ""


def _recipients(message: Message) -> tuple[str, ...]:
    return tuple(dict.fromkeys(plain(address) for _, address in _addresses(message, RECIPIENTS) if "@" in address))


def _date(text: str, received_at: datetime) -> datetime:
    """The mail's own date, never later than it came in."""
    try:
        sent = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return received_at
    try:
        sent = sent.replace(tzinfo=UTC) if sent.tzinfo is None else sent.astimezone(UTC)
    except OverflowError:
        return received_at
    return min(sent, received_at)


# Bodies


def body_of(message: Message) -> str:
    """The readable text of a mail: plain text before HTML, all inline parts, nothing attached or enclosed."""
    text = "\n".join(part for part in _texts(message) if part.strip())
    return plain(text[:ENOUGH_TEXT])


def _bare_body(raw: bytes) -> str:
    text = _characters(raw[: 4 * ENOUGH_TEXT], None)
    return plain(text[:ENOUGH_TEXT]) if _is_text(text) else ""


def _texts(part: Message) -> Iterator[str]:
    if part.get_content_disposition() == "attachment" or part.get_content_maintype() == "message":
        return
    if part.is_multipart():
        children = [child for child in part.get_payload() if isinstance(child, Message)]
        if part.get_content_subtype() == "alternative":
            yield _best(children)
            return
        for child in children:
            yield from _texts(child)
    elif part.get_content_maintype() == "text" or part.get("content-type") is None:
        yield _text(part)


def _best(alternatives: list[Message]) -> str:
    """Plain text if it says anything, else the richest form that does."""
    read = [(child.get_content_type() != "text/plain", "\n".join(_texts(child))) for child in alternatives]
    said = sorted((entry for entry in read if entry[1].strip()), key=lambda entry: entry[0])
    return said[0][1] if said else ""


def _text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else b""
    text = _characters(content[: 4 * ENOUGH_TEXT], part.get_content_charset())
    if not _is_text(text):
        return ""
    if part.get_content_type() == "text/html":
        return markup.text_of(text)
    if str(part.get_param("format", "")).casefold() == "flowed":
        return flowed(text, str(part.get_param("delsp", "")).casefold() == "yes")
    return text


def _characters(content: bytes, charset: str | None) -> str:
    """Bytes as text: in the named character set, else UTF-8, else Windows-1252 with a mark for what it lacks."""
    named = (charset or "utf-8").casefold()
    for name in (REPLACED.get(named, named), "utf-8"):
        try:
            return content.decode(name)
        except (LookupError, UnicodeError):
            continue
    return content.decode("cp1252", "replace")


def _is_text(text: str) -> bool:
    odd = sum(char == "\ufffd" or (ord(char) < 32 and char not in "\t\n\r\f\x1b") for char in text)
    return odd <= len(text) * UNREADABLE_SHARE


def flowed(text: str, without_space: bool = False) -> str:
    """Join lines that end in a space with the next one of the same depth (RFC 3676)."""
    lines: list[str] = []
    open_depth: int | None = None
    for line in text.splitlines():
        depth = len(line) - len(line.lstrip(">"))
        content = line[depth:].removeprefix(" ")
        goes_on = content.endswith(" ") and content != "-- "
        joined = content[:-1] if goes_on and without_space else content
        if open_depth == depth and content != "-- ":
            lines[-1] += joined
        else:
            lines.append(f"{'>' * depth} {joined}" if depth else joined)
        open_depth = depth if goes_on else None
    return "\n".join(lines)
