"""Ways on which somebody can be reached: heard from, stopped, let go; and the safer one for what needs more proof.

What is asked for over a way that proves too little is offered where only its owner reads, or by the consultant.
"""

from bot.actions.acting import Acting, Role
from bot.telling import contacts as told
from locales.rendering.message import Text
from reminders.intents import Act
from reminders.kinds import Kind
from storage.outbox.message import Outgoing
from storage.people.contacts import Contact, contacts_of
from storage.people.people import Person
from storage.people.senders.called import rename
from storage.people.senders.shared import sharers_of
from storage.vocabulary import AddressKind, ContactState, Priority


async def safer_ways(acting: Acting, but: Contact) -> list[Contact]:
    """The ways of the person who acts on which more can be done than on this one, the one used last first: chats with
    an account, and where there is none a mailbox."""
    person = await acting.own_person()
    found = [one for one in await contacts_of(acting.session, person.id) if one.id != but.id]
    kinds = acting.parts.channels
    accounts = [one for one in found if one.channel in kinds and kinds[one.channel] is None]
    return accounts or [one for one in found if kinds.get(one.channel) is AddressKind.EMAIL]


async def offer_safely(acting: Acting, contact: Contact, act: Act, label: str, *, once: str) -> Contact | None:
    """Offer an act that was refused on this contact by its button (`label` is its key) on a safer way; answers with
    that way. Without one the consultant hears what was asked for, once a day, and None is the answer."""
    acting.audit(f"refused_{act.value}", acting.by.ref)
    if acting.by.role is not Role.PERSON:
        return None
    person = await acting.own_person()
    safer = await safer_ways(acting, contact)
    if safer:
        await acting.put(
            Outgoing(
                key=f"safer:{once}",
                kind=Kind.SAY,
                due_at=acting.now,
                params=told.asked_elsewhere(act, label, contact.channel).to_json(),
                person_id=person.id,
                contact_id=safer[0].id,
                priority=Priority.REPLY,
            )
        )
        return safer[0]
    consultant = await acting.who_hears(person)
    if consultant is not None:
        # Once a day for each act: whoever plays this sender must not flood the consultant.
        key = f"asks_safely:{person.id}:{act.value}:{acting.today.isoformat()}"
        body = told.asks_safely(person, Text(label), contact.channel)
        await acting.tell_consultant(consultant.id, key, body, about=person)
    return None


def note_heard(acting: Acting, contact: Contact, *, blocks: bool = False) -> None:
    """Something came from this address: whoever writes can be written to, unless what came is that they block us."""
    contact.last_heard_at = acting.now
    contact.state = ContactState.BLOCKED if blocks else ContactState.ACTIVE


async def stop_channel(acting: Acting, contact: Contact, *, once: str) -> bool:
    """Nothing goes to this address any more, because STOP came from it. False where that was so already; else it is in
    the audit log, and a person's consultant hears it."""
    if contact.state is ContactState.BLOCKED:
        return False
    # A telephone that takes no messages takes none of anybody's.
    for one in await sharers_of(acting.session, contact):
        if one.state is not ContactState.BLOCKED:
            note_heard(acting, one, blocks=True)
            await _tell_of_channel(acting, one, "stopped_channel", once)
    return True


async def resume_channel(acting: Acting, contact: Contact, *, once: str) -> None:
    """What was stopped goes on, because START came from there; the consultant hears it."""
    for one in await sharers_of(acting.session, contact):
        if one.state is ContactState.BLOCKED:
            await _tell_of_channel(acting, one, "resumed_channel", once)
        note_heard(acting, one)


async def _tell_of_channel(acting: Acting, contact: Contact, what: str, once: str) -> None:
    acting.audit(what, acting.by.ref if not contact.shared_as else f"person:{contact.person_id}")
    person = await acting.session.get(Person, contact.person_id) if contact.person_id is not None else None
    consultant = await acting.who_hears(person) if person is not None else None
    if person is not None and consultant is not None:
        body = told.channel_stopped(person, contact.channel, stopped=what == "stopped_channel")
        await acting.tell_consultant(consultant.id, f"{what}:{contact.id}:{once}", body, about=person)


def note_language(contact: Contact, language: str | None) -> None:
    """The language in which a stranger is answered, as far as it is known; what was known stays."""
    if contact.language is None:
        contact.language = language


async def call_otherwise(acting: Acting, contact: Contact, was: str, to: str) -> None:
    """The channel calls this contact `to` from now on, where it called it `was`."""
    await rename(acting.session, acting.parts.keys, contact, was, to)


async def let_go(acting: Acting, contact: Contact) -> None:
    """The address is somebody else's now: whoever writes from it next must hear nothing of who had it before."""
    for one in await sharers_of(acting.session, contact):
        if one.person_id is not None:
            acting.audit("address_let_go", f"person:{one.person_id}")
        one.last_heard_at = acting.now
        one.person_id = one.consultant_id = one.linked_at = None
        one.state = ContactState.GONE
