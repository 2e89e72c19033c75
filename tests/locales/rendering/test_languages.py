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


def test_every_chain_ends_in_dutch_and_english() -> None:
    assert fallback_chain("fa_AF") == ["fa_AF", "fa", "nl", "en"]
    assert fallback_chain("nl") == ["nl", "en"]
    assert all(fallback_chain(code)[-2:] == ["nl", "en"] for code in LANGUAGES if code not in ("nl", "en"))
    assert fallback_chain("zz") == ["nl", "en"]


def test_there_are_fifteen_and_five_run_from_right_to_left() -> None:
    assert len(LANGUAGES) == 15
    rtl = {code for code, one in LANGUAGES.items() if one.direction is Direction.RTL}
    assert rtl == {"ar", "fa", "fa_AF", "ps", "ckb"}
