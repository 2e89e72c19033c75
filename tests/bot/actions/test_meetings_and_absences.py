"""Acts on meetings and absences: whose they are, what is refused by which name, and that a refusal changes nothing."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.actions import attendance, meetings, proposals
from bot.actions.absences import drafts, seen
from bot.actions.absences import reports as absences
from bot.actions.absences.drafts import Refused, WhyNot
from bot.actions.acting import OPERATOR, Acting, Actor, Proof, Role
from bot.actions.meetings import Meeting, MeetingRefused
from bot.actions.proposals import ProposalRefused
from storage.appointments.absences import Absence
from storage.appointments.appointments import Appointment, participation_in
from storage.appointments.history import RecordedChange
from storage.appointments.proposals import Proposal, key_of, overtaken_of
from storage.outbox.message import Message
from storage.vocabulary import (
    AbsenceReason,
    AbsenceState,
    Answer,
    AppointmentKind,
    AppointmentStatus,
    Change,
    ChangeSource,
    ProposalState,
)
from tests.bot.dialogue.talk import Talk


def actor(talk: Talk, name: str) -> Actor:
    if name in talk.person_ids:
        return Actor(Role.PERSON, Proof.ACCOUNT, talk.person_ids[name])
    if name in talk.consultant_ids:
        return Actor(Role.CONSULTANT, Proof.ACCOUNT, talk.consultant_ids[name])
    return OPERATOR if name == "operator" else Actor(Role.STRANGER, Proof.CLAIMED, 1)


@asynccontextmanager
async def acting(talk: Talk, name: str, source: ChangeSource = ChangeSource.CHAT) -> AsyncIterator[Acting]:
    async with talk.database.writing() as session:
        yield Acting(actor(talk, name), session, talk.clock.now(), talk.services, source)


def later(talk: Talk, days: int = 5) -> datetime:
    return talk.clock.now() + timedelta(days=days)


async def appointment(talk: Talk, label: str = "Amina-meeting") -> Appointment:
    async with talk.database.reading() as session:
        return await session.get_one(Appointment, talk.appointment_ids[label])


async def reported(talk: Talk, label: str = "Amina-meeting") -> int:
    """Amina reported that she cannot come; the report's id."""
    mine = talk.person_ids["Amina"]
    async with acting(talk, "Amina") as her:
        draft = await drafts.begin(her, mine, talk.appointment_ids[label])
        assert isinstance(draft, Absence)
        await drafts.give_reason(her, draft, AbsenceReason.ILL)
        sent = await absences.send(her, mine, draft.id)
        assert not isinstance(sent, Refused)
        return sent.report.id


async def proposed(talk: Talk) -> int:
    async with acting(talk, "Sanne") as her:
        await proposals.propose(her, talk.appointment_ids["Amina-meeting"], 1, [later(talk)])
        return (await her.session.scalars(select(Proposal.id))).one()


async def test_other_times_that_were_answered_are_not_told_again_over_another_way(talk: Talk) -> None:
    """Found by the model: a receipt that came after the answer sent them once more."""
    keys = {key_of(await proposed(talk))}
    before = talk.clock.now()
    talk.clock.forward(minutes=5)
    async with acting(talk, "Amina") as her:
        await proposals.accept(her, talk.person_ids["Amina"], 1, 0)
    talk.clock.forward(minutes=5)
    async with talk.database.reading() as session:
        assert await overtaken_of(session, keys, talk.clock.now()) == keys
        # What they quote is found as it was.
        assert await overtaken_of(session, keys, before) == set()


