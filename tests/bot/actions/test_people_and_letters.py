"""Acts on people, letters, calls, contacts and privacy: whose they are, what is refused by which name, what is kept."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from bot.actions import attendance, calls, contacts, letters, people, preferences, privacy, ways
from bot.actions.access import standing_in
from bot.actions.access.challenges import CODE_LASTS, Challenge, ProofRefused
from bot.actions.access.standing_in import StandInRefused
from bot.actions.acting import OPERATOR, Acting, Actor, Proof, Role
from bot.actions.attendance import FactsRefused
from bot.actions.calls import CallRefused
from bot.actions.contacts import AddressRefused, InviteRefused, LinkRefused
from bot.actions.letters import LetterRefused, Words
from bot.actions.people import Added, AwayRefused, NewPerson, PersonRefused
from bot.actions.privacy import PrivacyRefused
from storage.outbox.message import Message
from storage.people.contacts import Contact, contact_made_at
from storage.people.people import Consultant, Person
from storage.people.phone_tasks import PhoneTask
from storage.people.relayed import Letter
from storage.privacy.audit import AuditEntry
from storage.vocabulary import CallResult, ContactState, Group, LetterKind, Priority, ReadyAnswer, TaskState, Wishes
from tests.bot.dialogue.talk import Talk

WORDS = Words("Mijn zoon is ziek.", "nl")
Act = Callable[[Acting, Talk], Awaitable[object]]


def actor(talk: Talk, name: str) -> Actor:
    if name in talk.person_ids:
        return Actor(Role.PERSON, Proof.ACCOUNT, talk.person_ids[name])
    if name in talk.consultant_ids:
        return Actor(Role.CONSULTANT, Proof.ACCOUNT, talk.consultant_ids[name])
    return OPERATOR if name == "operator" else Actor(Role.STRANGER, Proof.ACCOUNT, 1)


@asynccontextmanager
async def acting(talk: Talk, name: str) -> AsyncIterator[Acting]:
    async with talk.database.writing() as session:
        yield Acting(actor(talk, name), session, talk.clock.now(), talk.services)


async def messages(talk: Talk) -> list[Message]:
    async with talk.database.reading() as session:
        return list(await session.scalars(select(Message).where(Message.kind == "say").order_by(Message.id)))


async def audited(talk: Talk) -> list[tuple[str, str, str]]:
    async with talk.database.reading() as session:
        entries = await session.scalars(select(AuditEntry).order_by(AuditEntry.id))
        return [(entry.actor, entry.action, entry.subject) for entry in entries]


async def written(talk: Talk, kind: LetterKind = LetterKind.QUESTION) -> int:
    """Amina wrote a letter; its id."""
    async with acting(talk, "Amina") as her:
        await letters.write_to_consultant(her, kind, WORDS)
        return (await her.session.scalars(select(Letter.id).order_by(Letter.id.desc()).limit(1))).one()


async def to_call(talk: Talk) -> int:
    """Amina is to be telephoned; the task's id."""
    async with talk.database.writing() as session:
        task = PhoneTask(person_id=talk.person_ids["Amina"], opened_at=talk.clock.now())
        session.add(task)
        await session.flush()
        return task.id


async def address(talk: Talk, name: str = "x") -> Contact:
    async with talk.database.writing() as session:
        return await contact_made_at(session, talk.database.keys, "web", name, talk.clock.now())


# --- whose it is ----------------------------------------------------------------------------------------------------

