"""What the web chat must remember: who opened it in which browser, and the messages shown there.

Every change of a chat, a new line as well as buttons taken off, gets the chat's next `revision`, given out while the
contact's row is locked. So one number is the whole cursor of a live connection: whoever has read up to 12 asks for
what is above 12 and misses nothing, also when several processes write at the same time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, defer, mapped_column

from storage.engine.base import Base
from storage.engine.columns import EncryptedJson, Json, RowId
from storage.engine.keys import KeyRing
from storage.people.contacts import Contact
from storage.people.people import Consultant, Person
from storage.people.senders.shared import settle
from storage.vocabulary import ContactState

# A browser that nobody used for so long shows the chat no more: telephones are lost, lent and sold.
SESSION_LASTS = timedelta(days=90)
# A consultant's shows a whole caseload: a working day.
CONSULTANTS_SESSION_LASTS = timedelta(hours=12)
_TOKEN_CONTEXT = "web_session"  # noqa: S105 - the name of a context, no secret


class WebSession(Base, kw_only=True):
    """A browser that opened a personal link; the cookie's token is kept as a keyed hash only."""

    __tablename__ = "web_session"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(16), unique=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    # Where this browser hears that there is a message: made and read by bot/channels/web/notices.py.
    push: Mapped[dict[str, Json] | None] = mapped_column(EncryptedJson("web_session.push"), default=None)


