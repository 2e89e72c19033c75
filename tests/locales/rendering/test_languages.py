import pytest

from locales.rendering.languages import LANGUAGES, Direction, fallback_chain, find_language


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("ar", "ar"),
        ("ar-SY", "ar"),
        ("AR", "ar"),
        ("fa_AF", "fa_AF"),
        ("fa-AF", "fa_AF"),
        ("prs", "fa_AF"),
        ("fa-IR", "fa"),
        ("ku", "ku"),
        ("kmr", "ku"),
        ("ckb", "ckb"),
        ("ku-Arab", "ckb"),
        ("uk-UA", "uk"),
        (" nl ", "nl"),
        ("zh", None),
        ("", None),
        (None, None),
    ],
)
def test_what_channels_and_registers_call_a_language(tag: str | None, expected: str | None) -> None:
    assert find_language(tag) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Arabisch", "ar"),
        ("Farsi", "fa"),
        ("Dari", "fa_AF"),
        ("دری", "fa_AF"),
        ("Tigrinja", "ti"),
        ("OEKRAÏENS", "uk"),
        ("Sorani", "ckb"),
        # Of several of our languages, so of none.
        ("Koerdisch", None),
        ("Kurdish", None),
        ("Klingon", None),
    ],
)
def test_registers_write_names_too(name: str, expected: str | None) -> None:
    assert find_language(name) == expected


def test_every_language_is_found_by_its_own_name() -> None:
    assert {code: find_language(one.name) for code, one in LANGUAGES.items()} == {code: code for code in LANGUAGES}


def test_every_chain_ends_in_dutch_and_english() -> None:
    assert fallback_chain("fa_AF") == ["fa_AF", "fa", "nl", "en"]
    assert fallback_chain("nl") == ["nl", "en"]
    assert all(fallback_chain(code)[-2:] == ["nl", "en"] for code in LANGUAGES if code not in ("nl", "en"))
    assert fallback_chain("zz") == ["nl", "en"]


def test_there_are_fifteen_and_five_run_from_right_to_left() -> None:
    assert len(LANGUAGES) == 15
    rtl = {code for code, one in LANGUAGES.items() if one.direction is Direction.RTL}
    assert rtl == {"ar", "fa", "fa_AF", "ps", "ckb"}
