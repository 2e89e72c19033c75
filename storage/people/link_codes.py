"""One-time link codes: making them, using them once, and limiting guesses; and passes, the links in our own messages.

A code is read out or printed and works once. A pass stands in the link of an SMS or e-mail that we sent to somebody's
own, verified address: it opens the web chat as that person, once, within a few days, in whatever browser the phone
takes for it. It is signed, and stored only when it was used.
"""

import re
import secrets
from datetime import UTC, datetime, timedelta

from sqlalchemy import ForeignKey, Index, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.calls.phone_codes import end_phone_code
from storage.engine.base import Base
from storage.engine.columns import RowId
from storage.engine.keys import KeyRing
from storage.people.contacts import Contact, LinkCode
from storage.people.people import Person

# No 0/O, 1/I/L, 5/S, 8/B, 2/Z: codes are read out over the telephone and copied from paper.
ALPHABET = "ACDEFGHJKMNPQRTUVWXY34679"
CODE_LENGTH = 10
VALID_FOR = timedelta(days=14)
# Ten guesses an hour against 25^10 codes; a person who mistypes gets there, a machine does not.
MAX_ATTEMPTS = 10
ATTEMPT_WINDOW = timedelta(hours=1)
_CONTEXT = "link_code"
# A message is read within days; after that its link leads to a greeting, not to somebody's chat.
PASS_VALID_FOR = timedelta(days=3)
_PASS = re.compile(r"p([0-9a-f]{1,15})-([0-9a-f]{1,10})-[0-9a-f]{8}-([0-9a-f]{32})")
_PASS_CONTEXT = "web_pass"  # noqa: S105 - a word, no secret


