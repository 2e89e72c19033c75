"""Commands about one person: invite, plan, export, erase."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import segno
import typer
from sqlalchemy.ext.asyncio import AsyncSession

from bot.actions.contacts import address_in, contact_for
from bot.channels.links import make_links
from bot.cli.common import WRONG_USAGE, AsJson, console, opened, read_settings, run, show_json, stop
from bot.configuration.clock import SystemClock
from bot.configuration.municipality import Municipalities
from bot.enclosures.personal_links import web_link
from locales.rendering.message import Body, Part, Text
from reminders.kinds import Kind
from reminders.terms.stored_terms import compute, facts_of
from reminders.terms.terms import hours_required
from storage.appointments.appointments import appointments_of
from storage.appointments.history import RecordedChange, changes_of
from storage.engine.database import Database
from storage.outbox.message import Outgoing, put
from storage.people.contacts import Contact
from storage.people.link_codes import VALID_FOR, make_code
from storage.people.people import Consultant, Person, consultant_by_email, person_by_external_id, plan_of
from storage.privacy.audit import AuditEntry, count_entries
from storage.privacy.erasure import erase_person
from storage.privacy.export import export_person
from storage.vocabulary import Change, Priority


def add_to(app: typer.Typer) -> None:
    """Register these commands."""
    app.command()(invite)
    app.command()(plan)
    app.command()(export)
    app.command()(erase)


def invite(
    person: Annotated[str, typer.Argument(metavar="PERSON_EXTERNAL_ID", help="Or a consultant's e-mail address.")],
    by: Annotated[
        Literal["sms", "email"] | None, typer.Option(help="Also send the link to the number or address on record.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a one-time link code: as text, deep links and QR code; and send it."""
    settings = read_settings()

    async def work() -> dict[str, str]:
        clock = SystemClock()
        if by is not None and by not in settings.channels:
            stop(f"The channel {by} is not set up (see README, Channels).", WRONG_USAGE)
        async with opened(settings) as database, database.writing() as session:
            consultant: Consultant | None = None
            found = await person_by_external_id(session, person)
            if found is None:
                consultant = await consultant_by_email(session, database.keys, person)
            if found is None and consultant is None:
                stop(f"Nobody with the external id (or consultant's e-mail) {person!r}. Import people first.")
            sent_to = await _record_of(session, database, found, by, clock.now()) if by is not None else None
            code, expires_at = await make_code(
                session,
                database.keys,
                clock.now(),
                person_id=found.id if found is not None else None,
                consultant_id=consultant.id if consultant is not None else None,
                sent_to=sent_to.id if sent_to is not None else None,
            )
            if sent_to is not None:
                base = settings.public_url or f"http://{settings.host}:{settings.port}"
                await put(session, [_invitation(sent_to, web_link(base, code), code, clock.now())], clock.now())
            subject = f"person:{found.id}" if found is not None else f"consultant:{consultant.id if consultant else 0}"
            session.add(AuditEntry(at=clock.now(), actor="operator", action="invited", subject=subject))
        links = await make_links(settings, code)
        deep_link = links.get("telegram") or links["web"]
        return {"code": code, "expires_at": expires_at.isoformat(), "deep_link": deep_link, **links}

    made = run(work)
    if as_json:
        show_json(made)
        return
    console.print(f"Code: [bold]{made['code']}[/bold] (works once, until {made['expires_at'][:16]} UTC)")
    for name in ("telegram", "whatsapp", "web"):
        if made.get(name):
            console.print(f"\n{name}: {made[name]}", highlight=False)
            segno.make(made[name]).terminal(compact=True)


async def _record_of(
    session: AsyncSession, database: Database, person: Person | None, channel: str, now: datetime
) -> Contact:
    """The contact of the number or address that the municipality has of a person."""
    on_record = None if person is None else person.phone if channel == "sms" else person.email
    address = address_in(channel, on_record) if on_record else None
    if person is None or address is None:
        stop(f"There is no usable {'number' if channel == 'sms' else 'address'} on record. Import it first.")
    return await contact_for(session, database.keys, channel, address, person.language, now)


def _invitation(contact: Contact, link: str, code: str, now: datetime) -> Outgoing:
    body = Body((Part(Text("invite.message", {"url": link})),))
    return Outgoing(
        key=f"invitation:{contact.id}:{hashlib.sha256(code.encode()).hexdigest()[:16]}",
        kind=Kind.SAY,
        due_at=now,
        useful_until=now + VALID_FOR,
        params=body.to_json(),
        contact_id=contact.id,
        priority=Priority.NORMAL,
    )


