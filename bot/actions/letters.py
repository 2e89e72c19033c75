"""Letters: what a person and their consultant write to each other, ready answers, invitations to talk.

A letter is relayed as it is written; in which language its words are is for the caller to say, who understands words.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import structlog

from bot.actions.acting import Acting
from bot.actions.people import look_at
from bot.telling import letters as told
from reminders.planning.after_cry import chase_cry
from storage.caseload import caseload_of, groups_of
from storage.engine.columns import Json
from storage.people.contacts import contact_made_at
from storage.people.people import Consultant, Person
from storage.people.relayed import Letter, letter_by_id
from storage.people.sent_media import SentMedia
from storage.vocabulary import TO_TAKE_UP, LetterKind, ReadyAnswer

log = structlog.get_logger(__name__)

LETTER_LENGTH: Final = 3000
#: The channel by which a duty number is reached.
_SMS: Final = "sms"


class LetterRefused(StrEnum):
    """Why nothing was written, or seen."""

    NOT_THEIRS = "not_theirs"  # no such person, group or letter, or none of theirs: which, is not told


@dataclass(frozen=True, slots=True)
class Words:
    """What is written: words in `language` (cut at LETTER_LENGTH), and what was sent with them."""

    text: str
    language: str
    attachment: tuple[SentMedia, ...] = ()
    # What Maatje made of them (reminders/wording/heard/reading.py words it).
    reading: dict[str, Json] | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a person's letter: `told` = a consultant is known to whom it goes, now or when they can be reached
    (`reachable`)."""

    told: bool
    reachable: bool


@dataclass(frozen=True, slots=True)
class SentToGroup:
    """The group's name, and to how many of their people in it the words went."""

    group: str
    people: int


async def write_to_consultant(acting: Acting, kind: LetterKind, words: Words) -> Kept:
    """A person's words to their consultant, or to who stands in; kept where no consultant is known.

    Raises:
        LookupError: no person acts.
    """
    person = await acting.own_person()
    consultant = await acting.who_hears(person)
    letter = await _keep(acting, person, consultant.id if consultant is not None else None, kind, words)
    acting.audit("wrote", f"letter:{letter.id}")
    if kind is LetterKind.URGENT:
        await _chase(acting, person, letter, consultant)
    if consultant is None:
        return Kept(told=False, reachable=False)
    await acting.tell_consultant(
        consultant.id,
        f"letter:{letter.id}",
        told.to_consultant(letter, person),
        about=person,
        urgent=kind is LetterKind.URGENT,
        attachments=told.files(letter),
    )
    return Kept(told=True, reachable=await acting.is_reachable(consultant))


async def write_to_person(
    acting: Acting, person_id: int, words: Words, *, answers: int | None = None
) -> Person | LetterRefused:
    """A consultant's own words to one of their people; `answers` names the letter that they answer, if any."""
    person = await look_at(acting, person_id)
    if person is None:
        return LetterRefused.NOT_THEIRS
    await _relay(acting, person, words, await _answered(acting, person, answers))
    return person


async def write_to_group(acting: Acting, group_id: int, words: Words) -> SentToGroup | LetterRefused:
    """A consultant's own words to each of their own people who are in this lesson group today."""
    consultant = await acting.consultant()
    people = await caseload_of(acting.session, consultant.id, acting.today)
    found = next((one for one in await groups_of(acting.session, people, acting.today) if one[0].id == group_id), None)
    if found is None:
        return LetterRefused.NOT_THEIRS
    group, members = found
    for person in members:
        await _relay(acting, person, words)
    return SentToGroup(group.name, len(members))


async def send_ready_answer(
    acting: Acting, person_id: int, which: ReadyAnswer, *, once: str, answers: int | None = None
) -> Person | LetterRefused:
    """A ready sentence to one of their people, who reads it in their own language; `once` makes it one message."""
    person = await look_at(acting, person_id)
    if person is None:
        return LetterRefused.NOT_THEIRS
    consultant = await acting.consultant()
    letter = await _answered(acting, person, answers)
    acting.audit("wrote", f"person:{person.id}")
    body = told.ready_answer(which, consultant)
    await acting.tell_person(person.id, f"ready:{once}", body, urgent=_is_cry(letter))
    return person


async def invite_to_talk(acting: Acting, person_id: int) -> Person | LetterRefused:
    """An invitation to talk to one of their people; once a day, however often it is sent."""
    person = await look_at(acting, person_id)
    if person is None:
        return LetterRefused.NOT_THEIRS
    acting.audit("invited", f"person:{person.id}")
    key = f"invitation:{person.id}:{acting.today.isoformat()}"
    await acting.tell_person(person.id, key, told.invitation(await acting.consultant()))
    return person


