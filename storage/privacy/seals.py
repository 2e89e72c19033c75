"""The audit log under seal: each entry's signature covers the one before, so nothing is changed or taken out unseen.

Entries are sealed in order by the service, some minutes after they were written: sealing in the act itself would make
everybody wait for everybody. The signature needs the secret key, which whoever has only the database does not have. The
oldest entries leave with time (storage.privacy.retention); the chain holds from the first that is there.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.engine.keys import KeyRing
from storage.privacy.audit import AuditEntry

#: Transactions that are under way may still bring entries from before this.
SEAL_AFTER: Final = timedelta(minutes=2)
_AT_ONCE: Final = 2_000
_CONTEXT: Final = "audit_seal"


@dataclass(frozen=True, slots=True)
class Chain:
    """What verifying found: how many entries are sealed and not yet; `broken_at` is the seal's number, where it does
    not hold."""

    sealed: int
    unsealed: int
    broken_at: int | None = None


def _sealed_text(entry: AuditEntry, number: int, before: str) -> str:
    moment = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    return "\0".join((before, str(number), str(entry.id), moment, entry.actor, entry.action, entry.subject))


async def seal_audit(session: AsyncSession, keys: KeyRing, now: datetime) -> int:
    """Seal what is old enough and not sealed yet; how many entries were."""
    last = await session.scalar(
        select(AuditEntry).where(AuditEntry.seal_number.is_not(None)).order_by(AuditEntry.seal_number.desc()).limit(1)
    )
    number = last.seal_number or 0 if last is not None else 0
    before = last.seal or "" if last is not None else ""
    wanted = (
        select(AuditEntry)
        .where(AuditEntry.seal_number.is_(None), AuditEntry.at < now - SEAL_AFTER)
        .order_by(AuditEntry.id)
        .limit(_AT_ONCE)
    )
    found = list(await session.scalars(wanted))
    for entry in found:
        number += 1
        before = keys.sign(_sealed_text(entry, number, before), _CONTEXT)
        entry.seal_number, entry.seal = number, before
    await session.flush()
    return len(found)


async def verify_audit(session: AsyncSession, keys: KeyRing, now: datetime) -> Chain:
    """Whether every sealed entry is as it was and in its place. An entry that should be sealed and is not counts as
    unsealed; more of them than a service that ran makes was put in by hand, or the service does not run."""
    before: str | None = None
    sealed, last = 0, 0
    while entries := list(
        await session.scalars(
            select(AuditEntry).where(AuditEntry.seal_number > last).order_by(AuditEntry.seal_number).limit(_AT_ONCE)
        )
    ):
        for entry in entries:
            number, seal = entry.seal_number or 0, entry.seal or ""
            if before is not None and number != last + 1:
                return Chain(sealed, 0, last + 1)
            # The oldest that is left follows one that was forgotten: only the very first can be checked by itself.
            is_known = before is not None or number == 1
            if is_known and not keys.verify(_sealed_text(entry, number, before or ""), _CONTEXT, seal):
                return Chain(sealed, 0, number)
            before, last, sealed = seal, number, sealed + 1
        session.expunge_all()
    late = AuditEntry.seal_number.is_(None) & (AuditEntry.at < now - SEAL_AFTER)
    unsealed = await session.scalar(select(func.count()).select_from(AuditEntry).where(late)) or 0
    return Chain(sealed, unsealed)