_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
# More than a person has in three years, five classes a week.
_ALL = 10_000


async def _person(database: Database, external_id: str) -> Person:
    async with database.reading() as session:
        found = await person_by_external_id(session, external_id)
    if found is None:
        stop(f"Nobody with the external id {external_id!r}.")
    return found


def _source(changes: Sequence[RecordedChange]) -> str | None:
    """Where an appointment came from; not known of those from before changes were kept."""
    return next((change.source.value for change in changes if change.change is Change.MADE), None)


def _change(change: RecordedChange, zone: ZoneInfo) -> dict[str, object]:
    def local(moment: datetime | None) -> str | None:
        return moment.astimezone(zone).isoformat() if moment is not None else None

    return {
        "at": local(change.at),
        "change": change.change.value,
        "source": change.source.value,
        "by": change.actor,
        "version": change.version,
        "starts_at": local(change.starts_at),
        "old_starts_at": local(change.old_starts_at),
        "details": change.details.split(",") if change.details else [],
    }


def plan(person: Annotated[str, typer.Argument(metavar="PERSON")], as_json: AsJson = False) -> None:
    """One person's terms, hours and appointments."""
    settings = read_settings()

    async def work() -> dict[str, object]:
        async with opened(settings) as database, database.reading() as session:
            found = await _person(database, person)
            kept = await plan_of(session, found.id)
            rules = Municipalities.load(settings.config).of(found.municipality).term_rules
            facts = facts_of(found, kept)
            every = await appointments_of(session, found.id, _LONG_AGO, zone=settings.zone, status=None, limit=_ALL)
            changes = await changes_of(session, [a.id for a in every])
            required = hours_required(facts.route, facts.group)
            return {
                "person": found.external_id,
                "route": kept.route.value if kept is not None and kept.route is not None else None,
                "group": found.group.value,
                "terms": compute(found, kept, rules).as_dict(),
                "hours": {"required": asdict(required), "lessons": facts.lesson_hours},
                "progress_meetings_per_year": kept.progress_meetings_per_year if kept is not None else None,
                "appointments": [
                    {
                        "external_id": a.external_id,
                        "kind": a.kind.value,
                        "starts_at": a.starts_at.astimezone(settings.zone).isoformat(),
                        "ends_at": a.ends_at.astimezone(settings.zone).isoformat() if a.ends_at is not None else None,
                        "location": a.location,
                        "with_whom": a.with_whom,
                        "mandatory": a.mandatory,
                        "status": a.status.value,
                        "version": a.version,
                        "source": next(
                            (c.source.value for c in changes.get(a.id, ()) if c.change is Change.MADE), None
                        ),
                        "changes": [_change(c, settings.zone) for c in changes.get(a.id, ())],
                    }
                    for a in every
                ],
            }

    shown = run(work)
    if as_json:
        show_json(shown)
        return
    for name, value in shown.items():
        console.print(f"[bold]{name}[/bold]", value)


def export(person: Annotated[str, typer.Argument(metavar="PERSON")]) -> None:
    """Everything held on a person, as JSON on standard output."""
    settings = read_settings()

    async def work() -> object:
        async with opened(settings) as database:
            found = await _person(database, person)
            async with database.writing() as session:
                session.add(_operator_did("exported", found.id))
                return await export_person(session, found)

    show_json(run(work))


def _operator_did(action: str, person_id: int) -> AuditEntry:
    return AuditEntry(at=SystemClock().now(), actor="operator", action=action, subject=f"person:{person_id}")


def erase(
    person: Annotated[str, typer.Argument(metavar="PERSON")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Delete everything held on a person; the audit log keeps ids and acts."""
    settings = read_settings()
    if not yes and not as_json:
        typer.confirm("Delete this person with plan, appointments and messages? This cannot be undone.", abort=True)

    async def work() -> int:
        async with opened(settings) as database:
            found = await _person(database, person)
            async with database.writing() as session:
                await erase_person(session, found.id)
                session.add(_operator_did("erased", found.id))
                left = await count_entries(session, f"person:{found.id}")
            await database.forget_deleted()
        return left

    kept = run(work)
    if as_json:
        show_json({"erased": person, "kept": {"audit_entries": kept}})
    else:
        console.print(
            f"Erased. Kept, as the law asks: {kept} entries of who did what when, by number and without names."
        )