Act = Callable[[Acting, Talk], Awaitable[object]]
CONSULTANTS: dict[str, Act] = {
    "open": lambda a, t: meetings.open_meeting(a, t.appointment_ids["Amina-meeting"], 1),
    "make": lambda a, t: meetings.make(a, t.person_ids["Amina"], AppointmentKind.EXAM, later(t), ""),
    "move": lambda a, t: meetings.move(a, t.appointment_ids["Amina-meeting"], 1, later(t)),
    "cancel": lambda a, t: meetings.cancel(a, t.appointment_ids["Amina-meeting"], 1),
    "restore": lambda a, t: meetings.restore(a, t.appointment_ids["Amina-meeting"], 1),
    "propose": lambda a, t: proposals.propose(a, t.appointment_ids["Amina-meeting"], 1, [later(t)]),
}
PERSONS: dict[str, Act] = {
    "confirm": lambda a, t: meetings.confirm(a, t.person_ids["Amina"], t.appointment_ids["Amina-meeting"]),
    "other time": lambda a, t: meetings.ask_other_time(a, t.person_ids["Amina"], t.appointment_ids["Amina-meeting"]),
    "accept": lambda a, t: proposals.accept(a, t.person_ids["Amina"], 1, 0),
    "refuse": lambda a, t: proposals.refuse(a, t.person_ids["Amina"], 1),
    "begin": lambda a, t: drafts.begin(a, t.person_ids["Amina"], t.appointment_ids["Amina-meeting"]),
    "send": lambda a, t: absences.send(a, t.person_ids["Amina"], 1),
    "change": lambda a, t: absences.change(a, t.person_ids["Amina"], 1),
    "take back": lambda a, t: absences.take_back(a, t.person_ids["Amina"], 1),
    "better": lambda a, t: absences.end_illness(a, t.person_ids["Amina"], 1),
    "still ill": lambda a, t: absences.still_ill(a, t.person_ids["Amina"], 1),
    "was there": lambda a, t: attendance.say_was_there(a, t.person_ids["Amina"], t.appointment_ids["Amina-meeting"]),
    "missed": lambda a, t: attendance.report_missed(
        a, t.person_ids["Amina"], t.appointment_ids["Amina-meeting"], AbsenceReason.ILL
    ),
}
NOT_THEIRS = (MeetingRefused.NOT_THEIRS, ProposalRefused.NOT_THEIRS, Refused(WhyNot.NOT_THEIRS))


@pytest.mark.parametrize("who", ["Karim", "Omar", "stranger"])
@pytest.mark.parametrize("name", [*CONSULTANTS, *PERSONS])
async def test_whom_it_does_not_concern_can_do_nothing(talk: Talk, name: str, who: str) -> None:
    await reported(talk, "Amina-class2")
    await proposed(talk)
    before = await appointment(talk)
    async with talk.database.reading() as session:
        messages = len(list(await session.scalars(select(Message.id))))
    async with acting(talk, who) as other:
        assert await (CONSULTANTS | PERSONS)[name](other, talk) in NOT_THEIRS
    after = await appointment(talk)
    assert (after.version, after.starts_at, after.status) == (before.version, before.starts_at, before.status)
    async with talk.database.reading() as session:
        assert len(list(await session.scalars(select(Message.id)))) == messages
        assert [a.state for a in await session.scalars(select(Absence))] == [AbsenceState.REPORTED]
        assert [p.state for p in await session.scalars(select(Proposal))] == [ProposalState.OPEN]


@pytest.mark.parametrize("name", CONSULTANTS)
async def test_a_person_cannot_do_what_is_the_consultants(talk: Talk, name: str) -> None:
    async with acting(talk, "Amina") as her:
        assert await CONSULTANTS[name](her, talk) == MeetingRefused.NOT_THEIRS
    assert (await appointment(talk)).version == 1


@pytest.mark.parametrize("who", ["Amina", "Karim"])
async def test_only_their_consultant_sees_a_report(talk: Talk, who: str) -> None:
    number = await reported(talk)
    async with acting(talk, who) as other:
        if who == "Karim":
            assert await seen.see(other, number) == Refused(WhyNot.NOT_THEIRS)
            assert await seen.ask_to_call(other, number) == Refused(WhyNot.NOT_THEIRS)
        else:
            with pytest.raises(LookupError):
                await seen.see(other, number)
    async with talk.database.reading() as session:
        assert (await session.get_one(Absence, number)).state is AbsenceState.REPORTED


