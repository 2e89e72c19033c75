from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from locales.rendering.dates import date_text, day_text, part_of_day, short_day_text, time_text
from locales.rendering.languages import LANGUAGES

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
WEDNESDAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        ("nl", "woensdag 25 november"),
        ("en", "Wednesday 25 November"),
        ("ar", "الأربعاء، 25 تشرين الثاني (نوفمبر)"),
        ("ti", "ረቡዕ፣ 25 ሕዳር (25-11)"),
        ("am", "ረቡዕ፣ 25 ኖቬምበር (16 ኅዳር)"),
        ("tr", "25 Kasım Çarşamba"),
        ("fa", "چهارشنبه ۲۵ نوامبر (۴ آذر)"),
        ("fa_AF", "چهارشنبه ۲۵ نومبر (۴ قوس)"),
        ("ps", "چهارشنبه د نومبر ۲۵ (۴ ليندۍ)"),
        ("so", "Arbaco, 25 Noofeembar"),
        ("ku", "çarşem, 25ê mijdarê"),
        ("ckb", "چوارشەممە، ٢٥ی تشرینی دووەم"),
        ("uk", "25 листопада (середа)"),
        ("ru", "25 ноября (среда)"),
        ("fr", "mercredi 25 novembre"),
    ],
)
def test_a_day_has_its_weekday_in_full(locale: str, expected: str) -> None:
    assert day_text(WEDNESDAY, locale) == expected


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        ("nl", "donderdag 1 maart 2029"),
        ("en", "Thursday 1 March 2029"),
        ("ar", "الخميس، 1 آذار (مارس) 2029"),
        ("ti", "ሓሙስ፣ 1 መጋቢት 2029 (1-3-2029)"),
        ("am", "ሐሙስ፣ 1 ማርች 2029 (22 የካቲት 2021)"),
        ("tr", "1 Mart 2029 Perşembe"),
        ("fa", "پنجشنبه ۱ مارس ۲۰۲۹ (۱۱ اسفند ۱۴۰۷)"),
        ("fa_AF", "پنجشنبه ۱ مارچ ۲۰۲۹ (۱۱ حوت ۱۴۰۷)"),
        ("ps", "پنجشنبه د ۲۰۲۹ د مارچ ۱ (۱۱ کب ۱۴۰۷)"),
        ("so", "Khamiis, 1 Maarso 2029"),
        ("ku", "pêncşem, 1ê adara 2029an"),
        ("ckb", "پێنجشەممە، ١ی ئازاری ٢٠٢٩"),
        ("uk", "1 березня 2029 року (четвер)"),
        ("ru", "1 марта 2029 года (четверг)"),
        ("fr", "jeudi 1er mars 2029"),
    ],
)
def test_a_date_has_its_weekday_and_year(locale: str, expected: str) -> None:
    assert date_text(date(2029, 3, 1), locale) == expected


@pytest.mark.parametrize("locale", LANGUAGES)
def test_no_date_is_abbreviated_and_no_two_days_look_alike(locale: str) -> None:
    days = [date(2027, 1, 1) + timedelta(days=n) for n in range(365)]
    assert len({date_text(day, locale) for day in days}) == len({day_text(day, locale) for day in days}) == 365
    assert not any(date_text(day, locale).endswith(".") for day in days)
    assert len({short_day_text(day, locale).translate(NO_DIGITS) for day in days if day.day > 1}) == 7 * 12


NO_DIGITS = dict.fromkeys([*range(ord("0"), ord("9") + 1), *range(0x660, 0x66A), *range(0x6F0, 0x6FA)])


def test_a_button_has_no_room_for_the_other_calendar() -> None:
    assert short_day_text(WEDNESDAY, "fa") == "چهارشنبه ۲۵ نوامبر"


def test_a_date_beyond_the_other_calendar_is_told_in_ours() -> None:
    assert "(" not in date_text(date(2200, 1, 1), "fa")


@pytest.mark.parametrize(
    ("hour", "dutch", "amharic", "tigrinya"),
    [
        (3, "nacht", "ሌሊት", "ለይቲ"),
        (9, "ochtend", "ጠዋት", "ንግሆ"),
        (14, "middag", "ከሰዓት በኋላ", "ድሕሪ ቀትሪ"),
        (20, "avond", "ምሽት", "ምሸት"),
    ],
)
def test_the_part_of_the_day_in_words(hour: int, dutch: str, amharic: str, tigrinya: str) -> None:
    moment = datetime(2026, 11, 25, hour, 30, tzinfo=AMSTERDAM)
    said = [part_of_day(moment, AMSTERDAM, locale) for locale in ("nl", "am", "ti")]
    assert said == [dutch, amharic, tigrinya]


@pytest.mark.parametrize(
    ("locale", "hour", "part"),
    [
        pytest.param("fa", 12, "ظهر", id="Persian noon"),
        pytest.param("fa", 18, "عصر", id="Persian late afternoon"),
        pytest.param("fa", 20, "شب", id="Persian evening"),
        pytest.param("ps", 16, "مازدیګر", id="Pashto late afternoon"),
        pytest.param("fa_AF", 12, "چاشت", id="Dari noon"),
    ],
)
def test_a_language_cuts_the_day_its_own_way(locale: str, hour: int, part: str) -> None:
    assert part_of_day(datetime(2026, 11, 25, hour, 30, tzinfo=AMSTERDAM), AMSTERDAM, locale) == part


@pytest.mark.parametrize("locale", LANGUAGES)
def test_the_four_parts_of_the_day_differ(locale: str) -> None:
    hours = [datetime(2026, 11, 25, hour, tzinfo=AMSTERDAM) for hour in (0, 6, 12, 18)]
    assert len({part_of_day(hour, AMSTERDAM, locale) for hour in hours}) == 4


def test_the_clock_is_that_of_the_zone_in_western_digits() -> None:
    assert time_text(datetime(2026, 7, 1, 22, 5, tzinfo=ZoneInfo("UTC")), AMSTERDAM) == "00:05"