class WebMessage(Base, kw_only=True):
    """One line of a web chat's history, from either side, as it was shown."""

    __tablename__ = "web_message"
    __table_args__ = (Index("ix_web_message_contact_id_revision", "contact_id", "revision", unique=True),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    revision: Mapped[int] = mapped_column(BigInteger)
    # Made and read by bot/channels/web/lines.py.
    content: Mapped[dict[str, Json]] = mapped_column(EncryptedJson("web_message.content"))
    # Set for a message of ours, so that a resend of the same outbox row shows once.
    outbox_id: Mapped[int | None] = mapped_column(RowId, unique=True, default=None)
    # Set for a line of the person: contact and the browser's own id of it, so that a repeated request shows once.
    event_id: Mapped[str | None] = mapped_column(String(80), unique=True, default=None)
    buttons_closed: Mapped[bool] = mapped_column(default=False)
    # A file that goes with it, {"name", "media_type", "base64"}; the lists below leave it unread.
    file: Mapped[dict[str, Json] | None] = mapped_column(EncryptedJson("web_message.file"), default=None)
    # Its picture and its sound, each as such a file: {"picture": …, "voice": …}; left unread likewise.
    media: Mapped[dict[str, Json] | None] = mapped_column(EncryptedJson("web_message.media"), default=None)
    at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a chat is, and the language of whoever it belongs to (None for a stranger without one)."""

    revision: int
    language: str | None


async def find_web_session(session: AsyncSession, keys: KeyRing, token: str, now: datetime) -> WebSession | None:
    """The session a browser's token belongs to, unless it has expired."""
    hashes = keys.fingerprints(token, _TOKEN_CONTEXT)
    return await session.scalar(
        select(WebSession).where(WebSession.token_hash.in_(hashes), WebSession.expires_at > now)
    )


async def add_web_session(
    session: AsyncSession, keys: KeyRing, *, token: str, channel: str, address: str, language: str | None, now: datetime
) -> Contact:
    """A new contact with this address, and a session that leads a browser with this token to it."""
    contact = Contact(
        channel=channel,
        address=address,
        address_hash=keys.fingerprint(address, f"contact/{channel}"),
        language=language,
        created_at=now,
    )
    session.add(contact)
    await session.flush()
    session.add(
        WebSession(
            token_hash=keys.fingerprint(token, _TOKEN_CONTEXT),
            contact_id=contact.id,
            created_at=now,
            expires_at=now + SESSION_LASTS,
        )
    )
    return contact


async def keep_web_push(session: AsyncSession, keys: KeyRing, token: str, now: datetime, push: dict[str, Json]) -> None:
    """From now on this browser hears that there is a message."""
    found = await find_web_session(session, keys, token, now)
    if found is not None:
        found.push = push


async def web_pushes_of(session: AsyncSession, contact_id: int, now: datetime) -> list[tuple[int, dict[str, Json]]]:
    """Where the browsers of this chat hear of messages, by the number of the session."""
    rows = await session.execute(
        select(WebSession.id, WebSession.push).where(
            WebSession.contact_id == contact_id, WebSession.expires_at > now, WebSession.push.is_not(None)
        )
    )
    return [(number, push) for number, push in rows if push]


async def forget_web_push(session: AsyncSession, session_id: int) -> None:
    """This browser hears of nothing any more."""
    await session.execute(update(WebSession).where(WebSession.id == session_id).values(push=None))


async def shorten_web_sessions(session: AsyncSession, contact_id: int, until: datetime) -> None:
    """The browsers that show this chat show it until then at most, unless it is opened anew."""
    await session.execute(
        update(WebSession)
        .where(WebSession.contact_id == contact_id, WebSession.expires_at > until)
        .values(expires_at=until)
    )


async def end_contact(session: AsyncSession, contact: Contact) -> None:
    """The address is nobody's any more: its browsers are logged out, and what they showed goes."""
    await session.execute(delete(WebSession).where(WebSession.contact_id == contact.id))
    await session.execute(delete(WebMessage).where(WebMessage.contact_id == contact.id))
    contact.person_id = contact.consultant_id = contact.linked_at = contact.trusted_at = None
    contact.state = ContactState.GONE
    await settle(session, [contact])


async def has_web_session(session: AsyncSession, contact_id: int, now: datetime) -> bool:
    """Whether any browser can still show this chat."""
    open_one = exists().where(WebSession.contact_id == contact_id, WebSession.expires_at > now)
    return bool(await session.scalar(select(open_one)))


async def next_revision(session: AsyncSession, contact_id: int) -> int:
    """The chat's next revision; the contact stays locked until the end of the transaction (see the module)."""
    await session.scalar(select(Contact.id).where(Contact.id == contact_id).with_for_update(key_share=True))
    newest = await session.scalar(select(func.max(WebMessage.revision)).where(WebMessage.contact_id == contact_id))
    return (newest or 0) + 1


async def add_web_message(session: AsyncSession, message: WebMessage) -> WebMessage:
    """Add a line at the end of its chat; one with the same outbox or event id that is there already is returned."""
    message.revision = await next_revision(session, message.contact_id)
    same = (
        WebMessage.outbox_id == message.outbox_id
        if message.outbox_id is not None
        else WebMessage.event_id == message.event_id
    )
    found = await session.scalar(select(WebMessage).where(same))
    if found is not None:
        return found
    session.add(message)
    await session.flush()
    return message


async def close_web_buttons(session: AsyncSession, message: WebMessage) -> None:
    """Take the buttons off a line, as a change that live connections see; closed ones stay as they are."""
    revision = await next_revision(session, message.contact_id)
    await session.refresh(message)
    if not message.buttons_closed:
        message.buttons_closed, message.revision = True, revision


async def web_message(session: AsyncSession, contact_id: int, message_id: int) -> WebMessage | None:
    """One line of this contact's chat, with its files."""
    found = await session.get(WebMessage, message_id)
    return found if found is not None and found.contact_id == contact_id else None


async def web_line_of(session: AsyncSession, event_id: str) -> WebMessage | None:
    """The person's line with this event id, with its files."""
    return await session.scalar(select(WebMessage).where(WebMessage.event_id == event_id))


async def web_files_since(session: AsyncSession, contact_id: int, since: datetime) -> int:
    """How many files came from the person in this chat since then."""
    wanted = (
        select(func.count())
        .select_from(WebMessage)
        .where(
            WebMessage.contact_id == contact_id,
            WebMessage.at > since,
            WebMessage.event_id.is_not(None),
            WebMessage.file.is_not(None) | WebMessage.media.is_not(None),
        )
    )
    return await session.scalar(wanted) or 0


async def web_history(
    session: AsyncSession, contact_id: int, *, before: int | None = None, limit: int = 50
) -> list[WebMessage]:
    """The newest `limit` lines of a chat (with an id below `before`, when given), oldest first."""
    query = select(WebMessage).where(WebMessage.contact_id == contact_id)
    if before is not None:
        query = query.where(WebMessage.id < before)
    query = query.order_by(WebMessage.id.desc()).limit(limit).options(defer(WebMessage.file), defer(WebMessage.media))
    rows = await session.scalars(query)
    return list(reversed(rows.all()))


async def web_changes(session: AsyncSession, contact_id: int, after: int, limit: int = 100) -> list[WebMessage]:
    """The lines of a chat that are new or changed since revision `after`, in the order of their revisions."""
    rows = await session.scalars(
        select(WebMessage)
        .where(WebMessage.contact_id == contact_id, WebMessage.revision > after)
        .order_by(WebMessage.revision)
        .limit(limit)
        .options(defer(WebMessage.file), defer(WebMessage.media))
    )
    return list(rows)


async def web_revisions(session: AsyncSession, contact_ids: Sequence[int]) -> dict[int, int]:
    """How far each of these chats is that has any line: one query, answered from an index, whatever their number."""
    newest = (
        select(WebMessage.contact_id, func.max(WebMessage.revision))
        .where(WebMessage.contact_id.in_(contact_ids))
        .group_by(WebMessage.contact_id)
    )
    return dict(iter(await session.execute(newest)))


async def web_standings(session: AsyncSession, contact_ids: Sequence[int]) -> dict[int, Standing]:
    """How far each of these chats is: one query, answered from an index, whatever their number."""
    newest = (
        select(func.coalesce(func.max(WebMessage.revision), 0))
        .where(WebMessage.contact_id == Contact.id)
        .correlate(Contact)
        .scalar_subquery()
    )
    rows = await session.execute(
        select(Contact.id, newest, Person.language, Consultant.language, Contact.language)
        .outerjoin(Person, Contact.person_id == Person.id)
        .outerjoin(Consultant, Contact.consultant_id == Consultant.id)
        .where(Contact.id.in_(contact_ids))
    )
    return {contact_id: Standing(revision, mine or ours or theirs) for contact_id, revision, mine, ours, theirs in rows}


async def web_outbox_ids(session: AsyncSession, contact_id: int, *, after: int, up_to: int) -> list[int]:
    """The outbox ids of our lines in this chat with after < id <= up_to; the newest 200 at most."""
    rows = await session.scalars(
        select(WebMessage.outbox_id)
        .where(
            WebMessage.contact_id == contact_id,
            WebMessage.outbox_id.is_not(None),
            WebMessage.id > after,
            WebMessage.id <= up_to,
        )
        .order_by(WebMessage.id.desc())
        .limit(200)
    )
    return [outbox_id for outbox_id in rows if outbox_id is not None]
