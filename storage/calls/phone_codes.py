"""Codes by which somebody hears their messages from a telephone that is not known as theirs: made, tried, limited.

A code is the number of its row and six digits. So a guess is at somebody's code, and is counted there, however many
numbers it is made from; and it is counted for the number that it is made from, at whosever codes it is.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, ForeignKey, LargeBinary, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.engine.base import Base
from storage.engine.columns import IDS_NEVER_REUSED, RowId
from storage.engine.keys import KeyRing

#: The digits behind the number of the row.
DIGITS: Final = 6
#: The longest that a code with its row's number can be typed.
MOST_DIGITS: Final = 20
VALID_FOR: Final = timedelta(days=30)
#: Wrong codes within WINDOW after which a code, or the number that they come from, is not listened to.
MOST_WRONG: Final = 5
WINDOW: Final = timedelta(hours=1)
#: The same of all callers together: numbers can be forged, and somebody who guesses at everybody's code has many.
MOST_WRONG_OF_ALL: Final = 60
#: A code at which was guessed wrong so often since it was made has ended: it fits by chance once in 50,000.
ENDS_AFTER: Final = 20
_CODE, _CALLER = "phone_code", "phone_code_caller"


class PhoneCode(Base, kw_only=True):
    """A person's code; the digits are kept as a keyed hash alone."""

    __tablename__ = "phone_code"
    __table_args__ = IDS_NEVER_REUSED

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), unique=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(16))
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class PhoneCodeTry(Base, kw_only=True):
    """A code that was typed and did not open anything: at whose code it was, where it was at one, and from which number
    (a keyed hash; callers without a number share one)."""

    __tablename__ = "phone_code_try"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    code_id: Mapped[int | None] = mapped_column(ForeignKey("phone_code.id", ondelete="SET NULL"), index=True)
    caller_hash: Mapped[bytes] = mapped_column(LargeBinary(16), index=True)
    at: Mapped[datetime] = mapped_column(index=True)


@dataclass(frozen=True, slots=True)
class PhoneCodeMade:
    """A code as it is typed, and when it ends; it stands nowhere else."""

    code: str
    expires_at: datetime


class CodeTried(StrEnum):
    """What came of a code that was typed; the caller hears the same of all but the first."""

    RIGHT = "right"
    WRONG = "wrong"  # or expired, or replaced
    LOCKED = "locked"  # this was one too many at this code
    TOO_MANY = "too_many"  # this number, or all together, guessed too often


@dataclass(frozen=True, slots=True)
class TriedCode:
    """What came of it, and at whose code it was, where it was at one."""

    how: CodeTried
    person_id: int | None = None


async def make_phone_code(session: AsyncSession, keys: KeyRing, person_id: int, now: datetime) -> PhoneCodeMade:
    """A new code for a person; the one that they had ends."""
    await end_phone_code(session, person_id)
    digits = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    made = PhoneCode(
        person_id=person_id, code_hash=_hashed(keys, person_id, digits), made_at=now, expires_at=now + VALID_FOR
    )
    session.add(made)
    await session.flush()
    return PhoneCodeMade(f"{made.id}{digits}", made.expires_at)


async def phone_code_of(session: AsyncSession, person_id: int, now: datetime) -> PhoneCode | None:
    """The code that a person has now."""
    return await session.scalar(select(PhoneCode).where(PhoneCode.person_id == person_id, PhoneCode.expires_at > now))


async def end_phone_code(session: AsyncSession, person_id: int) -> None:
    """A person's code opens nothing any more."""
    await session.execute(delete(PhoneCode).where(PhoneCode.person_id == person_id))


async def try_phone_code(session: AsyncSession, keys: KeyRing, typed: str, caller: str, now: datetime) -> TriedCode:
    """Whose messages a code opens, or why none; what is wrong is counted (the caller commits).

    `typed` are the digits that were pressed, `caller` the number that they came from, "" where it is withheld.
    """
    since = PhoneCodeTry.at > now - WINDOW
    callers = keys.fingerprints(caller, _CALLER)
    if (
        await _count(session, since) >= MOST_WRONG_OF_ALL
        or await _count(session, since, PhoneCodeTry.caller_hash.in_(callers)) >= MOST_WRONG
    ):
        return TriedCode(CodeTried.TOO_MANY)
    code = await _named_by(session, typed, now)
    wrong = PhoneCodeTry(code_id=code.id if code is not None else None, caller_hash=callers[0], at=now)
    if code is None:
        session.add(wrong)
        return TriedCode(CodeTried.WRONG)
    at_it = PhoneCodeTry.code_id == code.id
    before = await _count(session, since, at_it)
    if before < MOST_WRONG and _fits(keys, code, typed[-DIGITS:]):
        return TriedCode(CodeTried.RIGHT, code.person_id)
    session.add(wrong)
    await session.flush()
    if await _count(session, at_it) >= ENDS_AFTER:
        await end_phone_code(session, code.person_id)
    return TriedCode(CodeTried.LOCKED if before == MOST_WRONG - 1 else CodeTried.WRONG, code.person_id)


async def _named_by(session: AsyncSession, typed: str, now: datetime) -> PhoneCode | None:
    """The code whose row what was typed names."""
    row = typed[:-DIGITS]
    if not (row.isdecimal() and typed.isascii() and len(typed) <= MOST_DIGITS - 2):
        return None
    code = await session.get(PhoneCode, int(row), with_for_update=True)
    return code if code is not None and code.expires_at > now else None


def _fits(keys: KeyRing, code: PhoneCode, digits: str) -> bool:
    marks = keys.fingerprints(f"{code.person_id}:{digits}", _CODE)
    return any(secrets.compare_digest(code.code_hash, mark) for mark in marks)


def _hashed(keys: KeyRing, person_id: int, digits: str) -> bytes:
    return keys.fingerprint(f"{person_id}:{digits}", _CODE)


async def _count(session: AsyncSession, *where: ColumnElement[bool]) -> int:
    return await session.scalar(select(func.count()).select_from(PhoneCodeTry).where(*where)) or 0
