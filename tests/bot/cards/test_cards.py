"""Cards: every kind in every language, small, the same for the same, mirrored where people read from the right."""

import asyncio
import io
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml
from babel.messages.pofile import read_po
from fontTools.ttLib import TTFont
from PIL import Image

import locales
from bot.cards.content import AppointmentCard, CardChange, PlanCard, PlanStep, WeekCard, WeekEntry
from bot.cards.drawing import Drawing
from bot.cards.pictograms import FOLDER, first_icon, pictogram
from bot.cards.renderer import CardFailed, CardRenderer, font_files
from bot.cards.samples import sample_cards
from locales.rendering.catalog import Catalogs
from locales.rendering.dates import date_text, day_text, month_text, other_day_text, weekday_text
from locales.rendering.languages import LANGUAGES, Direction
from locales.rendering.render import Renderer
from reminders.wording.absence import REASON_ICONS
from reminders.wording.appointment import KIND_ICONS
from storage.vocabulary import AppointmentKind

NOW = datetime(2026, 11, 25, 8, 30, tzinfo=UTC)
RENDERER = Renderer(Catalogs(), ZoneInfo("Europe/Amsterdam"))
DRAWING = Drawing(RENDERER)
CARDS = sample_cards(NOW)
MEETING = AppointmentCard(
    AppointmentKind.PROGRESS_MEETING, NOW, NOW + timedelta(hours=1), "Gemeentehuis", with_whom="Mevrouw Jansen"
)


@pytest.mark.parametrize(("locale", "theirs"), [("am", "3:30 ከጠዋቱ"), ("ti", "3:30 ናይ ንግሆ"), ("nl", "ochtend")])
async def test_who_counts_by_the_ethiopian_clock_sees_it(renderer: CardRenderer, locale: str, theirs: str) -> None:
    drawing = Drawing(RENDERER, ethiopian_clock=True)
    part = drawing.data(MEETING, locale)["part"]
    assert isinstance(part, dict)
    assert part["word"] == theirs
    ours = await renderer.picture(MEETING, locale)
    both = await renderer.picture(MEETING, locale, ethiopian_clock=True)
    assert theirs in both.alt
    assert (both.file.content == ours.file.content) is (locale == "nl")


@pytest.fixture
async def renderer() -> AsyncIterator[CardRenderer]:
    made = CardRenderer(RENDERER, workers=2)
    yield made
    await made.close()


def pixels(png: bytes) -> Image.Image:
    with Image.open(io.BytesIO(png)) as picture:
        return picture.convert("RGB")


@pytest.mark.parametrize("locale", LANGUAGES)
async def test_every_card_is_small_and_as_wide_as_a_telephone(renderer: CardRenderer, locale: str) -> None:
    pictures = await asyncio.gather(*(renderer.picture(card, locale) for card in CARDS.values()))
    for name, picture in zip(CARDS, pictures, strict=True):
        assert len(picture.file.content) < 60_000, name
        assert pixels(picture.file.content).width == 640, name
        assert picture.alt.strip(), name
    assert len({picture.file.content for picture in pictures}) == len(CARDS)


async def test_the_same_content_is_the_same_picture_in_any_process(renderer: CardRenderer) -> None:
    first = await renderer.picture(MEETING, "ti")
    other = CardRenderer(RENDERER, workers=1)
    try:
        assert (await other.picture(MEETING, "ti")).file.content == first.file.content
    finally:
        await other.close()


