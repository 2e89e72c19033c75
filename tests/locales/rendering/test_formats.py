"""Templates filled in every direction; what is written left to right stays in order inside Arabic script."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from locales.rendering.bidi import FSI, PDI, isolate, isolate_foreign
from locales.rendering.formats import BadTemplate, Writer
from locales.rendering.languages import LANGUAGES
from locales.rendering.message import Text, Value

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
AT = datetime(2026, 11, 25, 14, 0, tzinfo=AMSTERDAM)


def filled(template: str, locale: str, **params: Value) -> str:
    return Writer(locale, AMSTERDAM, lambda text: text.key).fill(template, params)


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        ("nl", "14:00 (middag)"),
        ("am", "14:00 (ከሰዓት በኋላ)"),
        ("ar", f"{FSI}14:00{PDI} (بعد الظهر)"),
        ("ckb", f"{FSI}14:00{PDI} (دوای نیوەڕۆ)"),
    ],
)
def test_a_time_says_the_part_of_the_day(locale: str, expected: str) -> None:
    assert filled("{at:time}", locale, at=AT) == expected


@pytest.mark.parametrize(
    ("template", "locale", "expected"),
    [
        ("{at:time}", "am", "14:00 (8:00 ከቀኑ)"),
        ("{at:clock}", "am", "14:00 (8:00 ከቀኑ)"),
        ("{at:time}", "ti", "14:00 (8:00 ድሕሪ ቀትሪ)"),
        ("{at:clock}", "ti", "14:00 (8:00 ድሕሪ ቀትሪ)"),
        pytest.param("{at:time}", "nl", "14:00 (middag)", id="a language without it"),
        pytest.param("{at:clock}", "nl", "14:00", id="nor on its labels"),
    ],
)
def test_who_counts_by_the_ethiopian_clock_has_it_behind_ours(template: str, locale: str, expected: str) -> None:
    writer = Writer(locale, AMSTERDAM, lambda text: text.key, ethiopian_clock=True)
    assert writer.fill(template, {"at": AT}) == expected


def test_a_label_has_the_bare_time() -> None:
    assert filled("{at:short_day} {at:clock}", "nl", at=AT) == "woensdag 25 november 14:00"


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        pytest.param("مع {name}.", f"مع {FSI}Sanne de Vries{PDI}.", id="a name"),
        pytest.param("خطتك (PIP) هنا", f"خطتك ({FSI}PIP{PDI}) هنا", id="a term"),
        pytest.param("اتصل 0800-2000 الآن", f"اتصل {FSI}0800-2000{PDI} الآن", id="a telephone number"),
        pytest.param("اتصل +31 6 1234 الآن", f"اتصل {FSI}+31 6 1234{PDI} الآن", id="a number with spaces"),
        pytest.param("https://a.nl/x?y=1 هنا", f"{FSI}https://a.nl/x?y=1{PDI} هنا", id="a link"),
        pytest.param("في Veilig Thuis: الآن", f"في {FSI}Veilig Thuis{PDI}: الآن", id="two words, not their colon"),
        pytest.param("بعد 10 أسابيع", "بعد 10 أسابيع", id="a bare number needs none"),
        pytest.param(f"مع {FSI}PIP{PDI}", f"مع {FSI}PIP{PDI}", id="not doubled"),
    ],
)
def test_left_to_right_runs_are_isolated_in_arabic(template: str, expected: str) -> None:
    assert filled(template, "ar", name="Sanne de Vries") == expected


def test_an_arabic_name_is_isolated_in_dutch() -> None:
    assert filled("Dag {name}", "nl", name="أمينة") == f"Dag {FSI}أمينة{PDI}"
    assert filled("Dag {name}", "nl", name="Amina") == "Dag Amina"


def test_each_line_gets_its_own_isolate() -> None:
    assert isolate("one\n\ntwo") == f"{FSI}one{PDI}\n\n{FSI}two{PDI}"
    assert isolate(isolate("one")) == f"{FSI}one{PDI}"
    assert isolate_foreign(isolate_foreign("في PIP")) == f"في {FSI}PIP{PDI}"


@pytest.mark.parametrize(
    ("locale", "expected"), [("nl", "1.250"), ("en", "1,250"), ("fa", "۱٬۲۵۰"), ("ckb", "١٬٢٥٠"), ("am", "1,250")]
)
def test_numbers_in_the_digits_of_the_reader(locale: str, expected: str) -> None:
    assert filled("{n}", locale, n=1250) == expected


def test_money_is_as_on_the_letter() -> None:
    assert filled("{amount:euro}", "nl", amount=250) == "€ 250"
    assert filled("{amount:euro}", "nl", amount=12.5) == "€ 12,50"
    assert filled("{amount:euro}", "fa", amount=250) == f"{FSI}€ 250{PDI}"


@pytest.mark.parametrize(
    ("locale", "expected"),
    [("nl", "a, b en c"), ("en", "a, b, and c"), ("ar", "a وb وc"), ("tr", "a, b ve c"), ("ru", "a, b и c")],
)
def test_lists(locale: str, expected: str) -> None:
    assert filled("{items:list}", locale, items=[Text("a"), Text("b"), Text("c")]) == expected


def test_a_list_of_lines() -> None:
    assert filled("{items:lines}", "nl", items=[Text("a"), Text("b")]) == "a\nb"


@pytest.mark.parametrize("locale", LANGUAGES)
def test_every_locale_shows_every_kind_of_value(locale: str) -> None:
    template = "{at:day} {at:date} {at:time} {on:day} {on:date} {n} {amount:euro} {items:list}"
    shown = filled(template, locale, at=AT, on=date(2029, 3, 1), n=3, amount=250, items=[Text("a"), Text("b")])
    assert shown.count(FSI) == shown.count(PDI)
    assert "14:00" in shown


@pytest.mark.parametrize(("template", "params"), [("{gone}", {}), ("{n:roman}", {"n": 3})])
def test_bad_templates(template: str, params: dict[str, Value]) -> None:
    with pytest.raises(BadTemplate):
        filled(template, "nl", **params)