_OF_AMINA: list[tuple[str, Act, object]] = [
    (
        "write to a person",
        lambda a, t: letters.write_to_person(a, t.person_ids["Amina"], WORDS),
        LetterRefused.NOT_THEIRS,
    ),
    (
        "a ready answer",
        lambda a, t: letters.send_ready_answer(a, t.person_ids["Amina"], ReadyAnswer.THANKS, once="1"),
        LetterRefused.NOT_THEIRS,
    ),
    ("invite to talk", lambda a, t: letters.invite_to_talk(a, t.person_ids["Amina"]), LetterRefused.NOT_THEIRS),
    ("read a letter", lambda a, _: letters.letter_from(a, 1), LetterRefused.NOT_THEIRS),
    ("see a letter", lambda a, _: letters.see_letter(a, 1), LetterRefused.NOT_THEIRS),
    ("look at a person", lambda a, t: people.look_at(a, t.person_ids["Amina"]), None),
    ("a call", lambda a, _: calls.call_for(a, 1), CallRefused.NOT_THEIRS),
    ("note a call", lambda a, _: calls.note_call(a, 1, CallResult.REACHED), CallRefused.NOT_THEIRS),
    (
        "facts",
        lambda a, t: attendance.facts_about(a, t.person_ids["Amina"], t.clock.now(), t.clock.now()),
        FactsRefused.NOT_THEIRS,
    ),
    ("invite", lambda a, _: contacts.invite(a, "Amina", by=None, link_of=str), InviteRefused.NOBODY),
    ("export", lambda a, t: privacy.export(a, t.person_ids["Amina"]), PrivacyRefused.NOT_THEIRS),
    ("erase", lambda a, t: privacy.erase(a, t.person_ids["Amina"]), PrivacyRefused.NOT_THEIRS),
]


@pytest.mark.parametrize("who", ["Karim", "Omar", "a stranger"])
@pytest.mark.parametrize(("act", "refusal"), [pytest.param(act, why, id=name) for name, act, why in _OF_AMINA])
async def test_what_is_not_theirs_is_refused_by_name_and_nothing_changes(
    talk: Talk, act: Act, refusal: object, who: str
) -> None:
    await written(talk)
    await to_call(talk)
    before, log = len(await messages(talk)), await audited(talk)
    async with acting(talk, who) as them:
        assert await act(them, talk) == refusal
    assert (len(await messages(talk)), await audited(talk)) == (before, log)
    async with talk.database.reading() as session:
        letter, task = await session.get_one(Letter, 1), await session.get_one(PhoneTask, 1)
    assert (letter.seen_at, letter.answered_at, task.state) == (None, None, TaskState.OPEN)


@pytest.mark.parametrize("number", [0, 10**9])
async def test_a_number_that_is_nobodys_is_answered_as_anothers_is(talk: Talk, number: int) -> None:
    async with acting(talk, "Sanne") as her:
        assert await people.look_at(her, number) is None
        assert await letters.write_to_person(her, number, WORDS) is LetterRefused.NOT_THEIRS
        assert await letters.write_to_group(her, number, WORDS) is LetterRefused.NOT_THEIRS
        assert await calls.call_for(her, number) is CallRefused.NOT_THEIRS


async def test_a_persons_number_is_no_consultants(talk: Talk) -> None:
    """Persons and consultants are counted apart: an act of the one is never taken for the other's."""
    async with acting(talk, "Sanne") as her:
        with pytest.raises(LookupError):
            await letters.write_to_consultant(her, LetterKind.MESSAGE, WORDS)
        with pytest.raises(LookupError):
            await privacy.stop(her, once="1")
    async with acting(talk, "Amina") as her:
        with pytest.raises(LookupError):
            await people.be_back(her)


# --- letters --------------------------------------------------------------------------------------------------------


