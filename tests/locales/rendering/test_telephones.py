"""Telephone numbers are found in texts of any script, and what only looks like one is left alone."""

import pytest

from locales.rendering.telephones import telephones_in, with_country


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        pytest.param("Is er gevaar? Bel 112.", ["112"], id="emergency"),
        pytest.param("خطر؟ اتصل على \u2068112\u2069.", ["112"], id="in Arabic"),
        pytest.param("خطر؟ زنگ بزنید ۱۱۲", ["112"], id="Persian digits"),
        pytest.param("ሓደጋ እንተሎ 112 ደውሉ።", ["112"], id="Tigrinya"),
        pytest.param("Denkt u aan zelfmoord? Bel 113 of 0800-0113.", ["113", "08000113"], id="help line"),
        pytest.param("Veilig Thuis: 0800-2000 (gratis)", ["08002000"], id="toll free"),
        pytest.param("Politie: 0900-8844.", ["09008844"], id="shared cost"),
        pytest.param("Bel de gemeente: 035 528 1911", ["+31355281911"], id="local"),
        pytest.param("06-12345678 of +49 30 901820", ["+31612345678", "+4930901820"], id="mobile and abroad"),
        pytest.param("dinsdag 1-12-2026, 09:00 tot 09:45", [], id="a date and times"),
        pytest.param("112% van 2026, om 1:112 en 112-3", [], id="shares and times"),
        pytest.param("Boete: € 112 per 1.112 keer, of 112,50", [], id="money"),
        pytest.param("BSN 123456782, kamer 2.112, zaak 2026-000112", [], id="other numbers"),
        pytest.param("geen nummer", [], id="none"),
    ],
)
def test_numbers_in_texts(text: str, numbers: list[str]) -> None:
    found = telephones_in(text)
    assert [one.dial for one in found] == numbers
    assert all(text[one.start : one.end].strip()[0] in "0123456789+۱" for one in found)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("Bel 035 528 1911.", "Bel +31355281911.", id="a Dutch number"),
        pytest.param(
            "\u2068035 528 1911\u2069 أو \u2068112\u2069", "\u2068+31355281911\u2069 أو \u2068112\u2069", id="isolated"
        ),
        pytest.param("Bel 0800 1101 of 112.", "Bel 0800 1101 of 112.", id="what is not reached from abroad"),
        pytest.param("Om 14:00, dinsdag 1 december", "Om 14:00, dinsdag 1 december", id="no number"),
    ],
)
def test_chats_get_numbers_that_they_call_at_a_tap(text: str, shown: str) -> None:
    assert with_country(text) == shown