async def test_what_is_cancelled_is_restored_as_it_was_and_the_history_says_where(talk: Talk) -> None:
    number, before = talk.appointment_ids["Amina-meeting"], await appointment(talk)
    async with acting(talk, "Sanne") as her:
        await meetings.cancel(her, number, 1)
    async with acting(talk, "operator", ChangeSource.DESK) as operator:
        assert await meetings.restore(operator, number, 1) == Meeting(
            await operator.session.get_one(Appointment, number),
            (await operator.person(talk.person_ids["Amina"])) or pytest.fail("nobody"),
            MeetingRefused.CHANGED,
        )
        found = await meetings.restore(operator, number, 2)
    assert isinstance(found, Meeting)
    after = await appointment(talk)
    assert (found.refused, after.status, after.starts_at, after.version) == (
        None,
        AppointmentStatus.PLANNED,
        before.starts_at,
        3,
    )
    async with talk.database.reading() as session:
        changes = list(await session.scalars(select(RecordedChange).order_by(RecordedChange.id)))
    assert [(c.change, c.source, c.actor) for c in changes] == [
        (Change.CANCELLED, ChangeSource.CHAT, f"consultant:{talk.consultant_ids['Sanne']}"),
        (Change.RESTORED, ChangeSource.DESK, "operator"),
    ]


@pytest.mark.parametrize(
    ("version", "days", "refused"),
    [
        pytest.param(9, 5, MeetingRefused.CHANGED, id="another version"),
        pytest.param(1, -5, MeetingRefused.PAST, id="a time that is past"),
        pytest.param(1, 5, None, id="done"),
    ],
)
async def test_a_move_is_refused_by_name(talk: Talk, version: int, days: int, refused: MeetingRefused | None) -> None:
    async with acting(talk, "Sanne") as her:
        found = await meetings.move(her, talk.appointment_ids["Amina-meeting"], version, later(talk, days))
    assert isinstance(found, Meeting)
    assert found.refused is refused
    assert ((await appointment(talk)).version == 2) is (refused is None)


async def test_a_move_to_its_own_time_is_none(talk: Talk) -> None:
    stands = await appointment(talk)
    async with acting(talk, "Sanne") as her:
        found = await meetings.move(her, stands.id, stands.version, stands.starts_at)
    assert isinstance(found, Meeting)
    assert found.refused is MeetingRefused.THERE_ALREADY
    assert (await appointment(talk)).version == stands.version


async def test_a_consultant_reports_for_a_person_who_telephones(talk: Talk) -> None:
    mine = talk.person_ids["Amina"]
    async with acting(talk, "Sanne", ChangeSource.DESK) as her:
        draft = await drafts.begin(her, mine, talk.appointment_ids["Amina-meeting"])
        assert isinstance(draft, Absence)
        await drafts.give_reason(her, draft, AbsenceReason.CHILD_ILL)
        sent = await absences.send(her, mine, draft.id)
    assert not isinstance(sent, Refused)
    assert (sent.report.state, sent.report.reason) == (AbsenceState.REPORTED, AbsenceReason.CHILD_ILL)


async def test_who_reported_and_asks_for_another_time_stays_reported(talk: Talk) -> None:
    await reported(talk)
    mine, meeting = talk.person_ids["Amina"], talk.appointment_ids["Amina-meeting"]
    async with acting(talk, "Amina") as her:
        assert not isinstance(await meetings.ask_other_time(her, mine, meeting), MeetingRefused)
        given = await participation_in(her.session, meeting, mine)
        assert given is not None
        assert given.answer is Answer.NOT_COMING


async def test_a_draft_of_another_is_not_filled_in(talk: Talk) -> None:
    async with acting(talk, "Amina") as her:
        draft = await drafts.begin(her, talk.person_ids["Amina"])
        assert isinstance(draft, Absence)
    async with acting(talk, "Omar") as other:
        found = await other.session.get_one(Absence, draft.id)
        with pytest.raises(LookupError):
            await drafts.give_reason(other, found, AbsenceReason.WORK)
