"""Turns a message and a locale into what is shown: blocks of text, button labels, direction."""

from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple
from zoneinfo import ZoneInfo

from locales.rendering.bidi import has_rtl, isolate
from locales.rendering.catalog import OFTEN_COUNTED, Catalogs
from locales.rendering.formats import Pieces, Writer
from locales.rendering.languages import LANGUAGES, SOURCE, Direction
from locales.rendering.message import VERBATIM, Body, Button, Part, Style, Text


class Block(NamedTuple):
    """One paragraph, in its language."""

    text: str
    style: Style
    locale: str


class RenderedButton(NamedTuple):
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
    the button that asks for the sound (🔊), where there is none yet. `body` is what it was made from, for a channel
    that speaks instead of showing: names and times are known as such there.
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
    body: Body | None = field(default=None, compare=False, repr=False)

    @property
    def text(self) -> str:
        """All blocks as plain text, a line between them where they stand apart."""
        return "\n".join(block.text for block in self.blocks)

    @property
    def numbered(self) -> bool:
        """Whether the buttons stand in the text as numbered answers (reminders.delivery.degrade)."""
        return any(block.style is Style.ANSWERS for block in self.blocks)


class Renderer:
    """Renders messages from the catalogs; `zone` is the wall time that people live by.

    `ethiopian_clock` makes the one for readers who have times told by that clock too (see `by_clock`).
    """

    def __init__(self, catalogs: Catalogs, zone: ZoneInfo, *, ethiopian_clock: bool = False) -> None:
        self.catalogs = catalogs
        self.zone = zone
        self._writers = {
            locale: Writer(locale, zone, partial(self.say, locale=locale), ethiopian_clock=ethiopian_clock)
            for locale in LANGUAGES
        }
        self._by_both_clocks = None if ethiopian_clock else Renderer(catalogs, zone, ethiopian_clock=True)
        self._forget()
        catalogs.when_changed(self._forget)

    def _forget(self) -> None:
        """Begin anew with what was made of texts: most have nothing to fill in, and are said thousands of times a
        second. What is being made at this moment goes into the tables of before."""
        self._bare: dict[tuple[str, str], tuple[str, str]] = {}
        self._blocks: dict[tuple[str, Style, str], Block] = {}
        self._labels: dict[tuple[str, str, str], str] = {}
        self._taken_apart: dict[tuple[str, str, int | None], tuple[Writer, Pieces, str]] = {}

    def by_clock(self, *, ethiopian: bool) -> "Renderer":
        """The renderer for a reader who has times told by the Ethiopian clock too; or this one."""
        return self._by_both_clocks if ethiopian and self._by_both_clocks is not None else self

    def say(self, text: Text, locale: str) -> str:
        """One text in one locale (or the first of its fallbacks that has it, whole: never a mixed sentence).

        Raises:
            UnknownText, BadTemplate: defects of a catalog.
        """
        return self._said(text, locale)[0]

    def _said(self, text: Text, locale: str) -> tuple[str, str]:
        """The text, and the language that it is really in, which is another where it falls back."""
        key, params, count = text.key, text.params, text.count
        if key == VERBATIM:
            return str(params["text"]), locale
        bare, known = not params and count is None, self._bare
        if bare and (found := known.get((key, locale))) is not None:
            return found
        writer, template, found_in = self._taken_apart.get((key, locale, count)) or self._look_up(key, locale, count)
        said = writer.fill_pieces(template, params if count is None else {**params, "count": count})
        if bare and self.catalogs.is_fixed(key):
            known[key, locale] = said, found_in
        return said, found_in

    def _look_up(self, key: str, locale: str, count: int | None) -> tuple[Writer, Pieces, str]:
        """The template as its writer takes it, and the language that it is in."""
        known = self._taken_apart
        template, found_in = self.catalogs.lookup(key, locale, count)
        writer = self._writers[found_in]
        found = writer, writer.pieces(template), found_in
        # Larger counts are rare.
        if (count is None or 0 <= count < OFTEN_COUNTED) and self.catalogs.is_fixed(key):
            known[key, locale, count] = found
        return found

    def _block(self, part: Part, locale: str) -> Block:
        text, style = part
        known = self._blocks
        said, found_in = self._said(text, locale)
        if not text.params and text.count is None and self.catalogs.is_fixed(text.key):
            block = known[text.key, style, locale] = Block(said, style, found_in)
            return block
        if text.key == VERBATIM and has_rtl(said) is not (LANGUAGES[locale].direction is Direction.RTL):
            # Said in another language on purpose ("shall I go on in Arabic?"): it keeps its own order.
            said = isolate(said)
        return Block(said, style, found_in)

    def _label(self, button: Button, locale: str) -> str:
        """What stands on a button, with its icon."""
        text, _, icon, _ = button
        bare, known = not text.params and text.count is None, self._labels
        if bare and (found := known.get((text.key, icon, locale))) is not None:
            return found
        label = f"{icon} {self.say(text, locale)}".strip()
        if bare and self.catalogs.is_fixed(text.key):
            known[text.key, icon, locale] = label
        return label

    def render(self, body: Body, locale: str) -> Rendered:
        """A whole message; official statements get the simple Dutch under them."""
        if body.ethiopian_clock and self._by_both_clocks is not None:
            return self._by_both_clocks.render(body, locale)
        blocks: list[Block] = []
        for part in body.parts:
            text, style = part
            block = self._blocks.get((text.key, style, locale)) if not text.params and text.count is None else None
            if block is None:
                block = self._block(part, locale)
            blocks.append(block)
            if style is Style.OFFICIAL and block.locale != SOURCE:
                blocks.append(Block(self.say(text, SOURCE), Style.DUTCH, SOURCE))
        buttons = tuple(
            [
                tuple([RenderedButton(self._label(button, locale), button.intent, button.url) for button in row])
                for row in body.buttons
            ]
        )
        return Rendered(locale, LANGUAGES[locale].direction, tuple(blocks), buttons, body=body)
