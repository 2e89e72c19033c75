"""Accounts of the desk, the one-time links that open them, and browsers that are signed in.

A link and a cookie hold 32 random bytes; stored is a keyed hash of them alone. A link opens an account once, and then
the second step is asked: digits of an authenticator app (RFC 6238), which is set up the first time.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.engine.base import Base
from storage.engine.columns import IDS_NEVER_REUSED, Encrypted, RowId, vocabulary
from storage.engine.keys import KeyRing
from storage.people.people import Consultant
from storage.vocabulary import DeskRole, DeskStep

#: Long enough to walk back to one's own machine with it.
LINK_LASTS: Final = timedelta(minutes=15)
#: A working day.
SESSION_LASTS: Final = timedelta(hours=8)
#: A link that was opened waits so long for the second step.
STEP_LASTS: Final = timedelta(minutes=10)
#: Wrong digits that one opened link takes: six digits stand against a million guesses.
MOST_WRONG: Final = 5
_LINK: Final = "desk_link"
_SESSION: Final = "desk_session"
_EMAIL: Final = "email"
_SUBJECT: Final = "desk_subject"
_SID: Final = "desk_sid"


class DeskAccount(Base, kw_only=True):
    """Somebody who may sign in at the desk; a consultant's account leads to their row, and goes with it."""

    __tablename__ = "desk_account"
    __table_args__ = IDS_NEVER_REUSED

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    email: Mapped[str] = mapped_column(Encrypted("desk_account.email"))
    email_hash: Mapped[bytes] = mapped_column(LargeBinary(16), unique=True)
    role: Mapped[DeskRole] = mapped_column(vocabulary(DeskRole))
    consultant_id: Mapped[int | None] = mapped_column(
        ForeignKey("consultant.id", ondelete="CASCADE"), unique=True, default=None
    )
    # Whose figures and log somebody sees who is no consultant; a consultant's stands in their own row.
    municipality: Mapped[str] = mapped_column(String(80), default="")
    # Of the authenticator app, base32; None = not set up yet.
    otp_secret: Mapped[str | None] = mapped_column(Encrypted("desk_account.otp_secret"), default=None)
    # The time step of the digits that were used last: each opens once (RFC 6238, 5.2).
    otp_step: Mapped[int | None] = mapped_column(BigInteger, default=None)
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None] = mapped_column(default=None)


