"""What is asked for over a way that proves too little: offered where only its owner reads, or by the consultant."""

from bot.actions.acting import Acting, Role
from bot.telling import contacts as told
from locales.rendering.message import Text
from reminders.intents import Act
from reminders.kinds import Kind
from storage.outbox.message import Outgoing
from storage.people.contacts import Contact, contacts_of
from storage.vocabulary import AddressKind, Priority


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