class LinkAttempt(Base, kw_only=True):
    """A code that did not fit, by address: guessing is limited and seen."""

    __tablename__ = "link_attempt"
    __table_args__ = (Index("ix_link_attempt_contact_at", "contact_id", "at"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(index=True)


class CodeRefused(Exception):
    """A code cannot be used; the subclasses say why."""


class CodeUnknown(CodeRefused):
    """No such code (or it was used, or replaced by a newer one: a guesser learns no more than that)."""


class CodeExpired(CodeRefused):
    """The code was right, but too old."""


class TooManyAttempts(CodeRefused):
    """This address tried too often."""


def normalise_code(text: str) -> str:
    """A code as typed by a person: case, spaces and dashes do not count."""
    return "".join(char for char in text.upper() if char.isalnum())


def looks_like_code(text: str) -> bool:
    """Whether a text could be a code, so that an ordinary word is not counted as a guess."""
    return len(normalise_code(text)) == CODE_LENGTH and set(normalise_code(text)) <= set(ALPHABET)


async def make_code(
    session: AsyncSession,
    keys: KeyRing,
    now: datetime,
    *,
    person_id: int | None = None,
    consultant_id: int | None = None,
    sent_to: int | None = None,
    self_made: bool = False,
    valid_for: timedelta = VALID_FOR,
    ends_others: bool = True,
) -> tuple[str, datetime]:
    """A new code for a person or consultant and when it expires; earlier unused codes of theirs stop working, unless
    anybody can have it made (`ends_others`)."""
    owner = LinkCode.person_id == person_id if person_id is not None else LinkCode.consultant_id == consultant_id
    if ends_others:
        for old in await session.scalars(select(LinkCode).where(owner, LinkCode.used_at.is_(None))):
            await session.delete(old)
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    session.add(
        LinkCode(
            code_hash=keys.fingerprint(code, _CONTEXT),
            person_id=person_id,
            consultant_id=consultant_id,
            sent_to=sent_to,
            self_made=self_made,
            expires_at=now + valid_for,
            created_at=now,
        )
    )
    return code, now + valid_for


async def codes_since(session: AsyncSession, consultant_id: int, since: datetime) -> int:
    """How many codes were made for a consultant since then."""
    made = select(func.count()).where(LinkCode.consultant_id == consultant_id, LinkCode.created_at > since)
    return await session.scalar(made) or 0


def make_pass(keys: KeyRing, person_id: int, now: datetime) -> str:
    """A pass for this person's web chat, good once within PASS_VALID_FOR."""
    named = f"p{person_id:x}-{int((now + PASS_VALID_FOR).timestamp()):x}-{secrets.token_hex(4)}"
    return f"{named}-{keys.sign(named, _PASS_CONTEXT)}"


def _read_pass(keys: KeyRing, text: str) -> LinkCode | None:
    """The pass as a code that is stored nowhere; None for anything that we did not sign."""
    found = _PASS.fullmatch(text.strip())
    if found is None or not keys.verify(text.strip().rpartition("-")[0], _PASS_CONTEXT, found[3]):
        return None
    until = datetime.fromtimestamp(int(found[2], 16), UTC)
    made_at = until - PASS_VALID_FOR
    mark = keys.fingerprint(text.strip(), _PASS_CONTEXT)
    return LinkCode(code_hash=mark, person_id=int(found[1], 16), self_made=True, expires_at=until, created_at=made_at)


async def tried_too_often(session: AsyncSession, contact: Contact, now: datetime) -> bool:
    """Whether this contact has had its guesses for this hour."""
    recent = await session.scalar(
        select(func.count())
        .select_from(LinkAttempt)
        .where(LinkAttempt.contact_id == contact.id, LinkAttempt.at > now - ATTEMPT_WINDOW)
    )
    return (recent or 0) >= MAX_ATTEMPTS


def count_attempt(session: AsyncSession, contact: Contact, now: datetime) -> None:
    """What did not fit counts as a guess of this contact."""
    session.add(LinkAttempt(contact_id=contact.id, at=now))


async def use_code(session: AsyncSession, keys: KeyRing, contact: Contact, text: str, now: datetime) -> LinkCode:
    """Use a code (or a pass) from a contact: ties the contact to the code's owner and makes the code useless.

    Raises:
        CodeUnknown, CodeExpired: counted as an attempt of this contact (the caller commits).
        TooManyAttempts: before the code is even looked at.
    """
    if await tried_too_often(session, contact, now):
        raise TooManyAttempts
    by_pass = _read_pass(keys, text)
    if by_pass is not None:
        return await _use_pass(session, contact, by_pass, now, await find_code(session, keys, text))
    hashes = keys.fingerprints(normalise_code(text), _CONTEXT)
    found = await session.scalar(select(LinkCode).where(LinkCode.code_hash.in_(hashes)).with_for_update())
    if found is None or _is_used_up(found, contact):
        count_attempt(session, contact, now)
        raise CodeUnknown
    if found.used_at is None:
        if found.expires_at <= now:
            count_attempt(session, contact, now)
            raise CodeExpired
        found.used_at, found.used_by = now, contact.id
        contact.person_id, contact.consultant_id = found.person_id, found.consultant_id
        contact.linked_at = now
        await _prove(session, found, now)
    return found


def _is_used_up(code: LinkCode, contact: Contact) -> bool:
    """Whether a code opened its one chat, and this is not it, or is not its owner's any more (logged out, ended)."""
    if code.used_at is None:
        return False
    whose = (code.person_id, code.consultant_id)
    return code.used_by != contact.id or (contact.person_id, contact.consultant_id) != whose


async def _prove(session: AsyncSession, code: LinkCode, now: datetime) -> None:
    """The address that the code was sent to is proved by its use."""
    shown = await session.get(Contact, code.sent_to) if code.sent_to is not None else None
    if shown is not None and shown.person_id is None and shown.consultant_id is None:
        shown.person_id, shown.consultant_id, shown.linked_at = code.person_id, code.consultant_id, now


async def _use_pass(
    session: AsyncSession, contact: Contact, found: LinkCode, now: datetime, used: LinkCode | None
) -> LinkCode:
    if found.expires_at <= now:
        raise CodeExpired
    if used is None or _is_used_up(used, contact):
        raise CodeUnknown
    if used.used_at is None:
        found.used_at, found.used_by = now, contact.id
        session.add(found)
        if contact.person_id != found.person_id:
            contact.person_id, contact.consultant_id, contact.linked_at = found.person_id, None, now
    return found


async def find_code(session: AsyncSession, keys: KeyRing, text: str) -> LinkCode | None:
    """The code (or pass) with this text, used or not, without using it: for a browser that holds somebody's chat."""
    by_pass = _read_pass(keys, text)
    if by_pass is not None:
        marks = keys.fingerprints(text.strip(), _PASS_CONTEXT)
        used = await session.scalar(select(LinkCode).where(LinkCode.code_hash.in_(marks)))
        return used or (by_pass if await _still_opens(session, by_pass) else None)
    hashes = keys.fingerprints(normalise_code(text), _CONTEXT)
    return await session.scalar(select(LinkCode).where(LinkCode.code_hash.in_(hashes)))


async def _still_opens(session: AsyncSession, found: LinkCode) -> bool:
    """Whether its person is there, and their access was not ended since it was made."""
    person = await session.get(Person, found.person_id)
    return person is not None and (person.links_since is None or person.links_since <= found.created_at)


async def end_links(session: AsyncSession, person: Person, now: datetime) -> None:
    """No code or link that is out opens this person's chat any more."""
    person.links_since = now
    await session.execute(delete(LinkCode).where(LinkCode.person_id == person.id, LinkCode.used_at.is_(None)))
    await end_phone_code(session, person.id)


async def hashes_of_consultants(session: AsyncSession, channel: str) -> frozenset[bytes]:
    """The hashes of the consultants' addresses on a channel."""
    wanted = select(Contact.address_hash).where(Contact.channel == channel, Contact.consultant_id.is_not(None))
    return frozenset(await session.scalars(wanted))
