"""From a message to what a voice says: sentences of pieces, each in its language and with the name of its recording.

Pure functions: nothing here makes sound. Written and spoken differ: icons, links and the Dutch line under an official
statement are not said; times, days and numbers are in words; buttons only when the caller wants them as a short list.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from string import Formatter
from typing import Final
from zoneinfo import ZoneInfo

from bot.voice.cleaning import Segment, Voices, has_words, in_words, tidy, without_signs
from bot.voice.icons import name_of_icon
from bot.voice.moments import Piece, clock_pieces, day_pieces, piece_of
from bot.voice.numbers import MOST, number_words
from locales.glossary.reading import Glossary
from locales.rendering.catalog import Catalogs
from locales.rendering.dates import (
    ethiopian_hour,
    ethiopian_part,
    part_of_day,
    time_text,
)
from locales.rendering.message import VERBATIM, Body, Style, Text, Value
from locales.rendering.render import Rendered

_PARSE: Final = Formatter()
_PLACES: Final = frozenset({"place", "location"})


@dataclass(frozen=True, slots=True)
class Sentence:
    """What is said in one breath. `whole` names the recording of all of it, where its text is fixed: the catalog key,
    and the line's number behind it where a text has several."""

    pieces: tuple[Piece, ...]
    locale: str
    whole: str = ""

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The words for each voice in order, neighbours of one language together, all ready to be spoken."""
        return said_by([segment for piece in self.pieces for segment in piece.segments])


@dataclass(frozen=True, slots=True)
class Speech:
    """A message for a voice, in `locale`."""

    locale: str
    sentences: tuple[Sentence, ...]

    @property
    def segments(self) -> tuple[Segment, ...]:
        """All words in order, by voice."""
        return tuple(segment for sentence in self.sentences for segment in sentence.segments)


def said_by(segments: Sequence[Segment]) -> tuple[Segment, ...]:
    """Neighbours of one language joined, digits in words, and what has no words left out."""
    joined: list[Segment] = []
    for text, locale in segments:
        if joined and (joined[-1].locale == locale or not has_words(text)):
            joined[-1] = Segment(joined[-1].text + text, joined[-1].locale)
        else:
            joined.append(Segment(text, locale))
    said = (Segment(tidy(in_words(text, locale)), locale) for text, locale in joined)
    return tuple(segment for segment in said if has_words(segment.text))


class SpeechWriter:
    """Writes messages for a voice; `zone` is the wall time that people live by.

    `ethiopian_clock` makes the one for bodies whose times are told by that clock too.
    """

    def __init__(
        self, catalogs: Catalogs, zone: ZoneInfo, glossary: Glossary, *, ethiopian_clock: bool = False
    ) -> None:
        self._catalogs = catalogs
        self._zone = zone
        self._voices = Voices(glossary)
        self._by_both_clocks = None if ethiopian_clock else SpeechWriter(catalogs, zone, glossary, ethiopian_clock=True)

    def speech(self, body: Body, locale: str, *, with_choices: bool = False) -> Speech:
        """A message as it is said in one language.

        Raises:
            UnknownText: a defect of a catalog, as in locales.rendering.render.
        """
        if body.ethiopian_clock and self._by_both_clocks is not None:
            return self._by_both_clocks.speech(body, locale, with_choices=with_choices)
        sentences = [] if body.pressed is None else list(self._sentences(body.pressed, locale))
        sentences += [
            sentence
            for part in body.parts
            if part.style is not Style.DUTCH
            for sentence in self._sentences(part.text, locale)
        ]
        if with_choices:
            buttons = [button for row in body.buttons for button in row]
            sentences += [
                _choice(number, self._icon(one.icon, locale), self._pieces(one.label, locale), locale)
                for number, one in enumerate(buttons, start=1)
            ]
        return Speech(locale, tuple(sentence for sentence in sentences if sentence.segments))

    def read(self, rendered: Rendered, *, with_choices: bool = False) -> Speech:
        """A message of which only the rendered text is there; its names are told from the text, as well as can be."""
        sentences = [
            Sentence((Piece(self._voices.divided(line, block.locale)),), block.locale)
            for block in rendered.blocks
            if block.style not in (Style.DUTCH, Style.ANSWERS)
            for line in without_signs(block.text).split("\n")
        ]
        if with_choices:
            locale, labels = rendered.locale, [button.label for row in rendered.buttons for button in row]
            for number, label in enumerate(labels, start=1):
                words = (Piece(self._voices.divided(without_signs(label), locale)),)
                sentences.append(_choice(number, self._icon(label.partition(" ")[0], locale), words, locale))
        return Speech(rendered.locale, tuple(sentence for sentence in sentences if sentence.segments))

    def plain(self, text: str, locale: str) -> Speech:
        """A loose text in one language."""
        lines = without_signs(text).split("\n")
        sentences = (Sentence((Piece(self._voices.divided(line, locale)),), locale) for line in lines)
        return Speech(locale, tuple(sentence for sentence in sentences if sentence.segments))

    def _sentences(self, text: Text, locale: str) -> Iterator[Sentence]:
        """A paragraph's lines."""
        pieces, found_in = self._pieces(text, locale), self._found_in(text, locale)
        lines = list(_lines(pieces))
        fixed = not text.params and text.count is None and text.key != VERBATIM
        fixed = fixed and not self._catalogs.is_own(text.key, found_in)
        for number, line in enumerate(lines, start=1):
            name = text.key if len(lines) == 1 else f"{text.key}.{number}"
            yield Sentence(line, found_in, name if fixed else "")

    def _icon(self, icon: str, locale: str) -> tuple[Piece, ...]:
        """What the picture on a button is called, said before its words; () where it has no name."""
        name = name_of_icon(icon)
        return (*self._pieces(name, locale), piece_of(", ", "", locale)) if name is not None else ()

    def _found_in(self, text: Text, locale: str) -> str:
        return locale if text.key == VERBATIM else self._catalogs.lookup(text.key, locale, text.count)[1]

    def _pieces(self, text: Text, locale: str) -> tuple[Piece, ...]:
        if text.key == VERBATIM:
            return (Piece(self._voices.of_somebody(without_signs(str(text.params["text"])), locale)),)
        template, found_in = self._catalogs.lookup(text.key, locale, text.count)
        params = text.params if text.count is None else {**text.params, "count": text.count}
        parsed = [(literal, name, spec or "") for literal, name, spec, _ in _PARSE.parse(template)]
        # Recordings are of the package's words.
        is_recorded = not self._catalogs.is_own(text.key, found_in)
        if is_recorded and text.count is not None and all(name in (None, "count") for _, name, _ in parsed):
            return self._counted(text, template, found_in)
        pieces: list[Piece] = []
        spoken = sum(has_words(without_signs(literal)) for literal, _, _ in parsed)
        at = 0
        for literal, name, spec in parsed:
            if literal:
                segments = self._voices.divided(without_signs(literal), found_in)
                at += has_words(literal_words := "".join(segment.text for segment in segments))
                numbered = f"{text.key}.{at}" if spoken > 1 else text.key
                pieces.append(Piece(segments, numbered if is_recorded and has_words(literal_words) else ""))
            if name is not None and name in params:
                pieces.extend(self._value(name, params[name], spec, found_in))
        if text.count is not None:
            pieces = [_of_count(piece, text) for piece in pieces]
        return tuple(pieces)

    def _counted(self, text: Text, template: str, locale: str) -> tuple[Piece, ...]:
        """A text with nothing but its count in it is one piece: noun and number change together."""
        filled = without_signs(template.replace("{count}", str(text.count)))
        return (Piece(self._voices.divided(filled, locale), f"{text.key}-{text.count}"),)

    def _value(self, name: str, value: Value, spec: str, locale: str) -> tuple[Piece, ...]:
        if isinstance(value, datetime):
            if spec in ("time", "clock"):
                return self._time(value, locale, with_part=spec == "time")
            return day_pieces(value.astimezone(self._zone).date(), spec or "day", locale)
        if isinstance(value, date):
            return day_pieces(value, spec, locale)
        if isinstance(value, Text):
            return self._pieces(value, locale)
        if isinstance(value, str):
            kind = "place" if name in _PLACES else "name"
            segments = self._voices.of_somebody(without_signs(value), locale)
            said = any(has_words(segment.text) for segment in segments)
            return (Piece(segments, f"{kind}-{slug(value)}" if said else "", of_somebody=True),)
        if isinstance(value, (int, float)):
            return (_number(value, spec, locale),)
        rest = Piece((Segment("\n" if spec == "lines" else ", ", locale),))
        pieces = [piece for text in value for piece in (*self._pieces(text, locale), rest)]
        return tuple(pieces[:-1])

    def _time(self, moment: datetime, locale: str, *, with_part: bool) -> tuple[Piece, ...]:
        """The clock in words, and the part of the day as it is written; then the same by the Ethiopian clock."""
        words, local = number_words(locale), moment.astimezone(self._zone)
        theirs = ethiopian_part(local.hour, locale) if self._by_both_clocks is None else ""
        clock = clock_pieces(time_text(moment, self._zone), local.hour, local.minute, words, locale)
        if with_part or theirs:
            form, part = words.part if words else ", {part}", part_of_day(moment, self._zone, locale)
            clock.append(piece_of(form.format(part=part), f"part-{local.hour // 6 + 1}", locale))
        if theirs:
            hour, minute = ethiopian_hour(local.hour), local.minute
            said = clock_pieces(f"{hour}:{minute:02}", hour, minute, words, locale)
            clock += [
                piece_of(" ", "", locale),
                *said,
                piece_of(f" {theirs},", f"theirs-{local.hour // 6 + 1}", locale),
            ]
        return tuple(clock)


