"""The last way to somebody is lost: a neutral invitation to the number and the address that the municipality has.

The number may be somebody else's by now. So it names nobody and nothing, its link opens nobody's chat, and whoever
follows it still needs a personal code, which their consultant gives.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.telling import contacts as told
from reminders.kinds import Kind
from reminders.planning.not_delivered import InviteBack
from storage.engine.keys import KeyRing
from storage.outbox.message import Outgoing, put
from storage.people.addresses import address_on_record
from storage.people.contacts import Contact, contact_made_at, every_contact_of
from storage.people.people import Person
from storage.privacy.audit import AuditEntry
from storage.vocabulary import AddressKind, ContactState


def invites_back(
    channels: Mapping[str, AddressKind | None], keys: KeyRing, link: str, telephone: Callable[[str], str | None]
) -> InviteBack:
    """What invites people back over these channels; `link` leads to a chat that is nobody's yet, `telephone` gives a
    municipality's."""

    async def invite(session: AsyncSession, person: Person, once: str, now: datetime) -> Sequence[str]:
        contacts = await every_contact_of(session, person_id=person.id)
        if any(one.state is ContactState.ACTIVE and one.channel in channels for one in contacts):
            return ()
        body = told.invitation_back(link, telephone(person.municipality)).to_json()
        messages = list[Outgoing]()
        went = list[str]()
        for channel, address in _on_record(person, channels):
            contact = await contact_made_at(session, keys, channel, address, now, language=person.language)
            if _can_be_invited(contact):
                went.append(channel)
                key = f"invited_back:{once}:{channel}"
                messages.append(Outgoing(key=key, kind=Kind.SAY, due_at=now, params=body, contact_id=contact.id))
        await put(session, messages, now)
        if went:
            entry = AuditEntry(at=now, actor="system", action="invited_back", subject=f"person:{person.id}")
            session.add(entry)
        return went

    return invite


def _on_record(person: Person, channels: Mapping[str, AddressKind | None]) -> Iterator[tuple[str, str]]:
    for channel, kind in channels.items():
        if (address := address_on_record(person, kind)) is not None:
            yield channel, address


def _can_be_invited(contact: Contact) -> bool:
    """Nobody's, and not one that said STOP or is known not to work."""
    return contact.state is ContactState.ACTIVE and contact.person_id is None and contact.consultant_id is None
