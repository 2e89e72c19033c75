"""An HTML mail as lines: as a reader sees them, each with what the elements around it say of it.

Mail programs write HTML that is not closed, nested wrongly, or cut off: an element ends where a browser ends it, and
what is left open by a fault of the program hides nothing.
"""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

from bot.channels.email.replies.lines import OBJECT, MailLine, Mark

LARGEST: Final = 1_000_000
_DEEPEST: Final = 400
_VOID: Final = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr", "o:p"}
)
_IN_HEAD: Final = frozenset(
    {"title", "meta", "link", "style", "script", "base", "noscript", "template", "html", "head"}
)
_HIDDEN: Final = frozenset({"style", "script", "head", "title", "template", "noscript", "object", "svg", "select"})
_BREAKS: Final = frozenset(
    {"p", "div", "tr", "li", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "section",
     "article", "header", "footer", "center", "dl", "dt", "dd", "form", "fieldset", "address", "body"}
)  # fmt: skip
# Where an empty line is seen between two of them.
_PARAGRAPHS: Final = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "pre"})
_SIGNING: Final = ("signature",)
_CLOSED_BY: Final = {
    "p": frozenset({"p", *_BREAKS}),
    "li": frozenset({"li"}),
    "tr": frozenset({"tr"}),
    "td": frozenset({"td", "th", "tr"}),
    "th": frozenset({"td", "th", "tr"}),
}


@dataclass(slots=True, eq=False)
class _Element:
    tag: str
    # What it says of its own content; what says more around it counts first.
    mark: Mark
    hidden: bool
    # Ended only with the page: what was meant to stand in it cannot be told.
    unclosed: bool = False


@dataclass(slots=True)
class _Row:
    words: list[str] = field(default_factory=list)
    around: tuple[_Element, ...] = ()

    @property
    def mark(self) -> Mark:
        """What the elements around it say, the surest first."""
        marks = {element.mark for element in self.around if not element.unclosed}
        return next(
            (mark for mark in (Mark.QUOTED, Mark.SIGNATURE, Mark.BLOCK, Mark.INDENTED) if mark in marks), Mark.NONE
        )


def lines_of_page(html: str) -> list[MailLine]:
    """The lines of an HTML mail; a picture in it stands as OBJECT and its content id."""
    page = _Page()
    page.feed(html[:LARGEST])
    page.close()
    return page.lines()


class _Page(HTMLParser):
    """Keeps what a reader sees."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open: list[_Element] = []
        self._rows: list[_Row] = [_Row()]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins; some end others that were left open."""
        attributes = {name: value or "" for name, value in attrs}
        if tag == "body" or (tag not in _IN_HEAD and self._open and self._open[-1].tag == "head"):
            self._end("head")
        closed_by = _CLOSED_BY.get(self._open[-1].tag) if self._open else None
        if closed_by is not None and tag in closed_by:
            self._end(self._open[-1].tag)
        if tag == "br":
            self._break()
        elif tag == "hr":
            self._break()
            self._word("________")
            self._break()
        elif tag == "img":
            self._picture(attributes)
        if tag in _VOID or len(self._open) >= _DEEPEST:
            return
        hidden = tag in _HIDDEN or self._is_hidden() or _is_unseen(attributes)
        self._open.append(_Element(tag, _mark_of(tag, attributes), hidden))
        if tag in _BREAKS:
            self._new_line(paragraph=tag in _PARAGRAPHS)
        elif tag in ("td", "th"):
            self._word(" ")

    def handle_endtag(self, tag: str) -> None:
        """An element ends, and with it what was left open inside it."""
        if tag == "br":
            self._break()
        else:
            self._end(tag)

    def handle_data(self, data: str) -> None:
        """Words, wherever they stand."""
        if not data.strip():
            self._word(" ")
            return
        if self._open and self._open[-1].tag == "head":
            self._end("head")
        preformatted = any(element.tag == "pre" for element in self._open)
        for place, piece in enumerate(data.split("\n") if preformatted else [" ".join(data.split("\n"))]):
            if place:
                self._break()
            self._word(piece)

    def lines(self) -> list[MailLine]:
        """What was read."""
        for element in self._open:
            element.unclosed = True
        found: list[MailLine] = []
        for row in self._rows:
            text = " ".join("".join(row.words).replace("\xa0", " ").split())
            if text or (found and found[-1].text):
                found.append(MailLine(text, row.mark))
        while found and not found[-1].text:
            found.pop()
        return found

    def _end(self, tag: str) -> None:
        if not any(element.tag == tag for element in self._open):
            return
        while self._open:
            ended = self._open.pop()
            ended.unclosed = tag in ("body", "html") and ended.tag != tag
            if ended.tag in _BREAKS:
                self._new_line(paragraph=ended.tag in _PARAGRAPHS)
            if ended.tag == tag:
                return

    def _is_hidden(self) -> bool:
        return bool(self._open) and self._open[-1].hidden

    def _word(self, word: str) -> None:
        if self._is_hidden():
            return
        row = self._rows[-1]
        if word.strip():
            row.around = tuple(element for element in self._open if element.mark is not Mark.NONE)
        row.words.append(word)

    def _picture(self, attributes: dict[str, str]) -> None:
        source = attributes.get("src", "")
        if source.casefold().startswith("cid:") and not self._is_hidden():
            self._word(f"{OBJECT}{source[4:].strip()}{OBJECT}")

    def _break(self) -> None:
        if not self._is_hidden():
            self._rows.append(_Row())

    def _new_line(self, *, paragraph: bool) -> None:
        if not self._is_hidden() and any(word.strip() for word in self._rows[-1].words):
            self._rows += [_Row(), _Row()] if paragraph else [_Row()]


def _mark_of(tag: str, attributes: dict[str, str]) -> Mark:
    named = f"{attributes.get('class', '')} {attributes.get('id', '')}".casefold()
    if tag == "blockquote":
        if attributes.get("type", "").casefold() == "cite" or "cite" in attributes or "quote" in named:
            return Mark.QUOTED
        style = attributes.get("style", "").casefold().replace(" ", "").replace("border-left:none", "")
        indents = ("margin" in style or "padding" in style) and "border-left" not in style
        return Mark.INDENTED if indents else Mark.BLOCK
    return Mark.SIGNATURE if any(name in named for name in _SIGNING) else Mark.NONE


def _is_unseen(attributes: dict[str, str]) -> bool:
    style = attributes.get("style", "").casefold().replace(" ", "")
    return "display:none" in style or "hidden" in attributes
