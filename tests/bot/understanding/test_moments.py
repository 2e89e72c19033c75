"""Days, hours and minutes as people name them, in each language and calendar."""

from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import locales
from bot.understanding.acts import DayPart, NextOne, When
from bot.understanding.days.moment_words import moment_words
from bot.understanding.days.moments import read_when
from bot.understanding.evaluate import read_expected
from locales.faq.reading import ContentEntry, read_yaml
from locales.rendering.languages import LANGUAGES

HELD_OUT = Path(__file__).parent / "heldout"
#: A Monday.
NOW = datetime(2026, 11, 30, 9, 0, tzinfo=ZoneInfo("Europe/Amsterdam"))
TODAY, TOMORROW, YESTERDAY = date(2026, 11, 30), date(2026, 12, 1), date(2026, 11, 29)
LAST_FRIDAY = date(2026, 11, 27)
THURSDAY, FRIDAY, SUNDAY = date(2026, 12, 3), date(2026, 12, 4), date(2026, 12, 6)


def days(first: date | None, last: date | None = None, *, since: bool = False) -> When:
    return When(first, last, since=since)


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("nl", "ik ben ziek, morgen kom ik niet", days(TOMORROW, TOMORROW)),
        ("nl", "tot en met vrijdag ziek", days(TODAY, FRIDAY)),
        ("nl", "sinds gisteren koorts", days(YESTERDAY, since=True)),
        ("nl", "van dinsdag tot donderdag", days(TOMORROW, THURSDAY)),
        ("nl", "hele week ziek", days(TODAY, SUNDAY)),
        ("nl", "volgende week woensdag", days(date(2026, 12, 9), date(2026, 12, 9))),
        ("nl", "op 3 december kan ik niet", days(THURSDAY, THURSDAY)),
        ("nl", "5-12 niet", days(date(2026, 12, 5), date(2026, 12, 5))),
        ("en", "not coming all week", days(TODAY, SUNDAY)),
        ("en", "i cant tmrw", days(TOMORROW, TOMORROW)),
        ("ar", "مريض من مبارح", days(YESTERDAY, since=True)),
        ("ar", "اجازة مرضية للخميس", days(TODAY, THURSDAY)),
        ("ar", "ma fini eji bokra", days(TOMORROW, TOMORROW)),
        ("tr", "cumaya kadar hastayım", days(TODAY, FRIDAY)),
        ("tr", "dünden beri", days(YESTERDAY, since=True)),
        ("tr", "cumartesi", days(date(2026, 12, 5), date(2026, 12, 5))),
        ("fa", "از دیروز تب دارم", days(YESTERDAY, since=True)),
        pytest.param("fa", "۱۲ آذر نمیتونم", days(THURSDAY, THURSDAY), id="a day of the Iranian calendar"),
        ("fa_AF", "saba nametanom", days(TOMORROW, TOMORROW)),
        ("ps", "تر جمعې پورې", days(TODAY, FRIDAY)),
        ("ps", "له پرون راهیسې ناروغ یم", days(YESTERDAY, since=True)),
        ("so", "ilaa jimcaha", days(TODAY, FRIDAY)),
        pytest.param("am", "ከትላንት ጀምሮ አሞኛል", days(YESTERDAY, since=True), id="since, written as one with the day"),
        pytest.param("am", "ኅዳር 24", days(THURSDAY, THURSDAY), id="a day of the Ethiopian calendar"),
        ("ti", "ክሳብ ዓርቢ", days(TODAY, FRIDAY)),
        ("ku", "heta înê", days(TODAY, FRIDAY)),
        ("ckb", "لە دوێنێوە", days(YESTERDAY, since=True)),
        ("uk", "я на лікарняному до п'ятниці", days(TODAY, FRIDAY)),
        ("ru", "с понедельника до среды", days(TODAY, date(2026, 12, 2))),
        ("fr", "depuis hier", days(YESTERDAY, since=True)),
        ("nl", "vrijdag was ik er niet, sorry", days(LAST_FRIDAY, LAST_FRIDAY)),
        ("nl", "maandag was ik ziek", days(date(2026, 11, 23), date(2026, 11, 23))),
        ("nl", "vorige week dinsdag kon ik niet", days(date(2026, 11, 24), date(2026, 11, 24))),
        ("nl", "vorige week was ik er niet", days(date(2026, 11, 23), YESTERDAY)),
        pytest.param("nl", "vrijdag was ik er niet, dinsdag kom ik", days(LAST_FRIDAY, LAST_FRIDAY), id="two"),
        pytest.param("nl", "sinds gisteren ziek, vandaag kom ik niet", days(TODAY, TODAY), id="since, and when"),
        pytest.param("nl", "vrijdag morgen kom ik niet", days(FRIDAY, FRIDAY), id="its morning, not tomorrow"),
        ("en", "cant come till next monday", days(TODAY, date(2026, 12, 7))),
        ("so", "isniinta soo socota ma imanayo", days(date(2026, 12, 7), date(2026, 12, 7))),
        pytest.param("nl", "gisteren is mijn kind ziek geworden, ik kom vandaag niet", days(TODAY, TODAY), id="began"),
        pytest.param("nl", "gisteren en vandaag kon ik niet", days(YESTERDAY, TODAY), id="yesterday and today"),
        pytest.param("tr", "4 aralıkta gelemem", days(FRIDAY, FRIDAY), id="a month that bends"),
        pytest.param("en", "dentist friday, so cant come that day", days(FRIDAY, FRIDAY), id="a day is not today"),
        pytest.param("fa", "از امروز تا سه روز نمیام", days(TODAY, date(2026, 12, 2)), id="from today, three days"),
        pytest.param("nl", "sinds gisteren, al 3 dagen koorts", days(YESTERDAY, since=True), id="three days already"),
        pytest.param("tr", "önümüzdeki iki gün yokum", days(TOMORROW, date(2026, 12, 2)), id="the next two days"),
        pytest.param("tr", "yarından cumaya kadar yokum", days(TOMORROW, FRIDAY), id="from tomorrow until Friday"),
        ("nl", "van 8 tot 15 december ben ik weg", days(date(2026, 12, 8), date(2026, 12, 15))),
        ("ti", "ሰሉስን ረቡዕን ኣይክመጽእን", days(TOMORROW, date(2026, 12, 2))),
        ("fa", "کل هفته آینده نیستم", days(date(2026, 12, 7), date(2026, 12, 13))),
        ("en", "last week i was not in school the whole week", days(date(2026, 11, 23), YESTERDAY)),
        ("uk", "з минулої середи не ходжу", days(date(2026, 11, 25), since=True)),
        ("en", "last friday i couldnt come", days(LAST_FRIDAY, LAST_FRIDAY)),
        ("fr", "vendredi dernier j'ai pas pu venir", days(LAST_FRIDAY, LAST_FRIDAY)),
        ("ckb", "هەینی ڕابردوو نەهاتم", days(LAST_FRIDAY, LAST_FRIDAY)),
        ("am", "ባለፈው አርብ አልመጣሁም", days(LAST_FRIDAY, LAST_FRIDAY)),
        ("nl", "afwezig van 14/12 tot 18/12", days(date(2026, 12, 14), date(2026, 12, 18))),
        ("nl", "ik ben er niet 14/12-18/12", days(date(2026, 12, 14), date(2026, 12, 18))),
        ("fr", "absent du 9 au 11 décembre", days(date(2026, 12, 9), date(2026, 12, 11))),
        ("uk", "10.12 не прийду", days(date(2026, 12, 10), date(2026, 12, 10))),
        ("en", "not there on the fourth of december", days(date(2026, 12, 4), date(2026, 12, 4))),
        ("ru", "одиннадцатого декабря не смогу", days(date(2026, 12, 11), date(2026, 12, 11))),
        ("so", "10ka december ma imanayo", days(date(2026, 12, 10), date(2026, 12, 10))),
        ("ar", "ما بجي 7 شهر 12", days(date(2026, 12, 7), date(2026, 12, 7))),
        ("nl", "over drie dagen kan ik niet", days(THURSDAY, THURSDAY)),
        ("nl", "op de vierde kan ik niet", days(date(2026, 12, 4), date(2026, 12, 4))),
        ("en", "i cant come from wednesday to friday", days(date(2026, 12, 2), date(2026, 12, 4))),
        ("nl", "pas donderdag ben ik er weer, tot dan ziek", days(TODAY, date(2026, 12, 2))),
        ("fr", "absent à partir de mercredi, je reviens lundi", days(date(2026, 12, 2), date(2026, 12, 6))),
        pytest.param("nl", "maandag 14 december kan ik niet", days(date(2026, 12, 14), date(2026, 12, 14)), id="both"),
        pytest.param("ar", "el yom ma fini", days(TODAY, TODAY), id="a day written in two"),
        pytest.param("fa_AF", "panjshambe nametanom", days(THURSDAY, THURSDAY), id="as it is heard"),
        pytest.param("ps", "بايسکل مې نشته ۱۱ کيلومتره لرې، نن نه راځم", days(TODAY, TODAY), id="my is no May"),
        pytest.param("ar", "kan morgen niet", days(TOMORROW, TOMORROW), id="Dutch while Arabic is set"),
        pytest.param("nl", "ik ben ziek", days(None), id="nothing said"),
    ],
)
def test_days(language: str, text: str, expected: When) -> None:
    assert read_when(text, [language], NOW) == expected


