"""A telephone of several people: when who is there is asked, and how long a message waits for it; as values."""

from datetime import timedelta

import pytest

from locales.rendering.message import Body, Part, Text
from reminders.delivery.asking_first import ASKED, AskFirst, addressed, question_of
from reminders.delivery.channel import Capabilities
from reminders.delivery.channel_rules import ChannelRules
from reminders.delivery.routing import Way, route
from reminders.kinds import Kind
from storage.outbox.claimed_row import ClaimedRow
from storage.outbox.recipients import Address, Recipient, Recipients
from storage.vocabulary import ContactState, Priority
from tests.clock import START

ROW = ClaimedRow(1, "k", "say", b"", 7, None, None, None, None, int(Priority.NORMAL), START, None, START, 0)
HEARD = START - timedelta(hours=3)
THERE = Address(1, "sms", "s", 7, None, ContactState.ACTIVE, None, HEARD, is_shared=True, asks_first=True)
ABSENT = THERE._replace(absent_since=HEARD)
OWN = Address(2, "web", "w", 7, None, ContactState.ACTIVE, None, HEARD - timedelta(days=90))
RULES = ChannelRules(
    {
        "sms": Capabilities(buttons=False, bare_numbers=True),
        "web": Capabilities(buttons=True),
        "phone": Capabilities(buttons=False, asks_who=True),
    }
)


def _way(row: ClaimedRow, *addresses: Address) -> Way | AskFirst:
    recipients = Recipients(people={7: Recipient("en", given_name="Amina")}, of_person={7: list(addresses)})
    recipients.contacts = {one.contact_id: one for one in addresses}
    found = route(row, recipients, list(RULES.capabilities), RULES, START)
    assert isinstance(found, Way | AskFirst)
    return found


@pytest.mark.parametrize(
    ("row", "address", "expected"),
    [
        pytest.param(ROW, ABSENT, AskFirst(ABSENT, START + timedelta(days=1)), id="another is there"),
        pytest.param(ROW, THERE, None, id="they are there"),
        pytest.param(ROW, ABSENT._replace(asks_first=False), None, id="they want it shown"),
        pytest.param(ROW, ABSENT._replace(channel="phone"), None, id="a call asks by itself"),
        pytest.param(ROW._replace(kind=Kind.ASKS_FIRST.value), ABSENT, None, id="the question itself"),
        pytest.param(ROW._replace(person_id=None, contact_id=1), ABSENT, None, id="a code for the address"),
        pytest.param(
            ROW._replace(priority=int(Priority.URGENT)),
            ABSENT,
            AskFirst(ABSENT, START + timedelta(days=1)),
            id="urgent",
        ),
        pytest.param(
            ROW._replace(useful_until=START + timedelta(hours=5)),
            ABSENT,
            AskFirst(ABSENT, START + timedelta(hours=5)),
            id="of use for five hours",
        ),
        pytest.param(
            ROW,
            ABSENT._replace(last_heard_at=START - timedelta(minutes=1)),
            AskFirst(
                ABSENT._replace(last_heard_at=START - timedelta(minutes=1)),
                START + timedelta(minutes=4),
                "in_conversation",
            ),
            id="the other one is being spoken with",
        ),
    ],
)
def test_when_it_is_asked(row: ClaimedRow, address: Address, expected: AskFirst | None) -> None:
    found = _way(row, address)
    assert found == expected if expected is not None else isinstance(found, Way)


def test_another_way_of_theirs_waits_two_hours_at_most_and_half_of_the_use() -> None:
    asked = _way(ROW, ABSENT, OWN)
    assert asked == AskFirst(ABSENT, START + timedelta(hours=2))
    soon = _way(ROW._replace(useful_until=START + timedelta(hours=1)), ABSENT, OWN)
    assert soon == AskFirst(ABSENT, START + timedelta(minutes=30))
    then = _way(ROW._replace(reason=ASKED), ABSENT, OWN)
    assert isinstance(then, Way)
    assert then.addresses == (OWN,)
    first = _way(ROW._replace(contact_id=2), ABSENT, OWN)
    assert isinstance(first, Way)
    assert first.addresses == (OWN,)


@pytest.mark.parametrize(
    ("row", "address", "name"),
    [
        pytest.param(ROW, THERE, "Amina", id="shared"),
        pytest.param(ROW, OWN, "", id="their own"),
        pytest.param(ROW._replace(priority=int(Priority.REPLY)), THERE, "", id="an answer"),
        pytest.param(ROW._replace(kind=Kind.ASKS_FIRST.value), ABSENT, "", id="the question"),
    ],
)
def test_what_comes_unasked_says_whose_it_is(row: ClaimedRow, address: Address, name: str) -> None:
    found = _way(row, address)
    assert isinstance(found, Way)
    assert found.addressed_to == name


def test_whose_it_is_stands_first_also_in_short() -> None:
    body = addressed(Body((Part(Text("menu.ask")),)), "Amina")
    theirs = Text("shared.for", {"name": "Amina"})
    assert body.parts == (Part(theirs), Part(Text("menu.ask")))
    assert body.brief == (theirs, Text("brief.message"))


def test_one_question_a_day_of_an_absence() -> None:
    today = START.date()
    asked = question_of(ROW, ABSENT, START, today)
    assert asked.key == question_of(ROW._replace(id=2), ABSENT, START + timedelta(hours=2), today).key
    others = [
        question_of(ROW, ABSENT, START, today + timedelta(days=1)),
        question_of(ROW, ABSENT._replace(absent_since=START), START, today),
        question_of(ROW, ABSENT._replace(contact_id=8), START, today),
    ]
    assert asked.key not in {one.key for one in others}
    assert (asked.params, asked.person_id, asked.contact_id) == ({}, 7, 1)
