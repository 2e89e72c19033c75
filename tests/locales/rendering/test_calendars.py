from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from locales.rendering.calendars import CalendarDay, ethiopian, solar_hijri

Convert = Callable[[date], CalendarDay]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        pytest.param(date(1979, 2, 11), (1357, 11, 22), id="22 Bahman 1357"),
        pytest.param(date(2001, 9, 11), (1380, 6, 20), id="20 Shahrivar 1380"),
        pytest.param(date(2021, 3, 20), (1399, 12, 30), id="last day of a leap year"),
        pytest.param(date(2021, 3, 21), (1400, 1, 1), id="Nowruz 1400"),
        pytest.param(date(2024, 3, 20), (1403, 1, 1), id="Nowruz 1403, in a Gregorian leap year"),
        pytest.param(date(2025, 3, 20), (1403, 12, 30), id="1403 is a leap year"),
        pytest.param(date(2025, 3, 21), (1404, 1, 1), id="Nowruz 1404"),
        pytest.param(date(2026, 3, 21), (1405, 1, 1), id="Nowruz 1405"),
        pytest.param(date(2026, 9, 22), (1405, 6, 31), id="last day of the long months"),
        pytest.param(date(2026, 9, 23), (1405, 7, 1), id="1 Mehr"),
        pytest.param(date(2026, 11, 25), (1405, 9, 4), id="4 Azar"),
        pytest.param(date(2029, 3, 20), (1408, 1, 1), id="Nowruz 1408"),
        pytest.param(date(2030, 3, 20), (1408, 12, 30), id="1408 is a leap year"),
    ],
)
def test_solar_hijri(day: date, expected: tuple[int, int, int]) -> None:
    assert solar_hijri(day) == CalendarDay(*expected)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        pytest.param(date(2007, 9, 12), (2000, 1, 1), id="the Ethiopian millennium"),
        pytest.param(date(2021, 9, 11), (2014, 1, 1), id="Enkutatash 2014"),
        pytest.param(date(2023, 9, 11), (2015, 13, 6), id="sixth extra day"),
        pytest.param(date(2023, 9, 12), (2016, 1, 1), id="Enkutatash 2016, before a leap year"),
        pytest.param(date(2024, 9, 10), (2016, 13, 5), id="fifth extra day"),
        pytest.param(date(2024, 9, 11), (2017, 1, 1), id="Enkutatash 2017"),
        pytest.param(date(2026, 1, 7), (2018, 4, 29), id="Genna, Christmas"),
        pytest.param(date(2024, 1, 20), (2016, 5, 11), id="Timkat in 2024, one day later"),
        pytest.param(date(1896, 3, 1), (1888, 6, 23), id="the battle of Adwa"),
        pytest.param(date(2026, 11, 25), (2019, 3, 16), id="16 Hidar"),
    ],
)
def test_ethiopian(day: date, expected: tuple[int, int, int]) -> None:
    assert ethiopian(day) == CalendarDay(*expected)


@pytest.mark.parametrize("convert", [solar_hijri, ethiopian])
@given(day=st.dates(date(1800, 1, 1), date(2122, 12, 31)))
def test_the_next_day_is_the_next_day(convert: Convert, day: date) -> None:
    today, tomorrow = convert(day), convert(day + timedelta(days=1))
    if tomorrow.day == 1:
        assert today.day >= 5
        assert (tomorrow.year, tomorrow.month) in {(today.year, today.month + 1), (today.year + 1, 1)}
    else:
        assert (tomorrow.year, tomorrow.month, tomorrow.day) == (today.year, today.month, today.day + 1)


@pytest.mark.parametrize(("convert", "day"), [(solar_hijri, date(1700, 1, 1)), (ethiopian, date(1, 1, 1))])
def test_outside_the_calendar(convert: Convert, day: date) -> None:
    with pytest.raises(ValueError, match="calendar"):
        convert(day)
