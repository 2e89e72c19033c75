"""Ways to reach somebody that come and go: told on their other ways, listed, and ended by a word of theirs.

Whoever adds a telephone or an address to a person's own can read what the person reads. So the person hears of it where
they were reached before, and ends it with one button; where there is no other way, their consultant hears it.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from bot.actions.acting import Acting, Role
from bot.telling import ways as told
from locales.rendering.message import Body
from reminders.kinds import Kind
from storage.outbox.message import Outgoing
from storage.people.contacts import Contact, every_contact_of
from storage.people.link_codes import end_links
from storage.people.people import Consultant, Person
from storage.people.webchat import end_contact
from storage.vocabulary import ContactState, Priority

#: "That was not me" ends what came within so long; what is older is ended among one's ways.
NEW_FOR: Final = timedelta(days=30)
#: An address that was added in a chat is not trusted with a copy of everything, or a link to it, before this.
TRUSTED_AFTER: Final = timedelta(hours=24)


async def tell_new_way(acting: Acting, contact: Contact, *, had_ways: bool) -> None:
    """A way came to be: its owner hears it on the others. A person's consultant hears it where there is no other, and
    it is not the very first (`had_ways`), which opens with the code that the consultant gave."""
    once = f"new_way:{contact.id}:{acting.now.isoformat()}"
    if contact.consultant_id is not None:
        others = await _others(acting, contact)
        await _tell(acting, others, once, told.your_new_device(contact))
        return
    person = await acting.session.get(Person, contact.person_id) if contact.person_id is not None else None
    if person is None:
        return
    others = await _others(acting, contact)
    await _tell(acting, others, once, told.new_way(contact))
    consultant = await acting.who_hears(person) if not others and had_ways else None
    if consultant is not None:
        await acting.tell_consultant(consultant.id, once, told.new_way_of(person, contact), about=person)


async def tell_code_asked(acting: Acting, person: Person, here: int | None, *, once: str) -> None:
    """A code for another telephone or address was asked for: the person hears it on the ways that it was not asked on
    (`here`: the contact where it was)."""
    others = [one for one in await _of(acting, person_id=person.id) if one.id != here]
    await _tell(acting, others, f"code_asked:{once}", told.code_asked())


async def was_not_me(acting: Acting, contact_id: int | None, here: Contact) -> Contact | None:
    """What came lately is ended: this way (None = codes that are out); the consultant hears it. None where there is no
    such way of theirs that is new, to `here` too, the contact where it is said: else the one who came last, whom this
    is there against, could say it of all others."""
    ended = await _own(acting, contact_id)
    if contact_id is not None and (ended is None or _is_old(acting, ended) or _was_there_before(ended, here)):
        return None
    if acting.by.role is Role.CONSULTANT:
        if ended is not None:
            await _end(acting, ended)
        return ended
    person = await acting.own_person()
    await end_links(acting.session, person, acting.now)
    if ended is None:
        acting.audit("ended_codes", f"person:{person.id}")
        return None
    channel = ended.channel
    await _end(acting, ended)
    consultant = await acting.who_hears(person)
    if consultant is not None:
        key = f"was_not_me:{ended.id}:{acting.now.isoformat()}"
        await acting.tell_consultant(consultant.id, key, told.was_not(person, channel), about=person)
    return ended


async def end_for(acting: Acting, contact_id: int) -> tuple[Person, str] | None:
    """End a way of one of their people, with every link that is out; answers with whose it was, and the channel."""
    contact = await acting.session.get(Contact, contact_id)
    person = await acting.person(contact.person_id) if contact is not None else None
    if contact is None or person is None:
        return None
    channel = contact.channel
    await end_links(acting.session, person, acting.now)
    await _end(acting, contact)
    return person, channel


async def own_ways(acting: Acting) -> list[Contact]:
    """The ways of whoever acts that work, the oldest first."""
    mine = {"person_id": acting.by.id} if acting.by.role is Role.PERSON else {"consultant_id": acting.by.id}
    return [one for one in await every_contact_of(acting.session, **mine) if one.state is not ContactState.GONE]


async def log_out(acting: Acting, contact_id: int, here: Contact) -> Contact | None:
    """End one of their own ways, said at `here`; None for what is none of theirs."""
    contact = await _own(acting, contact_id)
    if contact is not None:
        await _tell_of_end(acting, [contact], here)
        await _end(acting, contact)
    return contact


async def has_others_here(acting: Acting, here: Contact) -> bool:
    """Whether they have another telephone on the channel of this one that works: perhaps the one from before."""
    return any(one.id != here.id and one.channel == here.channel for one in await own_ways(acting))


async def log_out_others(acting: Acting, here: Contact) -> int:
    """End their other ways on the channel of this one, the telephones from before; answers with how many."""
    others = [one for one in await own_ways(acting) if one.id != here.id and one.channel == here.channel]
    await _tell_of_end(acting, others, here)
    for one in others:
        await _end(acting, one)
    return len(others)


async def _tell_of_end(acting: Acting, ended: Sequence[Contact], here: Contact) -> None:
    """Where somebody who is new ends a way that was there before them, the consultant hears it: the way that is ended
    cannot tell its owner any more, and a telephone that is lost is replaced like this as well."""
    is_new = here.linked_at is not None and here.linked_at > acting.now - TRUSTED_AFTER
    before = [one for one in ended if one.id != here.id and _was_there_before(one, here)]
    if acting.by.role is not Role.PERSON or not is_new or not before:
        return
    person = await acting.own_person()
    consultant = await acting.who_hears(person)
    if consultant is not None:
        key = f"ended_older:{here.id}:{before[0].id}:{acting.now.isoformat()}"
        body = told.older_ended(person, before[0].channel, here)
        await acting.tell_consultant(consultant.id, key, body, about=person)


async def revoke(acting: Acting, person: Person, contact_id: int | None) -> list[int] | None:
    """End one way of a person or all, with every link that is out; answers with the contacts that were ended."""
    if not await acting.may_act_for(person):
        return None
    wanted = [
        one
        for one in await every_contact_of(acting.session, person_id=person.id)
        if contact_id is None or one.id == contact_id
    ]
    await end_links(acting.session, person, acting.now)
    for one in wanted:
        await _end(acting, one)
    return [one.id for one in wanted]


async def end_all_of(acting: Acting, consultant: Consultant) -> None:
    """End every way of a colleague who leaves."""
    for one in await every_contact_of(acting.session, consultant_id=consultant.id):
        await _end(acting, one)


async def _end(acting: Acting, contact: Contact) -> None:
    acting.audit("ended_way", f"contact:{contact.id}")
    await end_contact(acting.session, contact)
    await acting.session.flush()


async def _own(acting: Acting, contact_id: int | None) -> Contact | None:
    return next((one for one in await own_ways(acting) if one.id == contact_id), None)


def _is_old(acting: Acting, contact: Contact) -> bool:
    return contact.linked_at is None or contact.linked_at < acting.now - NEW_FOR


def _was_there_before(contact: Contact, here: Contact) -> bool:
    """Whether a way was there before this one."""
    if contact.id == here.id or here.linked_at is None:
        return False
    return contact.linked_at is None or contact.linked_at < here.linked_at


async def _of(acting: Acting, *, person_id: int | None = None, consultant_id: int | None = None) -> list[Contact]:
    found = await every_contact_of(acting.session, person_id=person_id, consultant_id=consultant_id)
    return [one for one in found if one.state is ContactState.ACTIVE and one.channel in acting.parts.channels]


async def _others(acting: Acting, contact: Contact) -> list[Contact]:
    await acting.session.flush()
    found = await _of(acting, person_id=contact.person_id, consultant_id=contact.consultant_id)
    return [one for one in found if one.id != contact.id]


async def _tell(acting: Acting, contacts: Sequence[Contact], once: str, body: Body) -> None:
    await acting.put(
        *(
            Outgoing(
                key=f"{once}:{one.id}",
                kind=Kind.SAY,
                due_at=acting.now,
                params=body.to_json(),
                person_id=one.person_id,
                consultant_id=one.consultant_id,
                contact_id=one.id,
                priority=Priority.URGENT,
            )
            for one in contacts
        )
    )
