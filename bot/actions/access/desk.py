"""Signing in at the desk without an identity provider: a one-time link, and then the digits of an authenticator app.

The link is given out by the operator, or goes to the mailbox on record; the app, or a passkey instead (`passkeys`), is
set up the first time. Whoever signs in gets a new token at each step, so that one that somebody else knew of before
opens nothing (session fixation).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hmac import compare_digest
from typing import Final

import pyotp
from sqlalchemy.ext.asyncio import AsyncSession

from bot.actions.acting import Acting, Role
from storage.desk.accounts import (
    MOST_WRONG,
    DeskAccount,
    account_by_email,
    add_account,
    add_session,
    end_sessions,
    find_session,
    make_link,
    take_link,
)
from storage.desk.passkeys import drop_passkeys, passkeys_of
from storage.engine.keys import KeyRing
from storage.people.people import consultant_by_email
from storage.privacy.audit import AuditEntry
from storage.vocabulary import DeskRole, DeskStep

#: Seconds that digits hold (RFC 6238), and how many of such steps a clock may be off either way.
STEP_SECONDS: Final = 30
_CLOCK_OFF: Final = 1


class DeskRefused(StrEnum):
    """Why there is no link."""

    NOT_THEIRS = "not_theirs"  # not for whoever acts to give
    NOBODY = "nobody"  # no consultant has this address, and no role was said


@dataclass(frozen=True, slots=True)
class DeskInvited:
    """A one-time link's token, when it expires (an instant), and what whoever opens it does at the desk."""

    token: str
    expires_at: datetime
    role: DeskRole


@dataclass(frozen=True, slots=True)
class Stepped:
    """A browser's token, and what it has to show next."""

    token: str
    step: DeskStep


async def give_link(
    acting: Acting, email: str, role: DeskRole | None = None, municipality: str = ""
) -> DeskInvited | DeskRefused:
    """A one-time link for a consultant, or (with a `role`) for a colleague who is none; their earlier links end.

    An account that had ended begins anew, and sets up its app anew.
    """
    if acting.by.role is not Role.OPERATOR:
        return DeskRefused.NOT_THEIRS
    session, keys = acting.session, acting.parts.keys
    consultant = await consultant_by_email(session, keys, email)
    wanted = role or (DeskRole.CONSULTANT if consultant is not None else None)
    if wanted is None or (wanted is DeskRole.CONSULTANT and consultant is None):
        return DeskRefused.NOBODY
    consultant_id = consultant.id if consultant is not None and wanted is DeskRole.CONSULTANT else None
    account = await account_by_email(session, keys, email)
    if account is None:
        account = await add_account(
            session,
            keys,
            email=email,
            role=wanted,
            consultant_id=consultant_id,
            municipality=municipality,
            now=acting.now,
        )
    elif role is not None or account.ended_at is not None:
        if account.ended_at is not None:
            await _forget_second_step(session, account)
        account.role, account.consultant_id, account.ended_at = wanted, consultant_id, None
        account.municipality = municipality or account.municipality
        await end_sessions(session, account.id)
    token, expires_at = await make_link(session, keys, account, acting.now)
    acting.audit("gave_desk_link", f"desk:{account.id}")
    return DeskInvited(token, expires_at, account.role)


async def end_account(acting: Acting, email: str, *, app_only: bool = False) -> bool:
    """Sign somebody out everywhere, for good; or (`app_only`) have them set up a new authenticator app or passkey with
    their next link, after a lost telephone. False where nobody has an account with this address."""
    account = await account_by_email(acting.session, acting.parts.keys, email)
    if acting.by.role is not Role.OPERATOR or account is None:
        return False
    await _forget_second_step(acting.session, account)
    if not app_only:
        account.ended_at = acting.now
    await end_sessions(acting.session, account.id)
    acting.audit("reset_desk_app" if app_only else "ended_desk_account", f"desk:{account.id}")
    return True


async def open_link(session: AsyncSession, keys: KeyRing, token: str, now: datetime) -> Stepped | None:
    """Open a one-time link: what it leads to; None for one that was used, is too old or was never made."""
    account = await take_link(session, keys, token, now)
    if account is None:
        return None
    if account.otp_secret is not None:
        step = DeskStep.DIGITS
    else:
        step = DeskStep.PASSKEY if await passkeys_of(session, account.id) else DeskStep.SET_UP
    offered = pyotp.random_base32() if step is DeskStep.SET_UP else None
    return Stepped(await add_session(session, keys, account, step, now, offered=offered), step)