@pytest.mark.parametrize(
    ("language", "text", "minutes"),
    [
        ("nl", "20 minuten later", 20),
        ("nl", "ben een kwartier te laat", 15),
        ("nl", "ik ben een uur later", 60),
        ("en", "bus cancelled gonna be like 20min late", 20),
        ("ar", "متأخر عشرين دقيقة", 20),
        ("fa", "۲۰ دقیقه دیر میام", 20),
        ("ckb", "بیست دەقە دوا دەکەوم", 20),
        ("so", "15ka daqiiqo", 15),
        ("tr", "yarım saat gecikicem", 30),
        ("uk", "спізнюся хвилин на 20", 20),
        ("nl", "ik ben later", None),
    ],
)
def test_how_late(language: str, text: str, minutes: int | None) -> None:
    assert read_when(text, [language], NOW, late=True).minutes == minutes


@pytest.mark.parametrize(
    ("language", "text", "at", "part"),
    [
        ("nl", "de les van negen uur", time(9), None),
        ("nl", "kan het om half 10", time(9, 30), None),
        ("nl", "dinsdag 14.30", time(14, 30), None),
        ("fr", "demain matin à 9h", time(9), DayPart.MORNING),
        pytest.param("nl", "morgen om 10.12", time(10, 12), None, id="an hour, and no date"),
        pytest.param("am", "ነገ ጠዋት 3 ሰዓት", time(9), DayPart.MORNING, id="hours counted from six in the morning"),
    ],
)
def test_hours_and_parts_of_the_day(language: str, text: str, at: time, part: DayPart | None) -> None:
    found = read_when(text, [language], NOW)
    assert (found.at, found.part) == (at, part)