def slug(text: str) -> str:
    """A file name for a place or a name: "Stadhuis, kamer 3" is "stadhuis-kamer-3"."""
    return re.sub(r"[^\w]+", "-", text.casefold()).strip("-_")


def _number(value: float, spec: str, locale: str) -> Piece:
    words = number_words(locale)
    if words is None or value < 0 or value > MOST:
        return piece_of(f"{value:g}", "", locale)
    if spec == "euro":
        return piece_of(words.euros(value), f"euro-{value:g}", locale)
    if not float(value).is_integer():
        return piece_of(f"{value:g}".replace(".", ","), "", locale)
    return piece_of(words.cardinal(int(value)), f"number-{int(value)}", locale)


def _of_count(piece: Piece, text: Text) -> Piece:
    """A counted text's own words are recorded for each count, because they change with it."""
    own = piece.name == text.key or piece.name.startswith(f"{text.key}.")
    return replace(piece, name=f"{piece.name}-{text.count}") if own else piece


def _choice(number: int, icon: tuple[Piece, ...], label: tuple[Piece, ...], locale: str) -> Sentence:
    return Sentence((_number(number, "", locale), piece_of(": ", "", locale), *icon, *label), locale)


def _lines(pieces: Sequence[Piece]) -> Iterator[tuple[Piece, ...]]:
    """The pieces of each line: a new line is a new breath."""
    line: list[Piece] = []
    for piece in pieces:
        parts = _split(piece)
        for part in parts[:-1]:
            yield (*line, part)
            line = []
        line.append(parts[-1])
    yield tuple(line)


def _split(piece: Piece) -> list[Piece]:
    """A piece at its line ends; its recording stays with the first part that has words."""
    lines: list[list[Segment]] = [[]]
    for text, locale in piece.segments:
        first, *others = text.split("\n")
        lines[-1].append(Segment(first, locale))
        lines.extend([Segment(other, locale)] for other in others)
    if len(lines) == 1:
        return [piece]
    with_words = [any(has_words(segment.text) for segment in line) for line in lines]
    named = with_words.index(True) if any(with_words) else 0
    # A recording says all lines at once: the parts after the first are of the same breath to it.
    return [
        replace(piece, segments=tuple(line), name=piece.name if at == named else "") for at, line in enumerate(lines)
    ]