async def show_digits(session: AsyncSession, keys: KeyRing, token: str, digits: str, now: datetime) -> Stepped | None:
    """The digits of the app, for a link that was opened: right ones sign in. None where the link is to be asked for
    anew: too many were wrong, or it was opened too long ago."""
    found = await find_session(session, keys, token, now, for_update=True)
    if found is None or found[0].step is DeskStep.SIGNED_IN:
        return None
    opened, account = found
    secret = account.otp_secret if opened.step is DeskStep.DIGITS else opened.offered
    used = _step_of(secret, digits, account.otp_step, now) if secret is not None else None
    if secret is None or used is None:
        opened.wrong += 1
        session.add(AuditEntry(at=now, actor=ref_of(account), action="wrong_desk_digits", subject=f"desk:{account.id}"))
        if opened.wrong >= MOST_WRONG:
            await session.delete(opened)
            return None
        return Stepped(token, opened.step)
    account.otp_secret, account.otp_step = secret, used
    await session.delete(opened)
    session.add(AuditEntry(at=now, actor=ref_of(account), action="signed_in", subject=f"desk:{account.id}"))
    return Stepped(await add_session(session, keys, account, DeskStep.SIGNED_IN, now), DeskStep.SIGNED_IN)


async def vouched(
    session: AsyncSession,
    keys: KeyRing,
    email: str,
    roles: Collection[DeskRole],
    now: datetime,
    *,
    subject: str,
    sid: str,
) -> str | None:
    """Sign somebody in for whom the identity provider vouches; the browser's token. None for who has no place here: a
    consultant must be one of ours, and an account that was ended stays so."""
    consultant = await consultant_by_email(session, keys, email)
    role = next((one for one in DeskRole if one in roles and (one is not DeskRole.CONSULTANT or consultant)), None)
    account = await account_by_email(session, keys, email)
    if role is None or (account is not None and account.ended_at is not None):
        return None
    consultant_id = consultant.id if consultant is not None and role is DeskRole.CONSULTANT else None
    if account is None:
        account = await add_account(
            session, keys, email=email, role=role, consultant_id=consultant_id, municipality="", now=now
        )
    account.role, account.consultant_id = role, consultant_id
    session.add(AuditEntry(at=now, actor=ref_of(account), action="signed_in", subject=f"desk:{account.id}"))
    return await add_session(session, keys, account, DeskStep.SIGNED_IN, now, subject=subject, sid=sid)


async def sign_out(session: AsyncSession, keys: KeyRing, token: str, now: datetime) -> None:
    """This browser is signed out."""
    found = await find_session(session, keys, token, now, for_update=True)
    if found is not None:
        await session.delete(found[0])


async def _forget_second_step(session: AsyncSession, account: DeskAccount) -> None:
    account.otp_secret = account.otp_step = None
    await drop_passkeys(session, account.id)


def ref_of(account: DeskAccount) -> str:
    """As the audit log names who acts: a consultant as in the chat, others by their account."""
    return f"consultant:{account.consultant_id}" if account.consultant_id is not None else f"desk:{account.id}"


def app_address(account: DeskAccount, secret: str, name: str) -> str:
    """What an authenticator app reads from the picture (otpauth://…)."""
    return pyotp.TOTP(secret, name=account.email, issuer=name).provisioning_uri()


def _step_of(secret: str, digits: str, last: int | None, now: datetime) -> int | None:
    """The time step whose digits these are; None for wrong ones, and for those that were used (RFC 6238, 5.2)."""
    given, app, present = "".join(digits.split()), pyotp.TOTP(secret), int(now.timestamp()) // STEP_SECONDS
    if not (given.isascii() and given.isdecimal()):
        return None
    right = [
        step
        for step in range(present - _CLOCK_OFF, present + _CLOCK_OFF + 1)
        if compare_digest(app.at(step * STEP_SECONDS), given)
    ]
    return next((step for step in right if last is None or step > last), None)
