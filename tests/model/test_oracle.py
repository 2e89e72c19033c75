"""The oracle is written apart from the engine, and finds what it is there to find."""

import ast
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.model import beliefs, consultants, oracle, reading, reports, words
from tests.model.beliefs import Meeting, Wrong
from tests.model.consultants import Consultants
from tests.model.oracle import Oracle
from tests.model.sequences import Act, Step, sequence, smallest
from tests.model.words import AMSTERDAM

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=AMSTERDAM)
FRIDAY = datetime(2026, 3, 6, 10, 0, tzinfo=AMSTERDAM)
MADE = "🆕 Nieuwe afspraak: Examen\n📅 vrijdag 6 maart\n🕑 10:00 (ochtend)\n📍 Zaal 1\nKomt u?"
OFF = "❌ Gaat niet door: Examen\n❌ Niet meer: vrijdag 6 maart, 10:00 (ochtend)\nU hoeft niet te komen."


@pytest.mark.parametrize("module", [beliefs, consultants, oracle, reading, reports, words])
def test_the_oracle_imports_nothing_of_ours(module: object) -> None:
    tree = ast.parse(Path(str(getattr(module, "__file__", ""))).read_text())
    imported = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    imported |= {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    ours = {name for name in imported if name.partition(".")[0] in ("bot", "locales", "reminders", "storage")}
    assert imported
    assert ours == set()


@pytest.fixture
def told() -> Oracle:
    """Amina has heard of an exam on Friday."""
    made = Oracle(lambda: NOW, {"Amina": ("telegram",)})
    made.made("Amina Examen", Meeting("Examen", FRIDAY, "Zaal 1", person="Amina"))
    made.hears("Amina", MADE)
    made.check("Amina")
    return made


def test_what_is_not_put_right_is_found(told: Oracle) -> None:
    told.changes("Amina Examen").on = False
    with pytest.raises(Wrong, match="to be told of"):
        told.check("Amina")
    told.hears("Amina", OFF)
    told.check("Amina")


def test_what_did_not_arrive_was_not_heard(told: Oracle) -> None:
    told.changes("Amina Examen").on = False
    told.hears("Amina", OFF)
    told.did_not_arrive("Amina")
    with pytest.raises(Wrong, match="believes Examen"):
        told.check("Amina")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param(MADE, "the same twice", id="twice"),
        pytest.param(f"{MADE}\nTot dan!", "knew this", id="known"),
        pytest.param(OFF.replace("6 maart", "5 maart"), "told as off is", id="another day than was heard"),
        pytest.param(MADE.replace("10:00", "11:00"), "it is Fri 06 Mar 10:00", id="not so"),
    ],
)
def test_what_should_not_be_said_is_found(told: Oracle, text: str, says: str) -> None:
    with pytest.raises(Wrong, match=says):
        told.hears("Amina", text)


def test_a_report_that_nobody_knows_of_is_found(told: Oracle) -> None:
    answers = told.answers["Amina"]
    answers.is_absent(told.meetings["Amina Examen"], NOW, to=True)
    with pytest.raises(Wrong, match="nobody knows"):
        told.check("Amina")
    told.consultant_hears("Ilse", "Afmelding van Amina\n📝 Examen: vrijdag 6 maart, 10:00 (ochtend)")
    told.check("Amina")
    told.meetings["Amina Examen"].starts_at += timedelta(days=1)
    with pytest.raises(Wrong, match="does not hold"):
        answers.check(told.of("Amina"), NOW)


@pytest.mark.parametrize("absent", [False, True])
def test_a_lost_reminder_counts_unless_they_reported_absent_from_it(told: Oracle, absent: bool) -> None:
    told.hears("Amina", "🔔 Over 4 dagen: Examen\n📅 vrijdag 6 maart\n🕑 10:00 (ochtend)\n📍 Zaal 1\nKomt u?")
    if absent:
        told.answers["Amina"].is_absent(told.meetings["Amina Examen"], NOW, to=False)
    told.did_not_arrive("Amina")
    told.is_lost("Amina")
    assert (told.minds["Amina"].lost_since is None) is absent


def test_what_was_lost_of_a_meeting_that_is_off_and_was_never_heard_of_counts_for_nothing(told: Oracle) -> None:
    told.did_not_arrive("Amina")
    told.changes("Amina Examen").on = False
    told.is_lost("Amina")
    assert told.minds["Amina"].lost_since is None


