"""What stands of a person in the chats of their consultants: found by whom it is about, and by what it says.

A report, a letter and a file are about one person, which stands on the message. Lists, what a consultant looked up, and
what they wrote themselves name several people or say whom only in words: those are found by their words. Everything is
decrypted for it; somebody is erased rarely, and must be gone then.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.appointments.absences import Absence
from storage.engine.columns import Json
from storage.outbox.message import Message
from storage.people.contacts import Contact
from storage.people.conversations import Conversation
from storage.people.people import Consultant, Person, Plan
from storage.people.relayed import Letter
from storage.people.webchat import WebMessage, next_revision
from storage.vocabulary import ON_ITS_WAY

#: What stands in the place of a line that was erased; consultants read Dutch or English.
ERASED: Final = "Gewist / Erased"
# Shorter words stand everywhere, and would erase other people's lines.
_SHORTEST: Final = 5


async def erase_from_consultants(session: AsyncSession, person_id: int, now: datetime) -> None:
    """Take out of every consultant's chat what is about this person, files included; a line "erased" remains.

    What was not said yet still is (an absence of a minute ago): it goes when its person goes altogether.
    """
    traces = await _traces_of(session, person_id)
    mine = list(
        await session.scalars(
            select(Message).where(Message.consultant_id.is_not(None), Message.state.not_in(ON_ITS_WAY))
        )
    )
    gone = [one.id for one in mine if one.about_id == person_id or _holds(one.params, traces)]
    for line in await session.scalars(
        select(WebMessage).join(Contact, Contact.id == WebMessage.contact_id).where(Contact.consultant_id.is_not(None))
    ):
        if line.outbox_id in gone or _holds(line.content, traces) or _holds(line.file, traces):
            line.content = {"from": line.content.get("from"), "blocks": [{"text": ERASED, "style": "normal"}]}
            line.file = line.media = None
            line.buttons_closed = True
            line.revision = await next_revision(session, line.contact_id)
            await session.flush()
    for start in range(0, len(gone), 500):
        await session.execute(delete(Message).where(Message.id.in_(gone[start : start + 500])))
    for talk in await session.scalars(select(Conversation).where(Conversation.party.startswith("consultant:"))):
        if _holds(talk.data, traces):
            talk.topic, talk.data, talk.updated_at = "", None, now
    await session.flush()


async def _traces_of(session: AsyncSession, person_id: int) -> Sequence[str]:
    """What is said of this person and of nobody else: name, addresses, ids, and their own words."""
    person = await session.get(Person, person_id)
    if person is None:
        return ()
    found: list[str | None] = [
        f"{person.given_name} {person.family_name}".strip(),
        person.external_id,
        person.phone,
        person.email,
    ]
    found += await session.scalars(select(Letter.text).where(Letter.person_id == person_id))
    found += await session.scalars(select(Absence.note).where(Absence.person_id == person_id))
    found += await session.scalars(select(Contact.address).where(Contact.person_id == person_id))
    found += await session.scalars(select(Plan.goal).where(Plan.person_id == person_id))
    # What colleagues are called is no trace of anybody else.
    names = {name.casefold() for name in await session.scalars(select(Consultant.name))}
    return [text for text in _folded(found) if len(text) >= _SHORTEST and text not in names]


def _folded(texts: Iterable[str | None]) -> list[str]:
    return list(dict.fromkeys(text.strip().casefold() for text in texts if text and text.strip()))


def _holds(value: dict[str, Json] | None, traces: Sequence[str]) -> bool:
    if value is None:
        return False
    # As it was written, line breaks included.
    said = "\n".join(_texts(value)).casefold()
    return any(trace in said for trace in traces)


def _texts(value: Json) -> Iterable[str]:
    match value:
        case str():
            yield value
        case list():
            for one in value:
                yield from _texts(one)
        case dict():
            for one in value.values():
                yield from _texts(one)
        case _:
            return
