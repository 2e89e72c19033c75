"""Privacy: consent, stop and resume, a copy of everything, erasure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.actions.acting import Acting, Role
from bot.configuration.recipients import shared_with
from bot.telling import privacy as told
from bot.telling.privacy import Step
from storage.engine.columns import Json
from storage.people.contacts import Contact
from storage.people.people import Consultant, Person
from storage.privacy.audit import count_entries
from storage.privacy.erasure import erase_conversation, erase_person
from storage.privacy.export import HeldFile, export_person, files_of


class PrivacyRefused(StrEnum):
    """Why nothing was handed out or erased."""

    NOT_THEIRS = "not_theirs"  # no such person, or not theirs to ask for


@dataclass(frozen=True, slots=True)
class NotYet:
    """The address is too new for a copy of everything; `at` is when it is not."""

    at: datetime


@dataclass(frozen=True, slots=True)
class PersonCopy:
    """All that is held on a person by table, and their files, which their channels keep."""

    held: dict[str, Json]
    files: list[HeldFile]


async def consent(acting: Acting) -> Consultant | None:
    """The person agrees to the privacy notice (again): messages come from now on. Answers with their consultant."""
    person = await acting.own_person()
    if person.consented_at is None:
        acting.audit("consented", f"person:{person.id}")
    person.consented_at, person.stopped_at = acting.now, None
    await acting.replan(person.id)
    return await _consultant_of(acting, person)


async def decline(acting: Acting) -> None:
    """The person does not agree; it is kept that they were asked."""
    person = await acting.own_person()
    acting.audit("declined", f"person:{person.id}")


async def stop(acting: Acting, *, once: str) -> None:
    """No messages come by themselves any more; the consultant hears it, so that nobody counts on reminders."""
    person = await acting.own_person()
    person.stopped_at = acting.now
    acting.audit("stopped", f"person:{person.id}")
    await acting.replan(person.id)
    await _tell_consultant(acting, Step.STOPPED, person, once)


async def resume(acting: Acting, *, once: str) -> None:
    """Messages come again; without effect where they were not stopped."""
    person = await acting.own_person()
    if person.stopped_at is None:
        return
    person.stopped_at = None
    acting.audit("resumed", f"person:{person.id}")
    await acting.replan(person.id)
    await _tell_consultant(acting, Step.RESUMED, person, once)


async def ask_for_copy(acting: Acting, contact: Contact) -> Person | NotYet:
    """The person asks for a file with everything that is held on them, to this address; it is made when it is sent."""
    person = await acting.own_person()
    if contact.trusted_at is not None and contact.trusted_at > acting.now:
        return NotYet(contact.trusted_at)
    acting.audit("exported", f"person:{person.id}")
    return person


async def export(acting: Acting, person_id: int) -> PersonCopy | PrivacyRefused:
    """Everything held on a person and which files, for the operator who answers their request."""
    person = await acting.session.get(Person, person_id)
    if person is None or acting.by.role is not Role.OPERATOR:
        return PrivacyRefused.NOT_THEIRS
    acting.audit("exported", f"person:{person.id}")
    await acting.session.flush()
    own = acting.parts.municipalities.of(person.municipality).recipient
    held = await export_person(acting.session, person)
    held["shared_with"] = shared_with(own)
    return PersonCopy(held, await files_of(acting.session, person))


async def erase_own(acting: Acting, contact: Contact, *, once: str) -> None:
    """Delete what was made in the chat with the person who acts; see storage.privacy.erasure for what remains.

    `contact` is the address that the goodbye goes to: it is a stranger's from here on.
    """
    person = await acting.own_person()
    await _tell_consultant(acting, Step.ERASED, person, once)
    acting.audit("erased", f"person:{person.id}")
    contact.person_id, contact.language = None, person.language
    await erase_conversation(acting.session, person.id, acting.now, keep_contact=contact.id)


async def erase(acting: Acting, person_id: int) -> int | PrivacyRefused:
    """Delete a person altogether, at the municipality's word; answers with how many audit entries are kept."""
    if acting.by.role is not Role.OPERATOR or await acting.session.get(Person, person_id) is None:
        return PrivacyRefused.NOT_THEIRS
    await erase_person(acting.session, person_id, acting.now)
    acting.audit("erased", f"person:{person_id}")
    await acting.session.flush()
    return await count_entries(acting.session, f"person:{person_id}")


async def _consultant_of(acting: Acting, person: Person) -> Consultant | None:
    return await acting.session.get(Consultant, person.consultant_id) if person.consultant_id is not None else None


async def _tell_consultant(acting: Acting, step: Step, person: Person, once: str) -> None:
    consultant = await _consultant_of(acting, person)
    if consultant is not None:
        key = f"{step.value}:{person.id}:{once}"
        await acting.tell_consultant(consultant.id, key, told.to_consultant(step, person), about=person)