async def test_a_letter_is_told_once_and_its_answer_closes_it(talk: Talk) -> None:
    number = await written(talk, LetterKind.URGENT)
    [told] = await messages(talk)
    assert (told.consultant_id, told.about_id) == (talk.consultant_ids["Sanne"], talk.person_ids["Amina"])
    assert told.priority == Priority.URGENT
    async with acting(talk, "Sanne") as her:
        await letters.see_letter(her, number)
        await letters.see_letter(her, number)
        await letters.write_to_person(her, talk.person_ids["Amina"], Words("Beterschap", "nl"), answers=number)
    async with talk.database.reading() as session:
        question, answer = list(await session.scalars(select(Letter).order_by(Letter.id)))
    assert question.seen_at == question.answered_at == talk.clock.now()
    assert (answer.kind, answer.answers_id) == (LetterKind.ANSWER, number)
    assert [m.person_id for m in (await messages(talk))[1:]] == [talk.person_ids["Amina"]] * 2
    log = await audited(talk)
    assert log.count((f"consultant:{talk.consultant_ids['Sanne']}", "saw", f"letter:{number}")) == 1
    assert (f"person:{talk.person_ids['Amina']}", "wrote", f"letter:{number}") in log


async def test_an_answer_to_somebody_elses_letter_closes_nothing(talk: Talk) -> None:
    async with acting(talk, "Omar") as him:
        await letters.write_to_consultant(him, LetterKind.QUESTION, WORDS)
    async with acting(talk, "Sanne") as her:
        await letters.write_to_person(her, talk.person_ids["Amina"], WORDS, answers=1)
    async with talk.database.reading() as session:
        assert (await session.get_one(Letter, 1)).answered_at is None
        assert (await session.get_one(Letter, 2)).answers_id is None


async def test_without_a_consultant_a_letter_is_kept_and_that_is_said(talk: Talk) -> None:
    async with acting(talk, "Amina") as her:
        (await her.own_person()).consultant_id = None
        kept = await letters.write_to_consultant(her, LetterKind.MESSAGE, WORDS)
    assert (kept.told, kept.reachable) == (False, False)
    assert await messages(talk) == []


async def test_what_is_longer_than_a_letter_is_cut(talk: Talk) -> None:
    async with acting(talk, "Amina") as her:
        await letters.write_to_consultant(her, LetterKind.MESSAGE, replace(WORDS, text="x" * 9999))
    async with talk.database.reading() as session:
        assert len((await session.get_one(Letter, 1)).text) == letters.LETTER_LENGTH


# --- people ---------------------------------------------------------------------------------------------------------


async def test_adding_somebody_gives_a_code_and_a_caseload(talk: Talk) -> None:
    async with acting(talk, "Sanne") as her:
        made = await people.add_person(her, NewPerson("  Sara   van Dam ", "ti", Group.MIGRANT), external_id="x" * 200)
        assert isinstance(made, Added)
    async with talk.database.reading() as session:
        sara = await session.get_one(Person, made.person.id)
    assert (sara.given_name, sara.family_name, sara.group) == ("Sara", "van Dam", Group.MIGRANT)
    assert (sara.consultant_id, sara.consented_at) == (talk.consultant_ids["Sanne"], None)
    phone = await address(talk)
    async with acting(talk, "a stranger") as them:
        linked = await contacts.link(them, await them.session.merge(phone), made.code)
    assert isinstance(linked, Person)
    assert linked.id == sara.id
    assert (await audited(talk))[-1] == (f"person:{sara.id}", "linked", f"person:{sara.id}")


async def test_nobody_is_added_without_a_name(talk: Talk) -> None:
    async with acting(talk, "Sanne") as her:
        assert (
            await people.add_person(her, NewPerson(" ", "nl", Group.ASYLUM), external_id="x") is PersonRefused.NO_NAME
        )


@pytest.mark.parametrize(
    ("first", "last", "can"),
    [
        pytest.param(0, 0, True, id="today"),
        pytest.param(-1, 3, False, id="begun yesterday"),
        pytest.param(3, 2, False, id="over before it begins"),
        pytest.param(400, 800, True, id="the farthest and longest"),
        pytest.param(401, 401, False, id="too far ahead"),
        pytest.param(0, 401, False, id="too long"),
    ],
)
async def test_away_days_are_days_that_can_be(talk: Talk, first: int, last: int, can: bool) -> None:
    async with acting(talk, "Sanne") as her:
        begin, end = her.today + timedelta(days=first), her.today + timedelta(days=last)
        noted = await people.be_away(her, begin, end)
    assert (noted is not AwayRefused.IMPOSSIBLE) is can
    kept: tuple[date | None, date | None] = (begin, end) if can else (None, None)
    async with talk.database.reading() as session:
        sanne = await session.get_one(Consultant, talk.consultant_ids["Sanne"])
    assert (sanne.away_from, sanne.away_until) == kept


