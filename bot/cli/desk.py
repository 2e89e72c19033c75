"""`maatje desk …`: signing in at the desk, for where no identity provider is set up."""

from typing import Annotated
from urllib.parse import urlsplit

import typer

from bot.actions.access.desk import DeskRefused, end_account, give_link
from bot.cli.common import AsJson, acting, console, errors, opened, read_settings, run, show_json, stop
from storage.vocabulary import DeskRole

app = typer.Typer(no_args_is_help=True, help="The desk: one-time links to sign in, and ending access.")

_Email = Annotated[str, typer.Argument(metavar="EMAIL", help="As it stands with the consultant, or a colleague's.")]


@app.command()
def link(
    email: _Email,
    role: Annotated[
        DeskRole | None, typer.Option(help="For a colleague who is no consultant, or to change what somebody may do.")
    ] = None,
    municipality: Annotated[str, typer.Option(help="Of a colleague who is no consultant.")] = "",
    as_json: AsJson = False,
) -> None:
    """A one-time sign-in link, good for a quarter of an hour; earlier ones of theirs end."""
    settings = read_settings()

    async def work() -> dict[str, object]:
        async with opened(settings) as database, acting(settings, database) as operator:
            given = await give_link(operator, email, role, municipality)
            if isinstance(given, DeskRefused):
                stop(
                    f"No consultant has the address {email!r}. For somebody else say what they do: --role administrator"
                )
            return {
                "link": f"{settings.own_url}/desk/link/{given.token}",
                "role": given.role.value,
                "expires_at": given.expires_at.astimezone(settings.zone).isoformat(),
            }

    made = run(work)
    if urlsplit(settings.own_url).hostname in ("127.0.0.1", "localhost", "0.0.0.0"):  # noqa: S104 - compared, not bound
        errors.print("This link leads to this machine itself. Set MAATJE_PUBLIC_URL to where people reach Maatje.")
    if as_json:
        show_json(made)
    else:
        console.print(made["link"], soft_wrap=True, markup=False, highlight=False)


@app.command()
def end(email: _Email, as_json: AsJson = False) -> None:
    """Sign somebody out everywhere, for good."""
    _end(email, app_only=False, as_json=as_json)


@app.command()
def reset(email: _Email, as_json: AsJson = False) -> None:
    """After a lost telephone: signed out everywhere, passkeys end, and a new app or passkey is set up with the next
    link."""
    _end(email, app_only=True, as_json=as_json)


def _end(email: str, *, app_only: bool, as_json: bool) -> None:
    settings = read_settings()

    async def work() -> bool:
        async with opened(settings) as database, acting(settings, database) as operator:
            return await end_account(operator, email, app_only=app_only)

    if not run(work):
        stop(f"Nobody signs in at the desk with the address {email!r}.")
    show_json({"email": email, "ended": not app_only}) if as_json else console.print("Signed out everywhere.")
