"""HTML of mails becomes lines."""

import time

import pytest

from questions.markup import text_of


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Eins</p><p>Zwei</p>", "Eins\n\nZwei"),
        ("<div>Eins<br>\nZwei</div><div>Drei</div>", "Eins\nZwei\nDrei"),
        ("a&nbsp;&amp;&nbsp;b <b>fett</b>,  weiter", "a & b fett, weiter"),
        ("<style>p{}</style><title>x</title>Text<script>1</script>", "Text"),
        ("Neu<blockquote>Alt<br>er</blockquote>danach", "Neu\n\n> Alt\n> er\n\ndanach"),
        ('Neu<div name="quote">Alt</div>', "Neu\n> Alt"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("</div></p>kaputt</span><b>", "kaputt"),
        ("", ""),
    ],
)
def test_text_of(html: str, text: str) -> None:
    assert text_of(html) == text


def test_a_comment_and_a_lone_bracket_are_no_markup() -> None:
    assert text_of("<!--[if mso]><p>x</p><![endif]-->a < b") == "a < b"


@pytest.mark.parametrize(
    "html", ["<div>x" * 20_000, "<" * 200_000, "<a " * 50_000, "<!--" * 50_000, "<blockquote>" * 200 + "x<br>" * 20_000]
)
def test_hostile_markup_is_read_in_bounded_time(html: str) -> None:
    began = time.monotonic()
    text_of(html)
    assert time.monotonic() - began < 5  # under 0.5 s alone; what grows with the square takes minutes