async def test_who_is_asked_to_stand_in_hears_it_themselves_away_or_not(talk: Talk) -> None:
    """Nothing holds before their yes, so it is asked of nobody else, who stands in for them neither."""
    karim = talk.consultant_ids["Karim"]
    phone = await talk.linked("Karim")
    async with acting(talk, "Sanne") as her:
        mine = talk.consultant_ids["Sanne"]
        assert await standing_in.ask_to_stand_in(her, mine, once="0") is StandInRefused.NO_COLLEAGUE
        assert await standing_in.ask_to_stand_in(her, 10**9, once="0") is StandInRefused.NO_COLLEAGUE
    async with acting(talk, "Karim") as him:
        await people.be_away(him, him.today, him.today)
    told = len(await messages(talk))
    async with acting(talk, "Sanne") as her:
        await standing_in.ask_to_stand_in(her, karim, once="1")
    [asked] = (await messages(talk))[told:]
    assert (asked.consultant_id, asked.about_id) == (karim, None)
    async with talk.database.reading() as session:
        assert (await session.get_one(Contact, asked.contact_id)).address == phone.address


# --- calls ----------------------------------------------------------------------------------------------------------


async def test_of_two_colleagues_who_call_one_closes_the_task(talk: Talk) -> None:
    number = await to_call(talk)
    async with acting(talk, "Sanne") as her:
        await calls.note_call(her, number, CallResult.NO_ANSWER)
        first = await calls.note_call(her, number, CallResult.WRONG_NUMBER)
        second = await calls.note_call(her, number, CallResult.REACHED)
    assert not isinstance(first, CallRefused)
    assert not isinstance(second, CallRefused)
    assert (first.was_closed, second.was_closed) == (False, True)
    async with talk.database.reading() as session:
        task = await session.get_one(PhoneTask, number)
    assert (task.unanswered, task.again_at) == (1, talk.clock.now() + calls.AGAIN_IN)
    assert (task.state, task.closed_by) == (TaskState.WRONG_NUMBER, talk.consultant_ids["Sanne"])


# --- contacts -------------------------------------------------------------------------------------------------------


async def test_an_address_that_is_linked_stays_its_owners(talk: Talk) -> None:
    phone = await address(talk)
    mine, anothers = await talk.code_for("Amina"), await talk.code_for("Omar")
    async with acting(talk, "a stranger") as them:
        contact = await them.session.merge(phone)
        assert isinstance(await contacts.link(them, contact, mine), Person)
        assert await contacts.link(them, contact, anothers) is LinkRefused.SOMEBODY_ELSES
        assert contact.person_id == talk.person_ids["Amina"]
        await ways.let_go(them, contact)
        assert contact.person_id is None
        assert contact.state is ContactState.GONE
        assert isinstance(await contacts.link(them, contact, anothers), Person)


async def test_guesses_at_codes_end(talk: Talk) -> None:
    phone = await address(talk)
    code = await talk.code_for("Amina")
    async with acting(talk, "a stranger") as them:
        contact = await them.session.merge(phone)
        found = [await contacts.link(them, contact, "ACDEFGHJKM") for _ in range(11)]
        assert found == [LinkRefused.UNKNOWN] * 10 + [LinkRefused.TOO_MANY]
        assert await contacts.link(them, contact, code) is LinkRefused.TOO_MANY