def test_nobody_who_answered_is_asked(told: Oracle) -> None:
    told.answers["Amina"].is_absent(told.meetings["Amina Examen"], NOW, to=False)
    again = "🔔 Over 4 dagen: Examen\n📅 vrijdag 6 maart\n🕑 10:00 (ochtend)\n📍 Zaal 1\nKomt u?"
    with pytest.raises(Wrong, match="answered already"):
        told.hears("Amina", again)


OVERVIEW = "Uw dag: 2 maart 2026\n📅 1 gesprek vandaag"


def test_the_overview_is_of_today_and_once_and_for_who_is_there() -> None:
    meetings = [Meeting("Examen", NOW + timedelta(hours=3), "Zaal 1", person="Amina")]
    there = Consultants()
    there.hears("Ilse", OVERVIEW, meetings, NOW)
    with pytest.raises(Wrong, match="twice"):
        there.hears("Ilse", OVERVIEW, meetings, NOW)
    with pytest.raises(Wrong, match="says 1 meetings today, there are 0"):
        Consultants().hears("Ilse", OVERVIEW, [], NOW)
    with pytest.raises(Wrong, match="no overview is due"):
        Consultants().hears("Ilse", OVERVIEW, meetings, NOW - timedelta(days=1))
    with pytest.raises(Wrong, match="got no overview"):
        Consultants().check(meetings, NOW, NOW - timedelta(days=9))


def test_who_is_away_and_stood_in_for_hears_nothing() -> None:
    away = Consultants(stood_in_for=True, away=(NOW.date(), NOW.date()))
    away.hears("Karim", "❔ Amina heeft nog niet gezegd of hij of zij komt", [], NOW)
    with pytest.raises(Wrong, match="is away"):
        away.hears("Ilse", "❔ Amina heeft nog niet gezegd of hij of zij komt", [], NOW)


def test_times_are_proposed_instead_of_what_is_so(told: Oracle) -> None:
    told.hears("Amina", "Ilse stelt een andere tijd voor\nIn plaats van: 📝 Examen: vrijdag 6 maart, 10:00 (ochtend)")
    with pytest.raises(Wrong, match="instead of what is not so"):
        told.hears("Amina", "In plaats van: 📝 Examen: vrijdag 6 maart, 11:00 (ochtend)")


def test_other_times_on_the_buttons_are_something_else(told: Oracle) -> None:
    text = "Ilse stelt een andere tijd voor\nIn plaats van: 📝 Examen: vrijdag 6 maart, 10:00 (ochtend)"
    told.hears("Amina", text, ["🕘 zaterdag 7 maart, 10:00 (ochtend)"])
    told.hears("Amina", text, ["🕘 zondag 8 maart, 10:00 (ochtend)"])
    with pytest.raises(Wrong, match="the same twice"):
        told.hears("Amina", text, ["🕘 zondag 8 maart, 10:00 (ochtend)"])


def test_who_is_telephoned_knows_that_it_was_before_the_day_they_believed_in(told: Oracle) -> None:
    told.changes("Amina Examen").starts_at = NOW - timedelta(hours=1)
    told.telephoned("Amina", "reached")
    told.check("Amina")


def test_who_was_asked_is_not_shown_as_never_asked(told: Oracle) -> None:
    with pytest.raises(Wrong, match="was asked about"):
        told.consultant_hears(
            "Ilse", "❔ Amina heeft nog niet gezegd\n📝 Examen: vrijdag 6 maart\nIk kon het niet vragen"
        )


def test_of_several_things_said_in_one_message_each_is_about_its_own_person(told: Oracle) -> None:
    told.consultant_hears(
        "Ilse",
        "❔ Amina heeft nog niet gezegd\n📝 Examen: vrijdag 6 maart\nIk heb het 1 keer gevraagd.\n"
        "❔ Bilal heeft nog niet gezegd\n📝 Examen: vrijdag 6 maart\nIk kon het niet vragen",
    )


def test_a_sequence_is_the_same_for_the_same_seed() -> None:
    assert sequence(7, weeks=2) == sequence(7, weeks=2) != sequence(8, weeks=2)


async def test_a_sequence_that_fails_is_made_as_small_as_it_can_be() -> None:
    steps = [Step(NOW + timedelta(minutes=n), Act.STOPS, str(n)) for n in range(40)]

    async def fails(some: list[Step] | tuple[Step, ...] | object) -> bool:
        assert isinstance(some, list)
        return {"3", "31"} <= {step.who for step in some}

    assert [step.who for step in await smallest(steps, fails)] == ["3", "31"]