def test_the_days_of_absence_are_read_as_people_name_them() -> None:
    rows = [row for row in read_expected(HELD_OUT / "days.yaml") if row.days is not None]
    found = [read_when(row.text, [row.language], NOW) for row in rows]
    right = [row for row, when in zip(rows, found, strict=True) if (when.first, when.last) == row.days]
    assert len(right) / len(rows) >= 0.95


def test_every_language_names_days() -> None:
    assert set(moment_words()) == set(LANGUAGES)


@pytest.mark.parametrize(
    "text", ["", "99/99", "32-13", "٠", "om 99 uur", "9" * 500, "tot tot tot", "bel 06123456", "20269999", "over dagen"]
)
def test_rubbish_names_nothing(text: str) -> None:
    assert read_when(text, ["nl"], NOW).first is None


@pytest.mark.parametrize(
    ("language", "text", "minutes"),
    [
        ("nl", "ik ben er om 9:20 in plaats van 9", 20),
        ("uk", "буду о 10, не о 9", 60),
        ("nl", "half 10 in plaats van 9", None),
        ("nl", "bus van 9, bel 112", None),
        ("ar", "met2akhar 15 d2i2a", 15),
    ],
)
def test_how_much_later_one_hour_is_than_the_other(language: str, text: str, minutes: int | None) -> None:
    assert read_when(text, [language], NOW, late=True).minutes == minutes


def test_now_is_today_where_no_day_is_named() -> None:
    assert read_when("ik ben nu ziek", ["nl"], NOW) == days(TODAY, TODAY)
    assert read_when("krijg ik nu een boete als ik morgen niet kom", ["nl"], NOW) == days(TOMORROW, TOMORROW)


@pytest.mark.parametrize(
    ("language", "text", "which"),
    [
        ("nl", "ik kan niet naar de volgende afspraak", NextOne.MEETING),
        ("en", "cant come to my next class", NextOne.LESSON),
        pytest.param(
            "ar", "ابني سخن من مبارح وما بقدر اجي عالموعد الجاي", NextOne.MEETING, id="Syrian, written as one"
        ),
        ("tr", "oğlum dünden beri ateşli, bir sonraki randevuya gelemem", NextOne.MEETING),
        ("ti", "ናብቲ ዝቕጽል ትምህርቲ ክመጽእ ኣይክእልን", NextOne.LESSON),
        ("uk", "не зможу прийти на наступне заняття", NextOne.LESSON),
        pytest.param("en", "what is the next step", None, id="nothing that has an hour"),
        pytest.param("nl", "volgende week kan ik niet", None, id="a week"),
    ],
)
def test_only_the_next_one(language: str, text: str, which: NextOne | None) -> None:
    assert read_when(text, [language], NOW).next_one is which


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_phrase_for_the_next_one_is_found_beside_other_words(language: str) -> None:
    path = Path(locales.__file__).parent / "understanding" / "moments.yaml"
    words = ContentEntry(path, language, dict(ContentEntry(path, "", read_yaml(path)).items())[language])
    for which in NextOne:
        phrases = words.texts(f"next_{which.value}", ())
        assert len(phrases) >= 3
        for phrase in phrases:
            assert read_when(f"x {phrase} y", [language], NOW).next_one is which, phrase