async def test_a_proof_lasts_half_an_hour_and_five_tries(talk: Talk) -> None:
    async with acting(talk, "Amina") as her:
        sent = await contacts.send_code(her, "web", "x", sent_before=(), once="1")
        assert sent is AddressRefused.NOT_AN_ADDRESS
        contact = await contact_made_at(her.session, talk.database.keys, "web", "y", her.now)
        mark = talk.database.keys.sign(f"{contact.id}:012345", "channel_code")
        challenge = Challenge(contact.id, mark, her.now + CODE_LASTS)
        assert await contacts.prove(her, challenge, "543210") is ProofRefused.WRONG
        assert await contacts.prove(her, replace(challenge, tries=4), "543210") is ProofRefused.TOO_MANY_TRIES
        late = replace(her, now=challenge.until)
        assert await contacts.prove(late, challenge, "012345") is ProofRefused.OLD
        assert contact.person_id is None
        proved = await contacts.prove(her, challenge, "۰۱۲ ۳۴۵")
        assert isinstance(proved, Contact)
        assert (proved.person_id, proved.linked_at) == (talk.person_ids["Amina"], her.now)


async def test_a_consultant_invites_their_own_people_and_no_colleague(talk: Talk) -> None:
    async with acting(talk, "Sanne") as her:
        assert not isinstance(await contacts.invite(her, "Amina", by=None, link_of=str), InviteRefused)
        assert await contacts.invite(her, "Amina", by="sms", link_of=str) is InviteRefused.NO_ADDRESS
        assert await contacts.invite(her, "Karim@huizen.example", by=None, link_of=str) is InviteRefused.NOBODY
    async with acting(talk, "operator") as them:
        karim = await them.session.get_one(Consultant, talk.consultant_ids["Karim"])
        karim.email_hash = talk.database.keys.fingerprint("karim@huizen.example", "email")
        await them.session.flush()
        assert not isinstance(await contacts.invite(them, "karim@huizen.example", by=None, link_of=str), InviteRefused)


# --- preferences and privacy ----------------------------------------------------------------------------------------


async def test_what_a_person_wishes_is_kept_and_in_the_audit_log(talk: Talk) -> None:
    async with acting(talk, "Amina") as her:
        await preferences.choose_language(her, "ckb")
        await preferences.choose_reminders(her, Wishes.WEEKLY)
        await preferences.choose_quiet_hours(her, "20:00-09:00")
        await preferences.choose_listening(her, listens=True)
        await preferences.choose_channel(her, "sms", ["web", "sms", "email"])
    async with talk.database.reading() as session:
        amina = await session.get_one(Person, talk.person_ids["Amina"])
    assert (amina.language, amina.language_chosen_at) == ("ckb", talk.clock.now())
    assert (amina.wishes, amina.quiet_hours, amina.listens) == (Wishes.WEEKLY, "20:00-09:00", True)
    assert amina.channel_order == "sms,web,email"
    assert len(await audited(talk)) == 5


async def test_stop_and_resume_are_told_once_each(talk: Talk) -> None:
    async with acting(talk, "Amina") as her:
        await privacy.resume(her, once="0")
        await privacy.stop(her, once="1")
        await privacy.resume(her, once="2")
        await privacy.resume(her, once="3")
    assert [m.key.split(":")[0] for m in await messages(talk)] == ["stopped", "resumed"]
    assert [action for _, action, _ in await audited(talk)] == ["stopped", "resumed"]


async def test_an_operator_erases_somebody_and_the_log_stays(talk: Talk) -> None:
    mine = talk.person_ids["Amina"]
    await written(talk)
    async with acting(talk, "operator") as them:
        held = await privacy.export(them, mine)
        assert not isinstance(held, PrivacyRefused)
        assert "Mijn zoon is ziek." in str(held.held["letters"])
        # Her own "wrote" and the two acts of the operator.
        assert await privacy.erase(them, mine) == 3
        assert await privacy.erase(them, mine) is PrivacyRefused.NOT_THEIRS
    async with talk.database.reading() as session:
        assert await session.get(Person, mine) is None
        assert list(await session.scalars(select(Letter))) == []