async def test_what_is_asked_for_at_once_is_drawn_once(renderer: CardRenderer, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []
    real = CardRenderer._draw

    def counted(self: CardRenderer, data: str) -> bytes:
        drawn.append(data)
        return real(self, data)

    monkeypatch.setattr(CardRenderer, "_draw", counted)
    await asyncio.gather(*(renderer.picture(MEETING, "ar") for _ in range(20)))
    await renderer.picture(MEETING, "ar")
    assert len(drawn) == 1


async def test_the_cache_is_bounded() -> None:
    renderer = CardRenderer(RENDERER, cache_bytes=50_000, workers=1)
    try:
        for number in range(6):
            await renderer.picture(replace(MEETING, starts_at=NOW + timedelta(minutes=number)), "nl")
            assert renderer.cached_bytes <= 50_000
    finally:
        await renderer.close()


async def test_others_go_on_while_cards_are_drawn(renderer: CardRenderer) -> None:
    cards = [replace(MEETING, starts_at=NOW + timedelta(minutes=number)) for number in range(12)]
    drawing = asyncio.gather(*(renderer.picture(card, "fa") for card in cards))
    turns = 0
    while not drawing.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > 100


async def test_a_closed_renderer_says_so() -> None:
    renderer = CardRenderer(RENDERER, workers=1)
    await renderer.close()
    with pytest.raises(CardFailed):
        await renderer.picture(MEETING, "nl")


def _reds(png: bytes) -> list[int]:
    """Where, from left to right, the head of the calendar leaf is."""
    picture = pixels(png)
    pixels_of_head = ((x, picture.getpixel((x, y))) for y in range(50, 130, 10) for x in range(picture.width))
    return [x for x, colour in pixels_of_head if isinstance(colour, tuple) and colour[0] > 150 and colour[1] < 60]


async def test_cards_run_from_the_right_where_people_read_so(renderer: CardRenderer) -> None:
    for locale, language in LANGUAGES.items():
        reds = _reds((await renderer.picture(MEETING, locale)).file.content)
        assert reds, locale
        leaf_is_left = sum(reds) / len(reds) < 320
        assert leaf_is_left is (language.direction is Direction.RTL), locale


@pytest.mark.parametrize(
    "text",
    [
        '#read("/etc/passwd")',
        "$x$ *bold* _it_ `raw` <label> @ref #panic()",
        "= Kop \\ #let x = 1",
        '"}, "kind": "plan"',
        "\u202eevil\u2066",
        "\x00\x07",
        "Ω漢字🧿",
        "W" * 400,
        "een heel lange straatnaam " * 20,
    ],
)
async def test_names_and_places_are_never_code(renderer: CardRenderer, text: str) -> None:
    picture = await renderer.picture(replace(MEETING, place=text, with_whom=text), "ar")
    assert len(picture.file.content) < 60_000
    plain = await renderer.picture(MEETING, "ar")
    # What is around it stays as it is: the same width, the same head.
    assert _reds(picture.file.content) == _reds(plain.file.content)


async def test_a_card_without_place_person_or_end_has_no_holes(renderer: CardRenderer) -> None:
    whole = pixels((await renderer.picture(MEETING, "nl")).file.content)
    bare = pixels((await renderer.picture(AppointmentCard(MEETING.kind, NOW), "nl")).file.content)
    assert bare.height < whole.height - 150


async def test_a_change_is_seen_without_words(renderer: CardRenderer) -> None:
    plain = pixels((await renderer.picture(MEETING, "nl")).file.content)
    cancelled = pixels((await renderer.picture(replace(MEETING, change=CardChange.CANCELLED), "nl")).file.content)
    moved_card = replace(MEETING, change=CardChange.MOVED, was=NOW - timedelta(days=1))
    moved = pixels((await renderer.picture(moved_card, "nl")).file.content)

    def red(picture: Image.Image) -> int:
        return sum(
            count
            for count, colour in picture.getcolors(1 << 24) or []
            if isinstance(colour, tuple) and colour[0] > 150 and max(colour[1:]) < 100
        )

    assert red(cancelled) > red(plain) + 20_000
    assert moved.height > plain.height + 60


@pytest.mark.parametrize(
    ("moment", "hour_hand", "minute_hand", "part"),
    [
        (datetime(2026, 11, 25, 9, 30, tzinfo=UTC), 10.5 / 12, 0.5, "1F305.svg"),
        (datetime(2026, 11, 25, 11, 0, tzinfo=UTC), 0.0, 0.0, "2600.svg"),
        (datetime(2026, 7, 1, 13, 15, tzinfo=UTC), 3.25 / 12, 0.25, "2600.svg"),
        (datetime(2026, 7, 1, 17, 45, tzinfo=UTC), 7.75 / 12, 0.75, "1F307.svg"),
        (datetime(2026, 7, 1, 22, 1, tzinfo=UTC), (1 / 60) / 12, 1 / 60, "1F319.svg"),
    ],
)
def test_the_clock_shows_the_wall_time(moment: datetime, hour_hand: float, minute_hand: float, part: str) -> None:
    data = DRAWING.data(replace(MEETING, starts_at=moment, ends_at=None), "nl")
    time = data["time"]
    assert isinstance(time, dict)
    assert time["hour_hand"] == pytest.approx(hour_hand)
    assert time["minute_hand"] == pytest.approx(minute_hand)
    assert data["part"] == {"picture": part, "word": data["part"]["word"]} if isinstance(data["part"], dict) else False


def test_the_words_say_what_the_picture_says() -> None:
    for locale in LANGUAGES:
        words = DRAWING.words(MEETING, locale)
        assert "09:30" in words
        assert day_text(date(2026, 11, 25), locale) in words
        assert "Gemeentehuis" in words
        assert "Mevrouw Jansen" in words


def test_a_week_has_its_days_and_the_weekend_where_something_is() -> None:
    monday = date(2026, 11, 23)
    lesson = WeekEntry(AppointmentKind.CLASS, datetime(2026, 11, 28, 9, 0, tzinfo=UTC))
    assert len(_days(WeekCard(monday, (), NOW))) == 5
    days = _days(WeekCard(monday, (lesson, replace(lesson, starts_at=NOW + timedelta(days=30))), NOW))
    assert [len(day["entries"]) for day in days] == [0, 0, 0, 0, 0, 1]
    assert [bool(day["today"]) for day in days].index(True) == 2


def _days(card: WeekCard) -> list[dict[str, list[object]]]:
    days = DRAWING.data(card, "nl")["days"]
    assert isinstance(days, list)
    return days


@pytest.mark.parametrize(("today", "gone"), [(date(2025, 1, 1), 0.0), (date(2027, 9, 1), 0.5), (date(2030, 1, 1), 1.0)])
def test_the_road_knows_where_one_stands(today: date, gone: float) -> None:
    card = PlanCard(date(2026, 3, 1), date(2029, 2, 28), today, (PlanStep("📝", done=True), PlanStep("🏁", done=False)))
    data = DRAWING.data(card, "nl")
    assert data["gone"] == pytest.approx(gone, abs=0.01)
    years, steps = data["years"], data["steps"]
    assert isinstance(years, list)
    assert [year["text"] for year in years] == ["2026", "2027", "2028", "2029"]
    assert isinstance(steps, list)
    assert [step["next"] for step in steps] == [False, True]


def test_a_term_that_began_on_a_leap_day_has_its_years() -> None:
    data = DRAWING.data(PlanCard(date(2028, 2, 29), date(2031, 2, 27), date(2028, 3, 1), ()), "nl")
    assert isinstance(data["years"], list)
    assert len(data["years"]) == 4


def test_every_icon_of_appointments_and_reasons_has_a_picture() -> None:
    for icon in (*KIND_ICONS.values(), *REASON_ICONS.values(), "1️⃣", "👂", "✅", "❌"):
        assert pictogram(icon) is not None, icon
    assert pictogram("") is None
    assert pictogram("../../etc") is None
    assert first_icon("Hallo 🤒!") == "🤒"
    assert first_icon("Hallo") is None


def test_pictograms_load_nothing_from_elsewhere() -> None:
    for path in FOLDER.glob("*.svg"):
        text = path.read_text(encoding="utf-8")
        assert "<script" not in text
        assert "href" not in text.replace('xlink:href="#', ""), path.name


def _letters_used() -> Iterator[tuple[str, str]]:
    """Every text of every catalog, and every day of a year as each language writes it."""
    folder = Path(locales.__file__).parent
    for locale in LANGUAGES:
        for path in (folder / locale / "LC_MESSAGES").glob("*.po"):
            with path.open("rb") as file:
                for message in read_po(file):
                    said = message.string
                    yield locale, said if isinstance(said, str) else "".join(said or ())
        answers = (folder / "faq" / f"{locale}.yaml").read_text(encoding="utf-8")
        yield locale, "".join(event.value for event in yaml.parse(answers) if isinstance(event, yaml.ScalarEvent))
    days = [date(2026, 1, 1) + timedelta(days=step) for step in range(0, 366, 5)]
    for locale, day in product(LANGUAGES, days):
        for written in (weekday_text, month_text, other_day_text, date_text):
            yield locale, written(day, locale)


def test_no_letter_of_any_catalog_is_missing_from_the_fonts() -> None:
    covered: set[int] = set()
    for path in font_files():
        with TTFont(path, lazy=True) as font:
            covered |= set(font.getBestCmap())
    missing: dict[str, set[str]] = {}
    for locale, text in _letters_used():
        gone = {char for char in text if ord(char) not in covered and not _is_sign(char)}
        if gone:
            missing.setdefault(locale, set()).update(gone)
    assert missing == {}


def _is_sign(char: str) -> bool:
    """Icons are pictograms on a card; marks of direction and line ends are not drawn."""
    return ord(char) >= 0x1F000 or char in "\n\t\ufe0f\u20e3\u200c\u200d" or 0x2000 <= ord(char) <= 0x2BFF


@pytest.mark.parametrize(
    ("ink", "paper"),
    [
        ("#14213d", "#ffffff"),
        ("#14213d", "#eef3fa"),
        ("#14213d", "#fff1c9"),
        ("#14213d", "#fdeaea"),
        ("#ffffff", "#b3001b"),
        ("#ffffff", "#0b4f9c"),
        ("#5c6670", "#ffffff"),
        ("#5c6670", "#eef3fa"),
    ],
)
def test_letters_stand_out_as_wcag_aa_asks(ink: str, paper: str) -> None:
    source = (FOLDER.parent / "card.typ").read_text(encoding="utf-8")
    for colour in (ink, paper):
        assert colour in source or colour == "#ffffff"
    bright, dark = sorted((_luminance(ink), _luminance(paper)), reverse=True)
    assert (bright + 0.05) / (dark + 0.05) >= 4.5


def _luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
