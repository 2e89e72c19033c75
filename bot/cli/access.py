"""`maatje people …`, `maatje consultants …`, `maatje retention`: who gets in, how that ends, what is kept how long."""

from typing import Annotated

import typer

from bot.actions.access.leaving import LeavingRefused, hand_over, remove
from bot.actions.access.logged_in import revoke
from bot.actions.acting import Acting
from bot.cli.common import AsJson, acting, console, deployed, opened, read_settings, run, show_json, stop
from reminders.kinds import KEPT_WITH_PERSON
from storage.people.contacts import every_contact_of
from storage.people.people import Consultant, consultant_by_email, everybody, person_by_external_id
from storage.privacy.leaving import every_consultant
from storage.privacy.retention import KeptRows, held

people = typer.Typer(no_args_is_help=True, help="Who there is, by which ways, and ending access.")
consultants = typer.Typer(no_args_is_help=True, help="Colleagues: who there is, who leaves.")

_REFUSED = {
    LeavingRefused.SAME: "That is the same colleague.",
    LeavingRefused.HAS_PEOPLE: "They have people: say with --to EMAIL who takes them over.",
    LeavingRefused.ELSEWHERE: "That colleague works for another municipality.",
    LeavingRefused.NOT_THEIRS: "This is not yours to do.",
}


def add_to(app: typer.Typer) -> None:
    """Register these commands."""
    app.add_typer(people, name="people")
    app.add_typer(consultants, name="consultants")
    app.command()(retention)


@people.command("list")
def list_people(
    unlinked: Annotated[bool, typer.Option("--unlinked", help="Only who can be reached nowhere.")] = False,
    as_json: AsJson = False,
) -> None:
    """Everybody by id, with the ways by which they are reached, and since when."""
    settings = read_settings()

    async def work() -> list[dict[str, object]]:
        async with opened(settings) as database, database.reading() as session:
            found: list[dict[str, object]] = []
            _, known = await everybody(session)
            for person, _ in known:
                ways = await every_contact_of(session, person_id=person.id)
                if unlinked and any(one.state.value == "active" for one in ways):
                    continue
                found.append(
                    {
                        "person": person.external_id,
                        "ways": [
                            {
                                "contact": one.id,
                                "channel": one.channel,
                                "state": one.state.value,
                                "since": one.linked_at.astimezone(settings.zone).isoformat() if one.linked_at else None,
                            }
                            for one in ways
                        ],
                    }
                )
            return found

    listed = run(work)
    if as_json:
        show_json({"people": listed})
        return
    for one in listed:
        console.print(one["person"], one["ways"], markup=False, highlight=False)


@people.command("revoke")
def revoke_access(
    person: Annotated[str, typer.Argument(metavar="PERSON_EXTERNAL_ID")],
    contact: Annotated[int | None, typer.Argument(help="One way only: its number in maatje people list.")] = None,
    as_json: AsJson = False,
) -> None:
    """End a lost phone's access: the chat there is nobody's, and no link or code that is out works."""
    settings = read_settings()

    async def work() -> list[int]:
        async with opened(settings) as database, acting(settings, database) as operator:
            found = await person_by_external_id(operator.session, person)
            if found is None:
                stop(f"Nobody with the external id {person!r}.")
            return await revoke(operator, found, contact) or []

    ended = run(work)
    if as_json:
        show_json({"person": person, "ended": ended})
    else:
        console.print(f"Ended: {len(ended)} of their ways. A new code: maatje invite {person}", highlight=False)


@consultants.command("list")
def list_consultants(as_json: AsJson = False) -> None:
    """All colleagues, with how many people they have and by which ways they are reached."""
    settings = read_settings()

    async def work() -> list[dict[str, object]]:
        async with opened(settings) as database, database.reading() as session:
            return [
                {
                    "email": one.email,
                    "name": one.name,
                    "municipality": one.municipality,
                    "people": count,
                    "ways": [way.channel for way in await every_contact_of(session, consultant_id=one.id)],
                }
                for one, count in await every_consultant(session)
            ]

    listed = run(work)
    if as_json:
        show_json({"consultants": listed})
        return
    for one in listed:
        console.print(*one.values(), markup=False, highlight=False)


async def _consultant(operator: Acting, email: str) -> Consultant:
    found = await consultant_by_email(operator.session, operator.parts.keys, email)
    if found is None:
        stop(f"No consultant with the address {email!r}.")
    return found


@consultants.command("hand-over")
def hand_people_over(
    email: Annotated[str, typer.Argument(help="Whose people.")],
    to: Annotated[str, typer.Argument(help="Who takes them over.")],
    as_json: AsJson = False,
) -> None:
    """All people of one colleague are another's, with what was not said yet."""
    settings = read_settings()

    async def work() -> int:
        async with opened(settings) as database, acting(settings, database) as operator:
            done = await hand_over(operator, await _consultant(operator, email), await _consultant(operator, to))
            if isinstance(done, LeavingRefused):
                stop(_REFUSED[done])
            return len(done)

    count = run(work)
    show_json({"handed_over": count}) if as_json else console.print(f"{count} people are with {to} now.")


@consultants.command("remove")
def remove_consultant(
    email: Annotated[str, typer.Argument(help="Who leaves.")],
    to: Annotated[str | None, typer.Option(help="Who takes their people over.")] = None,
    as_json: AsJson = False,
) -> None:
    """A colleague who leaves: logged out everywhere, their people with another."""
    settings = read_settings()

    async def work() -> int:
        async with opened(settings) as database, acting(settings, database) as operator:
            other = await _consultant(operator, to) if to is not None else None
            done = await remove(operator, await _consultant(operator, email), other)
            if isinstance(done, LeavingRefused):
                stop(_REFUSED[done])
            return done

    count = run(work)
    show_json({"removed": email, "handed_over": count}) if as_json else console.print(
        f"Removed; {count} people were handed over."
    )


def retention(as_json: AsJson = False) -> None:
    """What is kept how long and why, and what is due to be forgotten."""
    settings = read_settings()

    async def work() -> list[KeptRows]:
        async with opened(settings) as database, database.reading() as session:
            parts = deployed(settings, database)
            return await held(
                session, parts.now(), kept_with_person=KEPT_WITH_PERSON, days=parts.configuration.retention
            )

    rules = run(work)
    if as_json:
        show_json({"retention": [{"table": r.name, "days": r.days, "why": r.why, "due": r.due} for r in rules]})
        return
    for rule in rules:
        days = "with its owner" if rule.days is None else f"{rule.days} days"
        console.print(f"{rule.name}: {days}; {rule.why}; due: {rule.due}", markup=False, highlight=False)