class DeskLink(Base, kw_only=True):
    """A one-time link to an account."""

    __tablename__ = "desk_link"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    account_id: Mapped[int] = mapped_column(ForeignKey("desk_account.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(16), unique=True)
    expires_at: Mapped[datetime]


class DeskSession(Base, kw_only=True):
    """A browser at the desk: `step` says what it still has to show before it is signed in."""

    __tablename__ = "desk_session"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    account_id: Mapped[int] = mapped_column(ForeignKey("desk_account.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(16), unique=True)
    step: Mapped[DeskStep] = mapped_column(vocabulary(DeskStep))
    # The secret that is offered for the authenticator app, until its digits were right.
    offered: Mapped[str | None] = mapped_column(Encrypted("desk_session.offered"), default=None)
    wrong: Mapped[int] = mapped_column(default=0)
    # The identity provider's own names of whoever signed in there and of that session, for when it says that it ended.
    subject_hash: Mapped[bytes | None] = mapped_column(LargeBinary(16), index=True, default=None)
    sid_hash: Mapped[bytes | None] = mapped_column(LargeBinary(16), index=True, default=None)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class AccountInUse:
    """An account that has not ended, and in how many browsers it is signed in."""

    account: DeskAccount
    browsers: int


async def accounts_in_use(session: AsyncSession, now: datetime, of: str = "") -> list[AccountInUse]:
    """Every account that has not ended, the oldest first; with `of` those of this municipality alone."""
    signed_in = (
        select(func.count())
        .select_from(DeskSession)
        .where(
            DeskSession.account_id == DeskAccount.id,
            DeskSession.step == DeskStep.SIGNED_IN,
            DeskSession.expires_at > now,
        )
        .correlate(DeskAccount)
        .scalar_subquery()
    )
    asked = (
        select(DeskAccount, signed_in, Consultant.municipality)
        .outerjoin(Consultant, Consultant.id == DeskAccount.consultant_id)
        .where(DeskAccount.ended_at.is_(None))
        .order_by(DeskAccount.id)
    )
    return [
        AccountInUse(account, browsers)
        for account, browsers, consultants in await session.execute(asked)
        if not of or (consultants or account.municipality).casefold() == of.casefold()
    ]


async def account_by_email(session: AsyncSession, keys: KeyRing, email: str) -> DeskAccount | None:
    """The account with this e-mail address, ended ones too; compared without regard to case."""
    hashes = keys.fingerprints(email.strip().lower(), _EMAIL)
    return await session.scalar(select(DeskAccount).where(DeskAccount.email_hash.in_(hashes)))


async def add_account(
    session: AsyncSession,
    keys: KeyRing,
    *,
    email: str,
    role: DeskRole,
    consultant_id: int | None,
    municipality: str,
    now: datetime,
) -> DeskAccount:
    """A new account."""
    address = email.strip().lower()
    account = DeskAccount(
        email=address,
        email_hash=keys.fingerprint(address, _EMAIL),
        role=role,
        consultant_id=consultant_id,
        municipality=municipality,
        created_at=now,
    )
    session.add(account)
    await session.flush()
    return account


async def make_link(session: AsyncSession, keys: KeyRing, account: DeskAccount, now: datetime) -> tuple[str, datetime]:
    """A new one-time link's token and when it expires; earlier ones of this account open nothing any more."""
    await session.execute(delete(DeskLink).where(DeskLink.account_id == account.id))
    token = secrets.token_urlsafe(32)
    session.add(DeskLink(account_id=account.id, token_hash=keys.fingerprint(token, _LINK), expires_at=now + LINK_LASTS))
    return token, now + LINK_LASTS


async def take_link(session: AsyncSession, keys: KeyRing, token: str, now: datetime) -> DeskAccount | None:
    """The account that a link opens, once; None for a link that was used, is too old, or was never made."""
    hashes = keys.fingerprints(token, _LINK)
    link = await session.scalar(select(DeskLink).where(DeskLink.token_hash.in_(hashes)).with_for_update())
    if link is None:
        return None
    account = await session.get(DeskAccount, link.account_id)
    expires_at = link.expires_at
    await session.delete(link)
    return account if account is not None and account.ended_at is None and now < expires_at else None


async def add_session(
    session: AsyncSession,
    keys: KeyRing,
    account: DeskAccount,
    step: DeskStep,
    now: datetime,
    *,
    offered: str | None = None,
    subject: str = "",
    sid: str = "",
) -> str:
    """A browser's new token, which its cookie holds; a working day long once it is signed in. `subject` and `sid` are
    the identity provider's, where one vouched."""
    token = secrets.token_urlsafe(32)
    session.add(
        DeskSession(
            account_id=account.id,
            token_hash=keys.fingerprint(token, _SESSION),
            step=step,
            offered=offered,
            subject_hash=keys.fingerprint(subject, _SUBJECT) if subject else None,
            sid_hash=keys.fingerprint(sid, _SID) if sid else None,
            created_at=now,
            expires_at=now + (SESSION_LASTS if step is DeskStep.SIGNED_IN else STEP_LASTS),
        )
    )
    await session.flush()
    return token


async def find_session(
    session: AsyncSession, keys: KeyRing, token: str, now: datetime, *, for_update: bool = False
) -> tuple[DeskSession, DeskAccount] | None:
    """The session of a cookie, with its account; None where it is over, or its account has ended."""
    asked = (
        select(DeskSession, DeskAccount)
        .join(DeskAccount, DeskAccount.id == DeskSession.account_id)
        .where(
            DeskSession.token_hash.in_(keys.fingerprints(token, _SESSION)),
            DeskSession.expires_at > now,
            DeskAccount.ended_at.is_(None),
        )
    )
    found = (await session.execute(asked.with_for_update(of=DeskSession) if for_update else asked)).first()
    return None if found is None else (found[0], found[1])


async def end_sessions(session: AsyncSession, account_id: int) -> None:
    """Every browser that is signed in, or half so, is signed out."""
    await session.execute(delete(DeskSession).where(DeskSession.account_id == account_id))


async def end_sessions_of(session: AsyncSession, keys: KeyRing, subject: str, sid: str) -> None:
    """The identity provider says that a session of its own has ended (or, without `sid`, all of this subject)."""
    of_session = DeskSession.sid_hash.in_(keys.fingerprints(sid, _SID)) if sid else None
    of_subject = DeskSession.subject_hash.in_(keys.fingerprints(subject, _SUBJECT)) if subject else None
    wanted = [one for one in (of_session, of_subject) if one is not None]
    if wanted:
        await session.execute(delete(DeskSession).where(*wanted))
