"""Passkeys of the desk's accounts (W3C Web Authentication, Level 3), and the challenges that were given out.

Of a passkey the public half is stored, encrypted as all that says who somebody is: so nobody who can write the database
alone puts a key of their own into it. A challenge is stored as a keyed hash, and taken once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.desk.accounts import DeskAccount
from storage.engine.base import Base
from storage.engine.columns import IDS_NEVER_REUSED, Encrypted, RowId
from storage.engine.keys import KeyRing

#: How long somebody has for a finger, a face, or a PIN.
CHALLENGE_LASTS: Final = timedelta(minutes=5)
_CREDENTIAL: Final = "credential"
_CHALLENGE: Final = "desk_challenge"


class DeskPasskey(Base, kw_only=True):
    """A passkey of an account. Bytes (the key's id, who it says that it is for, its public half) are base64url."""

    __tablename__ = "desk_passkey"
    __table_args__ = IDS_NEVER_REUSED

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    account_id: Mapped[int] = mapped_column(ForeignKey("desk_account.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(Encrypted("desk_passkey.name"))
    credential: Mapped[str] = mapped_column(Encrypted("desk_passkey.credential"))
    credential_hash: Mapped[bytes] = mapped_column(LargeBinary(16), unique=True)
    user_handle: Mapped[str] = mapped_column(Encrypted("desk_passkey.user_handle"))
    public_key: Mapped[str] = mapped_column(Encrypted("desk_passkey.public_key"))
    # How often the key was used, as it says itself; 0 for one that does not count, as those that are synchronised.
    sign_count: Mapped[int] = mapped_column(BigInteger)
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None] = mapped_column(default=None)


class DeskChallenge(Base, kw_only=True):
    """What a key is to sign: for a new key of an account, or (without one) to sign in."""

    __tablename__ = "desk_challenge"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    challenge_hash: Mapped[bytes] = mapped_column(LargeBinary(16), unique=True)
    account_id: Mapped[int | None] = mapped_column(
        ForeignKey("desk_account.id", ondelete="CASCADE"), index=True, default=None
    )
    expires_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """A key that an authenticator made; bytes as base64url."""

    credential: str
    user_handle: str
    public_key: str
    sign_count: int


async def passkeys_of(session: AsyncSession, account_id: int) -> Sequence[DeskPasskey]:
    """An account's passkeys, the oldest first."""
    asked = select(DeskPasskey).where(DeskPasskey.account_id == account_id).order_by(DeskPasskey.id)
    return (await session.scalars(asked)).all()


async def find_passkey(session: AsyncSession, keys: KeyRing, credential: str) -> tuple[DeskPasskey, DeskAccount] | None:
    """The passkey with this id (base64url), to be changed, and its account; None for a key that nobody has here, or
    whose account has ended."""
    asked = (
        select(DeskPasskey, DeskAccount)
        .join(DeskAccount, DeskAccount.id == DeskPasskey.account_id)
        .where(
            DeskPasskey.credential_hash.in_(keys.fingerprints(credential, _CREDENTIAL)),
            DeskAccount.ended_at.is_(None),
        )
        .with_for_update(of=DeskPasskey)
    )
    found = (await session.execute(asked)).first()
    return None if found is None else (found[0], found[1])


async def is_known(session: AsyncSession, keys: KeyRing, credential: str) -> bool:
    """Whether some account, ended ones too, has this passkey."""
    asked = select(DeskPasskey.id).where(DeskPasskey.credential_hash.in_(keys.fingerprints(credential, _CREDENTIAL)))
    return await session.scalar(asked) is not None


async def add_passkey(
    session: AsyncSession, keys: KeyRing, account: DeskAccount, name: str, new: NewPasskey, now: datetime
) -> DeskPasskey:
    """Keep a new passkey of an account."""
    kept = DeskPasskey(
        account_id=account.id,
        name=name,
        credential=new.credential,
        credential_hash=keys.fingerprint(new.credential, _CREDENTIAL),
        user_handle=new.user_handle,
        public_key=new.public_key,
        sign_count=new.sign_count,
        made_at=now,
    )
    session.add(kept)
    await session.flush()
    return kept


async def drop_passkeys(session: AsyncSession, account_id: int) -> None:
    """Every passkey of an account opens nothing any more."""
    await session.execute(delete(DeskPasskey).where(DeskPasskey.account_id == account_id))


async def keep_challenge(
    session: AsyncSession, keys: KeyRing, challenge: str, account_id: int | None, now: datetime
) -> None:
    """A challenge was given out. Old ones go, so that whoever only asks fills nothing."""
    await session.execute(delete(DeskChallenge).where(DeskChallenge.expires_at <= now))
    session.add(
        DeskChallenge(
            challenge_hash=keys.fingerprint(challenge, _CHALLENGE),
            account_id=account_id,
            expires_at=now + CHALLENGE_LASTS,
        )
    )
    await session.flush()


async def take_challenge(
    session: AsyncSession, keys: KeyRing, challenge: str, account_id: int | None, now: datetime
) -> bool:
    """Whether this challenge was given out, for this account (None = to sign in), lately, and not taken before."""
    theirs = DeskChallenge.account_id.is_(None) if account_id is None else DeskChallenge.account_id == account_id
    hashes = keys.fingerprints(challenge, _CHALLENGE)
    taken = delete(DeskChallenge).where(DeskChallenge.challenge_hash.in_(hashes), theirs)
    expires_at = await session.scalar(taken.returning(DeskChallenge.expires_at))
    return expires_at is not None and now < expires_at
