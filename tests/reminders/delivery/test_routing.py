"""Over which address a message goes, in which language; as values."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from reminders.delivery.asking_first import AskFirst
from reminders.delivery.channel import Capabilities
from reminders.delivery.channel_rules import ChannelRule, ChannelRules
from reminders.delivery.routing import Later, NoWay, Way, route
from reminders.local_time import AMSTERDAM, QuietHours
from storage.outbox.claimed_row import ClaimedRow
from storage.outbox.recipients import Address, Recipient, Recipients
from storage.vocabulary import ContactState, MessageState, Priority
from tests.clock import START

ROW = ClaimedRow(1, "k", "say", b"", 7, None, None, None, None, int(Priority.NORMAL), START, None, START, 0)
TELEGRAM = Address(1, "telegram", "t", 7, None, ContactState.ACTIVE, None, START)
WEB = Address(2, "web", "w", 7, None, ContactState.ACTIVE, None, START - timedelta(hours=1))
SMS = Address(3, "sms", "s", 7, None, ContactState.ACTIVE, None, None)
STRANGER = Address(9, "telegram", "x", None, None, ContactState.ACTIVE, "ti", None)
ALL = ("telegram", "web", "sms")


def _recipients(*addresses: Address, reader: Recipient | None = None) -> Recipients:
    recipients = Recipients(people={7: reader or Recipient("ar")}, consultants={4: Recipient("nl")})
    for address in addresses:
        recipients.contacts[address.contact_id] = address
        if address.person_id is not None:
            recipients.of_person.setdefault(address.person_id, []).append(address)
        if address.consultant_id is not None:
            recipients.of_consultant.setdefault(address.consultant_id, []).append(address)
    return recipients


RULES = ChannelRules(
    {
        "telegram": Capabilities(buttons=True),
        "web": Capabilities(buttons=True, receipts=True),
        "sms": Capabilities(buttons=False, confidential=False, bare_numbers=True, receipts=True, cost=60),
    }
)


def _route(row: ClaimedRow, recipients: Recipients, rules: ChannelRules = RULES) -> Way | Later | NoWay | AskFirst:
    return route(row, recipients, ALL, rules, START)


def _ids(way: Way | Later | NoWay | AskFirst) -> list[int]:
    assert isinstance(way, Way)
    return [address.contact_id for address in way.addresses]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        pytest.param((), [1, 2, 3], id="where they were heard last"),
        pytest.param(("web",), [2, 1, 3], id="their first choice, then where heard last"),
        pytest.param(("sms", "web", "telegram"), [3, 2, 1], id="their own order"),
        pytest.param(("pigeon", "sms"), [3, 1, 2], id="a channel that is no more"),
    ],
)
def test_the_order_of_channels(order: tuple[str, ...], expected: list[int]) -> None:
    recipients = _recipients(SMS, WEB, TELEGRAM, reader=Recipient("ar", channel_order=order))
    assert _ids(_route(ROW, recipients)) == expected


@pytest.mark.parametrize(
    "unusable",
    [
        pytest.param(TELEGRAM._replace(state=ContactState.BLOCKED), id="blocked"),
        pytest.param(TELEGRAM._replace(state=ContactState.GONE), id="gone"),
        pytest.param(TELEGRAM._replace(address=None), id="under a lost key"),
        pytest.param(TELEGRAM._replace(channel="fax"), id="a channel this deployment has not"),
    ],
)
def test_an_address_that_cannot_be_used_is_passed_over(unusable: Address) -> None:
    assert _ids(_route(ROW, _recipients(unusable, WEB))) == [2]
    assert _route(ROW, _recipients(unusable)) == NoWay("no_channel")


def test_a_reply_goes_where_the_question_came_from_and_elsewhere_only_after_it() -> None:
    reply = ROW._replace(contact_id=2, priority=int(Priority.REPLY))
    assert _ids(_route(reply, _recipients(TELEGRAM, WEB))) == [2, 1]


def test_who_stopped_hears_answers_only() -> None:
    recipients = _recipients(TELEGRAM, reader=Recipient("ar", stopped=True))
    assert _route(ROW, recipients) == NoWay("stopped", MessageState.CANCELLED)
    assert _ids(_route(ROW._replace(priority=int(Priority.REPLY)), recipients)) == [1]


@pytest.mark.parametrize(
    ("row", "addresses", "language", "lane"),
    [
        pytest.param(ROW, (TELEGRAM,), "ar", "person:7", id="a person"),
        pytest.param(ROW._replace(person_id=None, contact_id=1), (TELEGRAM,), "ar", "person:7", id="by an address"),
        pytest.param(ROW._replace(person_id=None, contact_id=9), (STRANGER,), "ti", "contact:9", id="a stranger"),
        pytest.param(
            ROW._replace(person_id=None, contact_id=9),
            (STRANGER._replace(language="tlh"),),
            "nl",
            "contact:9",
            id="a language we do not speak",
        ),
        pytest.param(
            ROW._replace(person_id=None, consultant_id=4),
            (WEB._replace(person_id=None, consultant_id=4),),
            "nl",
            "consultant:4",
            id="a consultant",
        ),
    ],
)
def test_language_and_lane(row: ClaimedRow, addresses: tuple[Address, ...], language: str, lane: str) -> None:
    way = _route(row, _recipients(*addresses))
    assert isinstance(way, Way)
    assert (way.language, way.lane) == (language, lane)


def test_nobody_there() -> None:
    assert _route(ROW._replace(person_id=8), _recipients(TELEGRAM)) == NoWay("no_channel")


@pytest.mark.parametrize(
    ("addresses", "expected"),
    [
        pytest.param((TELEGRAM, WEB), [1, 2], id="the last one heard first"),
        pytest.param((TELEGRAM._replace(last_failed_at=START), WEB), [1, 2], id="it failed before it was heard"),
        pytest.param(
            (TELEGRAM._replace(last_failed_at=START + timedelta(hours=1)), WEB), [2, 1], id="failing lately goes last"
        ),
        pytest.param(
            (TELEGRAM._replace(last_heard_at=START - timedelta(days=90)), SMS._replace(last_heard_at=START)),
            [3, 1],
            id="where they write themselves before what they left",
        ),
        pytest.param((SMS._replace(last_heard_at=START), WEB), [2, 3], id="of two in use the cheapest"),
    ],
)
def test_what_worked_lately_and_what_it_costs(addresses: tuple[Address, ...], expected: list[int]) -> None:
    assert _ids(_route(ROW, _recipients(*addresses))) == expected


def test_where_it_did_not_arrive_is_passed_over() -> None:
    recipients = _recipients(TELEGRAM, WEB)
    assert _ids(_route(ROW._replace(passed_over="1"), recipients)) == [2]
    assert _route(ROW._replace(passed_over="1,2"), recipients) == NoWay("not_delivered")


def test_a_channels_quiet_hours_hold_back_what_is_not_asked_for() -> None:
    quiet = ChannelRule(quiet=QuietHours.parse("00:00-23:00"))
    rules = replace(RULES, by_channel={"sms": quiet})
    assert _ids(_route(ROW, _recipients(SMS, WEB), rules)) == [2]
    later = _route(ROW, _recipients(SMS), rules)
    assert isinstance(later, Later)
    assert later.at > START
    assert _ids(_route(ROW._replace(priority=int(Priority.REPLY)), _recipients(SMS), rules)) == [3]


@pytest.mark.parametrize(
    ("due", "useful_until", "now", "own", "priority", "held_until"),
    [
        pytest.param("18:00", "+1 09:00", "22:30", None, Priority.REMINDER, "+1 08:00", id="late, in the evening"),
        pytest.param("18:00", "+1 09:00", "+1 03:00", None, Priority.REMINDER, "+1 08:00", id="late, in the night"),
        pytest.param("18:00", "+1 08:30", "22:30", None, Priority.REMINDER, None, id="too late in the morning"),
        pytest.param("18:00", "+1 09:00", "20:30", None, Priority.REMINDER, None, id="late, in the day"),
        pytest.param("20:59", "+1 09:00", "21:03", None, Priority.REMINDER, None, id="as good as in time"),
        pytest.param("22:00", "+1 09:00", "22:30", None, Priority.NORMAL, None, id="meant for the night"),
        pytest.param("18:00", "+1 12:00", "+1 09:00", "20:00-10:00", Priority.NORMAL, "+1 10:00", id="own hours"),
        pytest.param("18:00", None, "22:30", None, Priority.REPLY, None, id="an answer"),
        pytest.param("18:00", None, "22:30", None, Priority.URGENT, None, id="urgent"),
    ],
)
def test_what_is_late_wakes_nobody(
    due: str, useful_until: str | None, now: str, own: str | None, priority: Priority, held_until: str | None
) -> None:
    def at(text: str) -> datetime:
        day = date(2026, 3, 2) + timedelta(days=text.startswith("+1"))
        return datetime.combine(day, time.fromisoformat(text.removeprefix("+1 ")), AMSTERDAM).astimezone(UTC)

    row = ROW._replace(
        due_at=at(due), useful_until=None if useful_until is None else at(useful_until), priority=int(priority)
    )
    rules = replace(RULES, quiet_hours=QuietHours.parse("21:00-08:00"))
    way = route(row, _recipients(TELEGRAM, reader=Recipient("ar", quiet_hours=own)), ALL, rules, at(now))
    assert way == Later(at(held_until)) if held_until is not None else isinstance(way, Way)


@pytest.mark.parametrize(
    ("channel", "heard_ago", "due_ago", "useful_for", "priority", "waits"),
    [
        pytest.param("sms", 30, 0, 9999, Priority.REMINDER, 90, id="in the middle of a conversation"),
        pytest.param("sms", 30, 840, 9999, Priority.REMINDER, 60, id="who goes on talking is reminded all the same"),
        pytest.param("sms", 30, 901, 9999, Priority.REMINDER, None, id="waited long enough"),
        pytest.param("sms", 121, 0, 9999, Priority.REMINDER, None, id="the conversation is over"),
        pytest.param("sms", 30, 0, 80, Priority.REMINDER, None, id="of no use any more then"),
        pytest.param("sms", 30, 0, 9999, Priority.NORMAL, None, id="what the consultant writes"),
        pytest.param("sms", 30, 0, 9999, Priority.REPLY, None, id="an answer"),
        pytest.param("telegram", 30, 0, 9999, Priority.REMINDER, None, id="a button says what it answers"),
        pytest.param("sms", None, 0, 9999, Priority.REMINDER, None, id="never wrote"),
    ],
)
def test_a_reminder_does_not_come_between_a_question_and_its_number(
    channel: str, heard_ago: int | None, due_ago: int, useful_for: int, priority: Priority, waits: int | None
) -> None:
    heard_at = None if heard_ago is None else START - timedelta(seconds=heard_ago)
    row = ROW._replace(
        priority=int(priority),
        due_at=START - timedelta(seconds=due_ago),
        useful_until=START + timedelta(seconds=useful_for),
    )
    way = _route(row, _recipients(SMS._replace(channel=channel, last_heard_at=heard_at)))
    if waits is None:
        assert isinstance(way, Way)
    else:
        assert way == Later(START + timedelta(seconds=waits), "in_conversation")


SANNES = Address(20, "telegram", "sanne", None, 4, ContactState.ACTIVE, None, START)
KARIMS = Address(21, "telegram", "karim", None, 5, ContactState.ACTIVE, None, START)
LENAS = Address(22, "telegram", "lena", None, 6, ContactState.ACTIVE, None, START)
TO_SANNE = ROW._replace(person_id=None, consultant_id=4)
TODAY = START.date()


def _away(stand_in_id: int | None = None, language: str = "nl") -> Recipient:
    return Recipient(language, away_from=TODAY, away_until=TODAY + timedelta(days=3), stand_in_id=stand_in_id)


@pytest.mark.parametrize(
    ("consultants", "expected"),
    [
        pytest.param({4: Recipient("nl", stand_in_id=5), 5: Recipient("en")}, [20], id="at work"),
        pytest.param({4: _away(5), 5: Recipient("en")}, [21], id="away"),
        pytest.param({4: _away(), 5: Recipient("en")}, [20], id="away, and nobody stands in"),
        pytest.param(
            {4: _away(5), 5: _away(6, "en"), 6: Recipient("nl")},
            [22],
            id="who stands in is away too",
        ),
        pytest.param({4: _away(5), 5: _away(4, "en")}, [20], id="all are away"),
        pytest.param(
            {4: Recipient("nl", stand_in_id=5, away_from=TODAY + timedelta(days=1)), 5: Recipient("en")},
            [20],
            id="away from tomorrow",
        ),
    ],
)
def test_what_is_for_a_consultant_who_is_away_goes_to_who_stands_in(
    consultants: dict[int, Recipient], expected: list[int]
) -> None:
    recipients = _recipients(SANNES, KARIMS, LENAS)
    recipients.consultants = consultants
    assert _ids(_route(TO_SANNE, recipients)) == expected


def test_a_stand_in_without_a_channel_is_passed_over() -> None:
    recipients = _recipients(SANNES)
    recipients.consultants = {4: _away(5), 5: Recipient("nl")}
    assert _ids(_route(TO_SANNE, recipients)) == [20]


def test_a_reply_to_a_consultant_who_is_away_goes_to_where_they_write() -> None:
    recipients = _recipients(SANNES, KARIMS)
    recipients.consultants = {4: _away(5), 5: Recipient("nl")}
    assert _ids(_route(TO_SANNE._replace(contact_id=20, priority=int(Priority.REPLY)), recipients))[0] == 20


def test_what_is_told_before_a_consultant_is_linked_waits_for_them() -> None:
    recipients = _recipients()
    urgent = TO_SANNE._replace(priority=int(Priority.URGENT))
    assert _route(urgent, recipients) == Later(START + timedelta(minutes=1), "no_channel")
    old = urgent._replace(due_at=START - timedelta(hours=30))
    assert _route(old, recipients) == Later(START + timedelta(hours=1), "no_channel")
    assert _route(urgent._replace(due_at=START - timedelta(hours=47, minutes=30)), recipients) == NoWay("no_channel")
    assert _route(TO_SANNE._replace(priority=int(Priority.REMINDER)), recipients) == NoWay("no_channel")
