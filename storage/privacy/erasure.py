"""Erasure: what a person may have deleted by a button, and what an operator deletes on request.

What a person deletes in the chat is everything the bot itself made: addresses, conversation, letters, notes, history.
The municipality's own administration (person, plan, appointments, that an absence was reported) is kept by law until
the municipality erases it (`maatje erase`). The audit log keeps ids and acts, never names or texts.
"""

from datetime import datetime

from sqlalchemy import delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.appointments.absences import Absence
from storage.attention.check_ins import CheckIn
from storage.attention.feedback import Feedback
from storage.calls.phone_codes import PhoneCode, PhoneCodeTry
from storage.offers.offers import OfferWish
from storage.outbox.heard import HeardRow
from storage.outbox.message import Message
from storage.people.contacts import Contact, LinkCode
from storage.people.conversations import Conversation
from storage.people.erased import remember_erased
from storage.people.people import Person
from storage.people.relayed import Letter
from storage.people.senders.shared import all_at, settle
from storage.people.webchat import WebMessage, WebSession
from storage.privacy.traces import erase_from_consultants
from storage.vocabulary import ON_ITS_WAY, AbsenceState, CheckIns


async def erase_conversation(
    session: AsyncSession, person_id: int, now: datetime, *, keep_contact: int | None = None
) -> None:
    """Delete what the bot holds on a person, in the chats of consultants too; `keep_contact` keeps one bare address for
    the goodbye. No link that is out opens anything any more."""
    await session.flush()
    await erase_from_consultants(session, person_id, now)
    mine = or_(Contact.person_id == person_id, Contact.id == keep_contact)
    found = list(await session.scalars(select(Contact).where(mine)))
    # Whom they shared a telephone with has it alone now, or with fewer.
    beside = [other for one in found for other in await all_at(session, one) if other not in found]
    contacts = [one.id for one in found if one.person_id == person_id]
    everywhere = [*contacts, *([keep_contact] if keep_contact is not None else [])]
    await session.execute(
        delete(Message).where(or_(Message.person_id == person_id, Message.contact_id.in_(everywhere)))
    )
    # What a consultant was told goes too; what was not said yet (an absence of a minute ago) still is.
    await session.execute(delete(Message).where(Message.about_id == person_id, Message.state.not_in(ON_ITS_WAY)))
    await session.execute(delete(HeardRow).where(HeardRow.person_id == person_id))
    await session.execute(delete(WebMessage).where(WebMessage.contact_id.in_(everywhere)))
    await session.execute(delete(WebSession).where(WebSession.contact_id.in_(contacts)))
    await session.execute(delete(CheckIn).where(CheckIn.person_id == person_id))
    await session.execute(delete(Feedback).where(Feedback.person_id == person_id))
    await session.execute(delete(Letter).where(Letter.person_id == person_id))
    await session.execute(
        delete(Absence).where(
            Absence.person_id == person_id, Absence.state.in_([AbsenceState.DRAFT, AbsenceState.WITHDRAWN])
        )
    )
    await session.execute(
        update(Absence).where(Absence.person_id == person_id).values(note=None, note_language=None, attachment=())
    )
    # That they take part is the municipality's to know; what they wrote about it is not.
    await session.execute(update(OfferWish).where(OfferWish.person_id == person_id).values(words=None))
    await session.execute(delete(OfferWish).where(OfferWish.person_id == person_id, OfferWish.offer_id.is_(None)))
    codes = select(PhoneCode.id).where(PhoneCode.person_id == person_id)
    await session.execute(delete(PhoneCodeTry).where(PhoneCodeTry.code_id.in_(codes)))
    await session.execute(delete(PhoneCode).where(PhoneCode.person_id == person_id))
    await session.execute(delete(LinkCode).where(LinkCode.person_id == person_id))
    await session.execute(
        delete(Conversation).where(
            Conversation.party.in_([f"person:{person_id}", *(f"contact:{i}" for i in everywhere)])
        )
    )
    await session.execute(delete(Contact).where(Contact.id.in_([c for c in contacts if c != keep_contact])))
    await settle(session, beside)
    await session.execute(
        update(Person)
        .where(Person.id == person_id)
        .values(
            consented_at=None,
            language_chosen_at=None,
            quiet_hours=None,
            check_ins=CheckIns.NEVER,
            channel_order="",
            listens=False,
            ethiopian_clock=None,
            stopped_at=None,
            links_since=now,
        )
    )


async def erase_person(session: AsyncSession, person_id: int, now: datetime) -> None:
    """Delete a person altogether, with all that hangs on them; ids and acts in the audit log remain, and a hash that
    tells an import that they were erased."""
    await erase_conversation(session, person_id, now)
    external_id = await session.scalar(delete(Person).where(Person.id == person_id).returning(Person.external_id))
    if external_id is not None:
        await remember_erased(session, external_id, now)
