"""`maatje invite`: a one-time link for one, as text and QR code or sent to them; or letters to print, for everybody."""

from pathlib import Path
from typing import IO, Annotated
from urllib.parse import urlsplit

import segno
import typer

from bot.actions import contacts
from bot.actions.contacts import InviteRefused
from bot.channels.registry import invited_over, make_links, names, set_up
from bot.cli.common import (
    WRONG_USAGE,
    AsJson,
    acting,
    console,
    errors,
    into_new_file,
    opened,
    read_settings,
    run,
    show_json,
    stop,
)
from bot.configuration.settings import Settings, is_here
from bot.enclosures.personal_links import web_link
from locales.rendering.catalog import Catalogs
from locales.rendering.render import Renderer
from storage.people.people import everybody
from storage.vocabulary import AddressKind


def add_to(app: typer.Typer) -> None:
    """Register this command."""
    app.command()(invite)


def _known_way(value: str | None) -> str | None:
    if value is not None and value not in invited_over():
        raise typer.BadParameter(f"{value!r} is none of {', '.join(invited_over())}")
    return value


def invite(
    person: Annotated[str, typer.Argument(metavar="PERSON_EXTERNAL_ID", help="Or a consultant's e-mail address.")] = "",
    by: Annotated[
        str | None,
        typer.Option(
            metavar=f"[{'|'.join(invited_over())}]",
            callback=_known_way,
            help="Also send the link to the number or address on record.",
        ),
    ] = None,
    letters: Annotated[
        Path | None,
        typer.Option(metavar="FILE.pdf", dir_okay=False, help="With --all: a page to print for each, in a new file."),
    ] = None,
    everyone: Annotated[bool, typer.Option("--all", help="Everybody who is reached nowhere yet, by letter.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make a one-time link code: as text, deep links and QR code; and send it; or letters for everybody."""
    settings = read_settings()
    if everyone != (letters is not None) or everyone == bool(person):
        stop("Name one person, or write --all --letters FILE.pdf.", WRONG_USAGE)
    if letters is not None:
        _invite_all(settings, letters, as_json=as_json)
        return

    async def work() -> dict[str, str]:
        if by is not None and by not in set_up(settings):
            stop(f"The channel {by} is not set up (see docs/settings.md, Channels).", WRONG_USAGE)
        async with opened(settings) as database, acting(settings, database) as operator:
            invited = await contacts.invite(
                operator, person, by=by, link_of=lambda code: web_link(settings.own_url, code)
            )
            match invited:
                case InviteRefused.NOBODY:
                    stop(f"Nobody with the external id (or consultant's e-mail) {person!r}. Import people first.")
                case InviteRefused.NO_ADDRESS:
                    what = "number" if by is not None and invited_over()[by] is AddressKind.PHONE else "address"
                    stop(f"There is no usable {what} on record. Import it first.")
        links = await make_links(settings, invited.code)
        deep_link = links.get("telegram") or links["web"]
        return {
            "code": invited.code,
            "expires_at": invited.expires_at.isoformat(),
            "deep_link": deep_link,
            **links,
        }

    made = run(work)
    _warn_of_here(settings)
    if as_json:
        show_json(made)
        return
    console.print(f"Code: [bold]{made['code']}[/bold] (works once, until {made['expires_at'][:16]} UTC)")
    for name in names():
        if made.get(name):
            console.print(f"\n{name}: {made[name]}", highlight=False)
            segno.make(made[name]).terminal(compact=True)


def _warn_of_here(settings: Settings) -> None:
    if is_here(urlsplit(settings.own_url).hostname or ""):
        errors.print(
            f"The web link leads to this machine only ({settings.own_url}): set MAATJE_PUBLIC_URL to the address that "
            "people reach, and invite again.",
            style="yellow",
        )


def _invite_all(settings: Settings, file: Path, *, as_json: bool) -> None:
    """Letters for everybody who is reached nowhere."""
    from bot.actions.access.letters import invite_by_letter
    from bot.cards.renderer import CardFailed
    from bot.enclosures.invite_letters import letters_file

    async def work(to: IO[bytes]) -> int:
        async with opened(settings) as database, acting(settings, database) as operator:
            everyone = [person for person, _ in (await everybody(operator.session))[1]]
            invited = await invite_by_letter(operator, everyone)
            to.write(letters_file(Renderer(Catalogs(), settings.zone), settings.own_url, invited) if invited else b"")
        return len(invited)

    count = into_new_file(file, work, CardFailed)
    if not count:
        file.unlink()
    _warn_of_here(settings)
    if as_json:
        show_json({"letters": count, "file": str(file) if count else None})
    else:
        console.print(f"{count} letters in {file}." if count else "Everybody is reached: no letter was made.")