async def letter_from(acting: Acting, letter_id: int) -> Letter | LetterRefused:
    """A letter that one of their people wrote, with the look in the audit log."""
    letter = await letter_by_id(acting.session, letter_id)
    if letter is None or letter.kind is LetterKind.ANSWER or await look_at(acting, letter.person_id) is None:
        return LetterRefused.NOT_THEIRS
    return letter


async def see_letter(acting: Acting, letter_id: int) -> Person | LetterRefused:
    """A letter of one of their people was read: the person hears it, once."""
    letter = await letter_from(acting, letter_id)
    if isinstance(letter, LetterRefused):
        return letter
    person = await acting.session.get_one(Person, letter.person_id)
    if letter.seen_at is None:
        letter.seen_at = acting.now
        acting.audit("saw", f"letter:{letter.id}")
        body = told.seen(await acting.consultant())
        await acting.tell_person(person.id, f"letter_seen:{letter.id}", body, urgent=_is_cry(letter))
    return person


async def say_what_was_done(acting: Acting, letter_id: int, done: str) -> Person | LetterRefused:
    """Somebody did something about a cry for help of one of their people: it stands first no more."""
    letter = await letter_from(acting, letter_id)
    if isinstance(letter, LetterRefused) or letter.kind is not LetterKind.URGENT or not done.strip():
        return LetterRefused.NOT_THEIRS
    letter.done, letter.done_at = done.strip()[:LETTER_LENGTH], acting.now
    acting.audit("did_something", f"letter:{letter.id}")
    return await acting.session.get_one(Person, letter.person_id)


async def take_up(acting: Acting, letter_id: int) -> Person | LetterRefused:
    """Somebody does something about what one of their people doubts, needs or plans: it waits for nobody any more. The
    person hears that it was read, unless they did before."""
    letter = await letter_from(acting, letter_id)
    if isinstance(letter, LetterRefused) or letter.kind not in TO_TAKE_UP:
        return LetterRefused.NOT_THEIRS
    person = await see_letter(acting, letter_id)
    if letter.done_at is None:
        letter.done_at = acting.now
        acting.audit("took_up", f"letter:{letter.id}")
    return person


async def _chase(acting: Acting, person: Person, letter: Letter, told: Consultant | None) -> None:
    """A cry that nobody sees goes on: to who stands in, and to the municipality's duty number: by SMS, else by whoever
    hears of it."""
    number = acting.parts.municipalities.of(person.municipality).duty_telephone
    duty: int | str | None = number or None
    if number and _SMS in acting.parts.channels:
        duty = (await contact_made_at(acting.session, acting.parts.keys, _SMS, number, acting.now)).id
    if told is None and not isinstance(duty, int):
        # Nobody is there to be told: the operator's alarm is all there is.
        log.error("cry_reaches_nobody", letter=letter.id)
    await acting.put(*chase_cry(letter, told, duty, acting.now, acting.zone, acting.parts.holidays))


async def _relay(acting: Acting, person: Person, words: Words, answers: Letter | None = None) -> None:
    consultant = await acting.consultant()
    letter = await _keep(acting, person, consultant.id, LetterKind.ANSWER, words, answers)
    acting.audit("wrote", f"person:{person.id}")
    body = told.to_person(letter, consultant)
    await acting.tell_person(person.id, f"letter:{letter.id}", body, urgent=_is_cry(answers))


def _is_cry(letter: Letter | None) -> bool:
    """Whether who wrote it waits for help, at whatever hour."""
    return letter is not None and letter.kind is LetterKind.URGENT


async def _answered(acting: Acting, person: Person, letter_id: int | None) -> Letter | None:
    """Note that a letter of this person was answered; None where it is no letter of theirs."""
    letter = await letter_by_id(acting.session, letter_id) if letter_id is not None else None
    if letter is None or letter.person_id != person.id:
        return None
    letter.answered_at = letter.seen_at = acting.now
    return letter


async def _keep(
    acting: Acting,
    person: Person,
    consultant_id: int | None,
    kind: LetterKind,
    words: Words,
    answers: Letter | None = None,
) -> Letter:
    letter = Letter(
        person_id=person.id,
        consultant_id=consultant_id,
        kind=kind,
        text=words.text[:LETTER_LENGTH],
        language=words.language,
        attachment=words.attachment,
        reading=words.reading if kind is not LetterKind.ANSWER else None,
        answers_id=answers.id if answers is not None else None,
        written_at=acting.now,
    )
    acting.session.add(letter)
    await acting.session.flush()
    return letter
