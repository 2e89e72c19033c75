from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from locales.rendering.dates import (
    date_text,
    day_text,
    ethiopian_time_text,
    has_ethiopian_clock,
    part_of_day,
    short_day_text,
    time_text,
)
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


@pytest.mark.parametrize(
    ("time", "amharic", "tigrinya"),
    [
        ("00:00", "6:00 ከሌሊቱ", "6:00 ናይ ለይቲ"),
        ("01:15", "7:15 ከሌሊቱ", "7:15 ናይ ለይቲ"),
        ("02:00", "8:00 ከሌሊቱ", "8:00 ናይ ለይቲ"),
        ("03:00", "9:00 ከሌሊቱ", "9:00 ናይ ለይቲ"),
        ("04:00", "10:00 ከሌሊቱ", "10:00 ናይ ለይቲ"),
        ("05:59", "11:59 ከሌሊቱ", "11:59 ናይ ለይቲ"),
        ("06:00", "12:00 ከጠዋቱ", "12:00 ናይ ንግሆ"),
        ("07:00", "1:00 ከጠዋቱ", "1:00 ናይ ንግሆ"),
        ("08:30", "2:30 ከጠዋቱ", "2:30 ናይ ንግሆ"),
        ("09:05", "3:05 ከጠዋቱ", "3:05 ናይ ንግሆ"),
        ("10:00", "4:00 ከጠዋቱ", "4:00 ናይ ንግሆ"),
        ("11:59", "5:59 ከጠዋቱ", "5:59 ናይ ንግሆ"),
        ("12:00", "6:00 ከቀኑ", "6:00 ድሕሪ ቀትሪ"),
        ("13:00", "7:00 ከቀኑ", "7:00 ድሕሪ ቀትሪ"),
        ("14:00", "8:00 ከቀኑ", "8:00 ድሕሪ ቀትሪ"),
        ("15:45", "9:45 ከቀኑ", "9:45 ድሕሪ ቀትሪ"),
        ("16:00", "10:00 ከቀኑ", "10:00 ድሕሪ ቀትሪ"),
        ("17:59", "11:59 ከቀኑ", "11:59 ድሕሪ ቀትሪ"),
        ("18:00", "12:00 ከምሽቱ", "12:00 ናይ ምሸት"),
        ("19:00", "1:00 ከምሽቱ", "1:00 ናይ ምሸት"),
        ("20:00", "2:00 ከምሽቱ", "2:00 ናይ ምሸት"),
        ("21:00", "3:00 ከምሽቱ", "3:00 ናይ ምሸት"),
        ("22:00", "4:00 ከምሽቱ", "4:00 ናይ ምሸት"),
        ("23:59", "5:59 ከምሽቱ", "5:59 ናይ ምሸት"),
    ],
)
def test_the_ethiopian_clock_counts_twice_twelve_hours_from_six(time: str, amharic: str, tigrinya: str) -> None:
    moment = datetime.fromisoformat(f"2026-11-25T{time}").replace(tzinfo=AMSTERDAM)
    assert [ethiopian_time_text(moment, AMSTERDAM, locale) for locale in ("am", "ti")] == [amharic, tigrinya]


def test_no_other_language_has_that_clock() -> None:
    assert [locale for locale in LANGUAGES if has_ethiopian_clock(locale)] == ["ti", "am"]
    assert ethiopian_time_text(datetime(2026, 11, 25, 8, 30, tzinfo=AMSTERDAM), AMSTERDAM, "nl") == ""
