"""The Bot API's HTML: text and entities out of markup, and a refusal for whatever the documentation does not allow.

Stricter than the real parser in one way: a bare `&` or `>`, an unknown entity such as `&nbsp;`, an unknown attribute
and a link without a usable address, which Telegram shows as they stand or drops without a word, are refused here.
Source: https://core.telegram.org/bots/api#html-style
"""

import re
from dataclasses import dataclass, field

from tests.botapi.errors import ApiError, Json, bad_request

_TAG = re.compile(
    r"<(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9-]*)(?P<attributes>(?:\s+[a-zA-Z_:-]+"
    r"(?:\s*=\s*(?:\"[^\"<>]*\"|'[^'<>]*'|[^\s\"'<>=]+))?)*)\s*>"
)
_ATTRIBUTE = re.compile(r"([a-zA-Z_:-]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'<>=]+)))?")
_REFERENCE = re.compile(r"&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|(lt|gt|amp|quot));")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_LINK = re.compile(r"(?:https?://[^\s/?#]*\.[^\s]+|tg://\S+)\Z", re.IGNORECASE)
_KINDS = {
    **dict.fromkeys(("b", "strong"), "bold"),
    **dict.fromkeys(("i", "em"), "italic"),
    **dict.fromkeys(("u", "ins"), "underline"),
    **dict.fromkeys(("s", "strike", "del"), "strikethrough"),
    **dict.fromkeys(("span", "tg-spoiler"), "spoiler"),
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
    "tg-time": "date_time",
}
_ATTRIBUTES = {
    "a": {"href"},
    "span": {"class"},
    "code": {"class"},
    "blockquote": {"expandable"},
    "tg-emoji": {"emoji-id"},
    "tg-time": {"unix", "format"},
}


@dataclass(frozen=True, slots=True)
class Formatted:
    """A text as people see it, with the entities the Bot API returns (offsets and lengths in UTF-16 units)."""

    text: str
    entities: tuple[Json, ...] = ()


@dataclass(slots=True)
class _Open:
    name: str
    offset: int
    details: Json = field(default_factory=dict)


def utf16_length(text: str) -> int:
    """The length in UTF-16 units, in which entity offsets are counted."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def parse_html(source: str) -> Formatted:
    """The text and entities of `source`; ApiError 400 "can't parse entities" with the byte offset of the fault."""
    return _Parser(source).parse()


class _Parser:
    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.text: list[str] = []
        self.length = 0
        self.open: list[_Open] = []
        self.entities: list[Json] = []

    def parse(self) -> Formatted:
        while self.at < len(self.source):
            char = self.source[self.at]
            if char == "<":
                self._tag()
            elif char == "&":
                self._reference()
            elif char == ">":
                raise self._fault('Character ">" must be escaped')
            else:
                self._plain()
        if self.open:
            raise self._fault(f'Can\'t find end tag corresponding to start tag "{self.open[-1].name}"')
        entities = sorted(self.entities, key=_first_longest)
        return Formatted("".join(self.text), tuple(entities))

    def _fault(self, reason: str) -> ApiError:
        offset = len(self.source[: self.at].encode("utf-8", "surrogatepass"))
        return bad_request(f"can't parse entities: {reason} at byte offset {offset}")

    def _say(self, text: str) -> None:
        self.text.append(text)
        self.length += utf16_length(text)

    def _plain(self) -> None:
        end = self.at
        while end < len(self.source) and self.source[end] not in "<>&":
            end += 1
        self._say(self.source[self.at : end])
        self.at = end

    def _reference(self) -> None:
        match = _REFERENCE.match(self.source, self.at)
        if match is None:
            raise self._fault('Character "&" must be escaped, or starts an unsupported entity')
        self._say(_dereference(match))
        self.at = match.end()

    def _tag(self) -> None:
        match = _TAG.match(self.source, self.at)
        if match is None:
            raise self._fault('Character "<" must be escaped, or starts an unfinished tag')
        name = match["name"].lower()
        if match["end"]:
            self._end(name)
        else:
            self._start(name, match["attributes"])
        self.at = match.end()

    def _start(self, name: str, attributes: str) -> None:
        if name not in _KINDS:
            raise self._fault(f'Unsupported start tag "{name}"')
        given = {
            found[1].lower(): _REFERENCE.sub(_dereference, found[2] or found[3] or found[4] or "")
            for found in _ATTRIBUTE.finditer(attributes)
        }
        unknown = sorted(given.keys() - _ATTRIBUTES.get(name, set()))
        if unknown:
            raise self._fault(f'Unsupported attribute "{unknown[0]}" of tag "{name}"')
        outer = [tag.name for tag in self.open]
        if name == "blockquote" and "blockquote" in outer:
            raise self._fault('Tag "blockquote" can\'t be nested')
        if "code" in outer or ("pre" in outer and (name != "code" or outer[-1] != "pre")):
            raise self._fault(f'Tag "{name}" can\'t be inside "{outer[-1]}"')
        self.open.append(_Open(name, self.length, self._details(name, given)))

    def _details(self, name: str, given: dict[str, str]) -> Json:
        if name == "span" and given.get("class") != "tg-spoiler":
            raise self._fault('Tag "span" must have class "tg-spoiler"')
        if name == "tg-emoji":
            if not given.get("emoji-id", "").isdigit():
                raise self._fault('Tag "tg-emoji" must have a numeric attribute "emoji-id"')
            return {"custom_emoji_id": given["emoji-id"]}
        if name == "tg-time":
            if not given.get("unix", "").isdigit():
                raise self._fault('Tag "tg-time" must have a numeric attribute "unix"')
            return {"unix_time": int(given["unix"]), "date_time_format": given.get("format", "")}
        if name == "a":
            if not _LINK.match(given.get("href", "")):
                raise self._fault('Tag "a" must have an attribute "href" with a http, https or tg address')
            return {"url": given["href"]}
        if name == "code" and "class" in given:
            if not (self.open and self.open[-1].name == "pre" and given["class"].startswith("language-")):
                raise self._fault('Attribute "class" of tag "code" must be a language inside "pre"')
            self.open[-1].details["language"] = given["class"].removeprefix("language-")
        return {"type": "expandable_blockquote"} if "expandable" in given else {}

    def _end(self, name: str) -> None:
        if not self.open:
            raise self._fault("Unexpected end tag")
        tag = self.open.pop()
        if tag.name != name:
            raise self._fault(f'Unmatched end tag, expected "</{tag.name}>", found "</{name}>"')
        nested_code = name == "code" and bool(self.open) and self.open[-1].name == "pre"
        if self.length > tag.offset and not nested_code:
            place: Json = {"type": _KINDS[name], "offset": tag.offset, "length": self.length - tag.offset}
            self.entities.append(place | tag.details)


def _dereference(match: re.Match[str]) -> str:
    decimal, hexadecimal, named = match.groups()
    if named is not None:
        return _NAMED[named]
    code = int(decimal) if decimal is not None else int(hexadecimal, 16)
    if code == 0 or code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        raise bad_request(f"can't parse entities: invalid character reference {match[0]}")
    return chr(code)


def _first_longest(entity: Json) -> tuple[int, int]:
    offset, length = entity["offset"], entity["length"]
    assert isinstance(offset, int)
    assert isinstance(length, int)
    return offset, -length
