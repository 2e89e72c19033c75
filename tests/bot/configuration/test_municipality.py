"""What differs between municipalities: read from the file, and checked when read."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.channels.registry import names
from bot.configuration.config_file import Configuration, read_configuration
from bot.configuration.municipality import ConfigError, Municipalities
from reminders.policies.due_times import AppointmentKind
from reminders.terms.rule_sets import NOTE

ZONE = ZoneInfo("Europe/Amsterdam")


def configuration(file: Path | None) -> Configuration:
    return read_configuration(file, ZONE, names())


def read(folder: Path, text: str) -> Municipalities:
    file = folder / "maatje.toml"
    file.write_text(text)
    return configuration(file).municipalities


def test_a_municipality_has_its_own_and_the_others_the_defaults(tmp_path: Path) -> None:
    known = read(
        tmp_path,
        '[municipality.default]\nterm_trigger = "dated"\n[municipality."Huizen"]\ntelephone = "035"\n'
        "[policies.default.class]\nrules = []\n[channel.sms]\na_month = 5\n",
    )
    assert (known.of("huizen").telephone, known.of("huizen").term_rules.term_trigger) == ("035", "dated_or_signed")
    assert known.of("Laren").term_rules.term_trigger == "dated"
    assert configuration(None).municipalities.of("Laren").term_rules.term_trigger == "dated_or_signed"


def test_a_municipality_chooses_its_rules_and_replaces_one(tmp_path: Path) -> None:
    known = read(
        tmp_path,
        '[municipality.default]\nrules = "note"\n[municipality.Laren]\ntelephone = "035"\n'
        "[municipality.Laren.rule.route_switch_until]\nroute_switch_months = 24\nroute_switch_always = []\n"
        'article = "Verordening Laren, art. 4"\nsource = "lokaleregelgeving"\ntext_of = 2027-01-01\n',
    )
    assert known.of("Huizen").rule_set == NOTE
    laren = known.of("laren").rule_set
    assert (laren.name, laren.rules.route_switch_months) == ("law", 24)
    assert laren.citations["route_switch_until"].article == "Verordening Laren, art. 4"


def test_what_was_written_before_the_rule_sets_still_holds(tmp_path: Path) -> None:
    known = read(tmp_path, '[municipality.Laren]\nterm_trigger = "signed"\nscale_down_waits = true\n')
    assert (known.of("Laren").term_rules.term_trigger, known.of("Laren").term_rules.scale_down_months) == ("signed", 18)


def test_a_file_that_windows_notepad_saved(tmp_path: Path) -> None:
    file = tmp_path / "maatje.toml"
    text = (
        '[municipality.default]\ntelephone = "035"\n[channel.sms]\na_month = 5\n[policies.default.class]\nrules = []\n'
    )
    file.write_text(text, encoding="utf-8-sig")
    found = configuration(file)
    assert found.municipalities.of("Laren").telephone == "035"
    assert found.channel_rules["sms"].a_month == 5
    assert found.policies.of(AppointmentKind.CLASS, "Laren").rules == ()


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    file = tmp_path / "maatje.toml"
    file.write_bytes(b"a = 1\nb = '\xff'\n")
    with pytest.raises(ConfigError, match="line 2: not UTF-8"):
        configuration(file)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="does not exist"):
        configuration(tmp_path / "maatje.toml")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("[municipality.Huizen]\nphone = 1\n", "Huizen.phone|phone", id="unknown key"),
        pytest.param('[municipality.Huizen]\nterm_trigger = "sent"\n', "term_trigger", id="unknown word"),
        pytest.param('[municipality.Huizen]\nrules = "2013"\n', "there are law, note", id="no rule set"),
        pytest.param("[municipality.Huizen.rule.term_end]\nterm_months = 40\n", "where it stands", id="no article"),
        pytest.param("[municipalities.Huizen]\n", "is no part of this file", id="unknown table"),
        pytest.param("municipality = 5\n", "NAME", id="no table"),
        pytest.param("[municipality", "maatje.toml", id="no TOML"),
    ],
)
def test_a_file_that_is_wrong(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        read(tmp_path, text)
