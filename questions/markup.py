"""HTML of a mail comes in, plain text goes out; quoted parts get "> " in front, as in plain mails.

Built on the standard library's forgiving parser: broken markup gives less structure, never an error.
"""

import re
from dataclasses import dataclass
from html.parser import HTMLParser

BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "body", "center", "dd", "div", "dl", "dt", "fieldset", "figure"}
    | {"footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "li", "main", "nav", "ol", "p"}
    | {"pre", "section", "table", "tr", "ul"}
)
SPACED = frozenset({"p", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "ul", "ol", "table"})
VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"}
)
SILENT = frozenset({"head", "script", "style", "template", "title"})
QUOTE_MARKS = ("gmail_quote", "moz-cite", "yahoo_quoted", "protonmail_quote", "tutanota_quote")
DEEPEST = 100
"""Open elements that are kept track of; deeper ones are read as if they lay side by side."""
UNCLOSED = re.compile(r"<(?=[^<>]*(?:<|\Z))")


@dataclass
class _Element:
    name: str
    quote: bool


def _tidy(html: str) -> str:
    """Without comments, and with "<" that opens no tag as text: on these the parser's time grows with the square."""
    parts, at = [], 0
    while (begin := html.find("<!--", at)) >= 0:
        parts.append(html[at:begin])
        end = html.find("-->", begin)
        at = len(html) if end < 0 else end + 3
    return UNCLOSED.sub("&lt;", "".join(parts) + html[at:])


class _Reader(HTMLParser):
    """Collects lines as (quote depth, text)."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[tuple[int, str]] = []
        self._open: list[_Element] = []
        self._line = ""
        self._margin = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self._break()
        elif tag in BLOCKS:
            self._end_line(tag in SPACED)
        elif tag in {"td", "th"} and self._line:
            self._line += " "
        if tag not in VOID and len(self._open) < DEEPEST:
            self._open.append(_Element(tag, _is_quote(tag, dict(attrs))))

    def handle_endtag(self, tag: str) -> None:
        if tag in BLOCKS:
            self._end_line(tag in SPACED)
        names = [element.name for element in self._open]
        if tag in names:
            del self._open[len(names) - 1 - names[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        names = {element.name for element in self._open}
        if names & SILENT:
            return
        if "pre" in names:
            first, *rest = data.split("\n")
            self._line += first
            for line in rest:
                self._break()
                self._line += line
            return
        text = data.replace("\xa0", " ") if data.strip(" \t\r\n\f\xa0") else " "
        words = " ".join(text.split())
        before = " " if text[:1].isspace() and self._line and not self._line.endswith(" ") else ""
        after = " " if words and text[-1:].isspace() else ""
        self._line += before + words + after

    def _break(self) -> None:
        self._put(self._line.rstrip())
        self._line = ""

    def _end_line(self, margin: bool) -> None:
        if self._line.strip():
            self._break()
            self._margin = False
        self._margin = self._margin or margin

    def _put(self, text: str) -> None:
        depth = sum(element.quote for element in self._open)
        if self._margin and self.lines and self.lines[-1][1]:
            self.lines.append((min(depth, self.lines[-1][0]), ""))
        self._margin = False
        self.lines.append((depth, text))

    def close(self) -> None:
        super().close()
        self._end_line(False)


def _is_quote(tag: str, attributes: dict[str, str | None]) -> bool:
    if tag == "blockquote":
        return True
    marks = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"
    return attributes.get("name") == "quote" or any(mark in marks for mark in QUOTE_MARKS)


def text_of(html: str) -> str:
    """The readable text; paragraphs keep an empty line between them, quotes begin with "> "."""
    reader = _Reader()
    reader.feed(_tidy(html))
    reader.close()
    lines = [f"> {text}".rstrip() if depth else text for depth, text in reader.lines]
    return "\n".join(lines).strip("\n")
