"""Fills the demo's database through the importers."""

from datetime import timedelta

from bot.configuration.deployment import deploy
from bot.configuration.settings import Settings
from bot.demo.people import make_tables
from reminders.delivery.channel import Clock
from reminders.local_time import to_instant
from storage.appointments.appointments import Appointment, LessonGroup, Membership
from storage.engine.database import Database
from storage.importing.appointments import AppointmentsImporter
from storage.importing.offers import OffersImporter
from storage.importing.people import PeopleImporter
from storage.importing.plans import PlansImporter
from storage.importing.progress import ProgressImporter
from storage.importing.run import run_import
from storage.people.people import everybody, person_ids
from storage.vocabulary import AppointmentKind


async def fill(database: Database, settings: Settings, clock: Clock) -> None:
    """Import the fictional people, plans, meetings and timetables."""
    now = clock.now()
    parts = deploy(settings, keys=database.keys, now=clock.now)
    border = parts.border()
    today = now.astimezone(settings.zone).date()
    tables = make_tables(today)
    await run_import(database, PeopleImporter(border), tables.people)
    await run_import(database, PlansImporter(border), tables.plans)
    async with database.writing() as session:
        groups = {name: LessonGroup(name=name) for name, _, _ in tables.classes}
        session.add_all(groups.values())
        await session.flush()
        people = await person_ids(session, [external_id for _, external_id in tables.memberships])
        session.add_all(
            Membership(group_id=groups[name].id, person_id=people[external_id], from_on=today - timedelta(days=30))
            for name, external_id in tables.memberships
        )
        session.add_all(
            Appointment(
                external_id=f"demo:{name}:{start.isoformat()}",
                group_id=groups[name].id,
                kind=AppointmentKind.CLASS,
                starts_at=to_instant(start, settings.zone).instant,
                ends_at=to_instant(end, settings.zone).instant,
                location="Taalschool Gooi, Ceintuurbaan 2, Huizen",
                with_whom="Marijke (docent)",
                made_at=now,
                updated_at=now,
            )
            for name, start, end in tables.classes
        )
    await run_import(database, AppointmentsImporter(border, parts.changed), tables.appointments)
    await run_import(database, ProgressImporter(border, parts.zone, parts.after_progress()), tables.progress)
    await run_import(database, OffersImporter(border, parts.changed), tables.offers)
    async with database.writing() as session:
        # The story begins in the middle: who is in it agreed long ago, so that their phone opens with the menu.
        _, everyone = await everybody(session)
        first, _ = everyone[0]
        first.language_chosen_at = first.consented_at = now - timedelta(days=30)
