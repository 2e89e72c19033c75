"""Whom to telephone because no message reached them, and what came of each call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from bot.actions.acting import Acting
from bot.actions.attention.noting import note_contact
from bot.actions.people import look_at
from reminders.kinds import KEPT_WITH_PERSON
from storage.outbox.losses import LostDate, LostOf, lost_dates_of, lost_of, told_by_call
from storage.people.contacts import contacts_of
from storage.people.people import Person
from storage.people.phone_tasks import PhoneTask, task_by_id
from storage.vocabulary import AddressKind, CallResult, ContactHow, ContactState, TaskState

#: Who did not answer is to be called again after this.
AGAIN_IN: Final = timedelta(days=1)
#: Who asked to be called later is so after this.
LATER_IN: Final = timedelta(hours=2)
_CLOSES: Final[Mapping[CallResult, TaskState]] = {
    CallResult.REACHED: TaskState.REACHED,
    CallResult.WRONG_NUMBER: TaskState.WRONG_NUMBER,
    CallResult.MOVED: TaskState.MOVED,
    CallResult.OTHER: TaskState.OTHER,
}


class CallRefused(StrEnum):
    """Why a call was not shown or noted."""

    NOT_THEIRS = "not_theirs"  # no such task, or of nobody they may act for: which, is not told


@dataclass(frozen=True, slots=True)
class Call:
    """A task to telephone a person, and what there is to tell them."""

    task: PhoneTask
    person: Person
    lost: Sequence[LostOf] = ()
    dates: Sequence[LostDate] = ()


@dataclass(frozen=True, slots=True)
class Noted:
    """Who was telephoned; `was_closed` = a call before this one closed the task, and nothing was noted."""

    person: Person
    was_closed: bool = False


async def call_for(acting: Acting, task_id: int) -> Call | CallRefused:
    """A task of one of their people, open or not, with the look at the person in the audit log."""
    task = await task_by_id(acting.session, task_id)
    person = await look_at(acting, task.person_id) if task is not None else None
    if task is None or person is None:
        return CallRefused.NOT_THEIRS
    lost = await lost_of(acting.session, [person.id], acting.now, acting.zone)
    dates = await lost_dates_of(acting.session, [person.id], KEPT_WITH_PERSON, acting.now)
    return Call(task, person, lost.get(person.id, ()), dates.get(person.id, ()))


async def note_call(acting: Acting, task_id: int, result: CallResult) -> Noted | CallRefused:
    """What came of a call: it closes the task, or puts it off until the person is called again."""
    found = await call_for(acting, task_id)
    if isinstance(found, CallRefused):
        return found
    task, person = found.task, found.person
    if task.state is not TaskState.OPEN:
        return Noted(person, was_closed=True)
    if result is CallResult.LATER:
        task.again_at = acting.now + LATER_IN
        acting.audit("telephoned", f"person:{person.id}")
        return Noted(person)
    if result is CallResult.NO_ANSWER:
        task.unanswered += 1
        task.again_at = acting.now + AGAIN_IN
        acting.audit("telephoned_in_vain", f"person:{person.id}")
        return Noted(person)
    consultant = await acting.consultant()
    task.state = _CLOSES[result]
    task.closed_at, task.closed_by = acting.now, consultant.id
    if result is CallResult.REACHED:
        await told_by_call(acting.session, person.id, acting.now, acting.zone)
        # They spoke: it counts among the contacts of the first year, as every talk that is noted (3.7).
        await note_contact(acting, person.id, ContactHow.CALLED)
    if result is CallResult.WRONG_NUMBER:
        await _let_number_go(acting, person)
    acting.audit("telephoned", f"person:{person.id}")
    return Noted(person)


async def _let_number_go(acting: Acting, person: Person) -> None:
    """Nothing goes to the number on record any more, by SMS or by call: somebody else has it."""
    for contact in await contacts_of(acting.session, person.id):
        if acting.parts.channels.get(contact.channel) is AddressKind.PHONE and contact.address == person.phone:
            contact.state = ContactState.GONE
            acting.audit("number_let_go", f"person:{person.id}")
