"""Turns a message and a locale into what is shown: blocks of text, button labels, direction."""

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from locales.bidi import has_rtl, isolate
from locales.catalog import Catalogs
from locales.formats import fill
from locales.languages import LANGUAGES, SOURCE, Direction
from locales.message import VERBATIM, Body, Style, Text


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, in its language."""

    text: str
    style: Style
    locale: str


@dataclass(frozen=True, slots=True)
class RenderedButton:
    """A choice as it is shown; `label` has its icon."""

    label: str
    intent: str
    url: str


@dataclass(frozen=True, slots=True)
class File:
    """A file that goes with a message."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that says what a message says, and `alt`, the same in words for who cannot see it."""

    file: File
    alt: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message in one language, for any channel.

    `brief` says it in short, without what others should not read; empty where nobody needs it. `calendar` is the
    invitation for channels that carry one, `about` names what the message is about ("appointment:12"), so that what
    belongs together stands together. `picture` and `voice` say the same to who does not read; `hear` is the intent of
    the button that asks for the sound (🔊), where there is none yet.
    """

    locale: str
    direction: Direction
    blocks: tuple[Block, ...]
    buttons: tuple[tuple[RenderedButton, ...], ...]
    file: File | None = None
    brief: tuple[Block, ...] = ()
    calendar: File | None = None
    about: str = ""
    picture: Picture | None = None
    voice: File | None = None
    # Different for each message: two that say the same are the same.
    hear: str = field(default="", compare=False)

    @property
    def text(self) -> str:
        """All blocks as plain text, a line between them where they stand apart."""
        return "\n".join(block.text for block in self.blocks)

    @property
    def numbered(self) -> bool:
        """Whether the buttons stand in the text as numbered answers (reminders.degrade)."""
        return any(block.style is Style.ANSWERS for block in self.blocks)


class Renderer:
    """Renders messages from the catalogs; `zone` is the wall time that people live by."""

    def __init__(self, catalogs: Catalogs, zone: ZoneInfo) -> None:
        self.catalogs = catalogs
        self.zone = zone
        # Most texts have nothing to fill in and are said thousands of times a second.
        self._bare: dict[tuple[str, str], str] = {}

    def say(self, text: Text, locale: str) -> str:
        """One text in one locale (or the first of its fallbacks that has it, whole: never a mixed sentence).

        Raises:
            UnknownText, BadTemplate: defects of a catalog.
        """
        if text.key == VERBATIM:
            return str(text.params["text"])
        bare = not text.params and text.count is None
        if bare and (said := self._bare.get((text.key, locale))) is not None:
            return said
        template, found_in = self.catalogs.lookup(text.key, locale, text.count)
        params = text.params if text.count is None else {**text.params, "count": text.count}
        said = fill(template, params, locale=found_in, zone=self.zone, say=lambda inner: self.say(inner, found_in))
        if bare and self.catalogs.is_fixed(text.key):
            self._bare[text.key, locale] = said
        return said

    def _language_of(self, text: Text, locale: str) -> str:
        """The language that a paragraph is really in, which is another where a text falls back."""
        return locale if text.key == VERBATIM else self.catalogs.lookup(text.key, locale, text.count)[1]

    def _paragraph(self, text: Text, locale: str) -> str:
        said = self.say(text, locale)
        if text.key == VERBATIM and has_rtl(said) is not (LANGUAGES[locale].direction is Direction.RTL):
            # Said in another language on purpose ("shall I go on in Arabic?"): it keeps its own order.
            return isolate(said)
        return said

    def render(self, body: Body, locale: str) -> Rendered:
        """A whole message; official statements get the simple Dutch under them."""
        blocks: list[Block] = []
        for part in body.parts:
            found_in = self._language_of(part.text, locale)
            blocks.append(Block(self._paragraph(part.text, locale), part.style, found_in))
            if part.style is Style.OFFICIAL and found_in != SOURCE:
                blocks.append(Block(self.say(part.text, SOURCE), Style.DUTCH, SOURCE))
        buttons = tuple(
            tuple(RenderedButton(f"{b.icon} {self.say(b.label, locale)}".strip(), b.intent, b.url) for b in row)
            for row in body.buttons
        )
        return Rendered(locale, LANGUAGES[locale].direction, tuple(blocks), buttons)
