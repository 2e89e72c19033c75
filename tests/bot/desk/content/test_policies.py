"""When people are reminded: a form, what a made-up week would be, a second person's yes; then the planner uses it."""

import re
from datetime import timedelta

from bot.desk.content.policies import POLICIES, policy_path
from bot.desk.content.proposing import WAITING
from bot.desk.content.texts import CONTENT
from reminders.own_policies import OwnPolicies
from reminders.policies.due_times import DaysBefore, HoursBefore, Policies
from storage.vocabulary import AppointmentKind, DeskRole
from tests.bot.desk.conftest import Browser
from tests.bot.dialogue.talk import Talk

MEETING = AppointmentKind.PROGRESS_MEETING.value
PATH = policy_path(MEETING, "huizen")
FORM = {
    "how_1": "before",
    "amount_1": "1",
    "unit_1": "weeks",
    "ask_1": "yes",
    "how_2": "before",
    "amount_2": "90",
    "unit_2": "minutes",
    "amount_useful_2": "1",
    "unit_useful_2": "hours",
    "how_3": "",
    "followup": "yes",
    "again": "3",
    "again_at": "12:00",
    "shown": "2",
    "amount_collapse": "4",
    "unit_collapse": "hours",
}


async def test_the_form_says_what_holds_and_a_made_up_week(editor: Browser) -> None:
    page = await editor.look(f"{POLICIES}?of=huizen")
    for kind in AppointmentKind:
        assert policy_path(kind.value, "huizen") in page
    page = await editor.look(PATH)
    assert re.search('name="amount_1" value="7"', page)
    assert "Nog eens gevraagd" in page
    assert "Weekoverzicht" in await editor.look(policy_path(AppointmentKind.CLASS.value, "default"))
    looked = await editor.does(f"{PATH}/look", PATH, **FORM)
    before, then = looked.split("Wordt</h3>")
    assert then.count("Herinnering<") == 3
    assert before.count("Herinnering<") >= 3


async def test_every_wrong_field_is_named(editor: Browser) -> None:
    async def faults(**wrong: str) -> list[tuple[str, str]]:
        page = await editor.does(f"{PATH}/propose", PATH, **{**FORM, **wrong})
        assert 'role="alert"' in page
        said = r"<li>(?:<a[^>]*>(Herinnering [0-9]+)</a>: )?([^<.]+)"
        return [(one[1] or "", one[2]) for one in re.finditer(said, page.partition('role="alert"')[2])]

    assert await faults(amount_1="0") == [("Herinnering 1", "Vul in hoeveel: meer dan niets, hooguit een jaar")]
    assert await faults(amount_1="60") == [("Herinnering 1", "Vul in hoeveel: meer dan niets, hooguit een jaar")]
    assert await faults(at_1="25:00") == [("Herinnering 1", "Dat is geen tijd")]
    assert [number for number, _ in await faults(at_2="12:00", amount_1="x")] == ["Herinnering 1", "Herinnering 2"]
    twice = {"how_3": "before", "amount_3": "7", "unit_3": "days"}
    assert (await faults(**twice))[0][1] == "Twee herinneringen op hetzelfde moment"
    assert (await faults(again="1"))[0][0] == ""
    assert (await faults(shown=""))[0][1].startswith("Vul hele dagen in")


async def test_after_a_second_yes_the_planner_uses_it_and_the_file_again_when_it_is_taken_back(
    talk: Talk, editor: Browser, second: Browser
) -> None:
    assert "Voorgesteld" in await editor.does(f"{PATH}/propose", PATH, **FORM)
    async with talk.database.reading() as session:
        assert (await OwnPolicies(Policies()).now(session)).own == {}
    waits = await second.look(WAITING)
    assert "Huizen" in waits
    assert "Dit geldt nu" in await second.does(f"{CONTENT}/changes/1/answer", WAITING, answer="yes")
    async with talk.database.reading() as session:
        policies = await OwnPolicies(Policies()).now(session)
    rules = policies.of(AppointmentKind.PROGRESS_MEETING, "Huizen").rules
    # What stays keeps its name, by which is known who heard it already.
    assert [(rule.id, rule.timing) for rule in rules] == [
        ("week", DaysBefore(7)),
        ("m90", HoursBefore(timedelta(minutes=90))),
    ]
    assert policies.of(AppointmentKind.PROGRESS_MEETING, "Laren").rules[1].id == "day"
    assert await planned(talk) == ["m90", "week"]
    assert "Teruggedraaid" in await editor.does(f"{CONTENT}/changes/1/take-back", PATH)
    assert await planned(talk) == ["day", "hours", "week"]


async def planned(talk: Talk) -> list[str]:
    """By which rules Amina would be reminded of her meeting."""
    meeting = f"reminder:{talk.appointment_ids['Amina-meeting']}:"
    async with talk.database.reading() as session:
        said = await talk.planner.messages(session, [talk.person_ids["Amina"]], as_if_agreed=True)
    return sorted(one.key.split(":")[3] for one in said if one.key.startswith(meeting))


async def test_who_belongs_to_one_municipality_changes_that_ones_alone(talk: Talk, editor: Browser) -> None:
    laren = await Browser(talk).signs_in("redactie@laren.example", DeskRole.CONTENT_EDITOR, "Laren")
    assert "Laren" in await laren.look(POLICIES)
    for path in (PATH, policy_path(MEETING, "default"), f"{POLICIES}?of=huizen"):
        assert (await laren.client.get(path)).status_code == 404, path
    answer = await laren.send(f"{PATH}/propose", policy_path(MEETING, "laren"), **FORM)
    assert answer.status_code == 404
    await editor.does(f"{PATH}/propose", PATH, **FORM)
    answered = await laren.send(f"{CONTENT}/changes/1/answer", WAITING, answer="yes")
    assert answered.status_code == 404
