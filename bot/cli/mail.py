"""`maatje mail read`: what would be heard of a mail, and why; with a database the mail that it answers is compared."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer
from pydantic import ValidationError
from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from bot.actions.acting import Proof
from bot.channels.base import Sent
from bot.channels.email.bounces import Bounced
from bot.channels.email.calendar_answers import Rsvp
from bot.channels.email.kind import EmailSettings
from bot.channels.email.reading import HeardMail, Nothing, OpenedMail, heard_in, open_mail
from bot.channels.email.replies import Ours
from bot.channels.email.tokens import Tokens
from bot.cli.output import AsJson, errors, show_json
from bot.configuration.municipality import ConfigError
from bot.configuration.settings import SecretMissing, Settings
from reminders.policies.due_times import PolicyError
from storage.engine.keys import KeyRing, SecretTooShort, Undecryptable
from storage.engine.migrate import schema_is_current
from storage.mapped import open_database

app = typer.Typer(no_args_is_help=True, help="E-mail: what would be heard of a mail.")

_WHY: Final = {
    "too_large": "it is larger than what is read",
    "too_many_parts": "it has more parts than any person's mail",
    "long_header": "one of its headers is longer than any person's mail has",
    "unreadable": "it is not built as mail is",
    "automatic": "a machine wrote it",
    "no_sender": "it does not say who sent it",
    "report": "a report that tells of no failure",
    "delayed": "a report that one of our mails is late",
}
_ANSWERED: Final = {
    Rsvp.ACCEPTED: "accepts the invitation",
    Rsvp.DECLINED: "declines the invitation",
    Rsvp.TENTATIVE: "says perhaps to the invitation",
    Rsvp.COUNTER: "proposes another time",
}


@app.callback()
def group() -> None:
    """E-mail."""


@app.command("read")
def read_mails(
    files: Annotated[list[Path], typer.Argument(metavar="FILE.eml …", exists=True, dir_okay=False, readable=True)],
    as_json: AsJson = False,
) -> None:
    """What would be heard of each mail, as a JSON list; nothing is stored and nobody is answered."""
    del as_json  # It is JSON in any case.
    show_json(asyncio.run(_read(files)))


async def _read(files: Sequence[Path]) -> list[dict[str, object]]:
    try:
        read = Settings()
        settings: Settings | None = read
        email: EmailSettings | None = read.of(EmailSettings)
    except ValidationError:
        # What is wrong with them says maatje doctor; a mail can be read by its form alone.
        settings, email = None, None
    keys = _keys(settings)
    tokens = _tokens(keys, email.email_from) if keys and email else None
    ours = None
    if email is not None and email.email_from:
        ours = Ours(frozenset({email.email_from.strip().lower()}), ("Maatje", email.email_name))
    server = email.email_auth_server.strip() if email is not None else ""
    has_database = settings is not None and _is_there(settings)
    found = []
    for file in files:
        raw = file.read_bytes()
        opened = open_mail(raw, file.name, tokens, ours, server)
        if isinstance(opened, OpenedMail) and tokens is not None and keys is not None and settings is not None:
            marked, address = opened.marked, opened.address
            answers = tokens.answered(marked, address) or tokens.quoted(marked, address)
            sent = await _sent(settings, keys, answers) if answers is not None and has_database else None
            if sent is not None:
                known = replace(ours or Ours(), sent=sent.forms, choices=sent.choices)
                opened = open_mail(raw, file.name, tokens, known, server)
        found.append({"file": str(file), **_told(opened, file.name, tokens)})
    return found


def _tokens(keys: KeyRing, from_address: str) -> Tokens:
    return Tokens(
        lambda text: keys.sign(text, "email"),
        from_address,
        lambda: datetime.now(UTC),
        lambda text: keys.signatures(text, "email"),
    )


def _is_there(settings: Settings) -> bool:
    """Whether there is a database: a file that is not there must not come to be by looking."""
    url = make_url(settings.database_url)
    return url.get_backend_name() != "sqlite" or Path(url.database or "").is_file()


def _keys(settings: Settings | None) -> KeyRing | None:
    """The keys that our marks are signed with; without them no mail is proved to be an answer."""
    try:
        return settings.keys() if settings is not None else None
    except (SecretMissing, SecretTooShort):
        return None


async def _sent(settings: Settings, keys: KeyRing, reference: str) -> Sent | None:
    """What the answered message said, where there is a database that has it."""
    # The composers and catalogs take longer to import than a mail takes to be read.
    from bot.cli.common import deployed
    from bot.enclosures.earlier_messages import EarlierMessages, FindsSent
    from locales.rendering.catalog import Catalogs
    from locales.rendering.render import Renderer

    database = open_database(settings.database_url, keys)
    try:
        if not await schema_is_current(database):
            return None
        composer = deployed(settings, database).composer()
        renderer = Renderer(Catalogs(), settings.zone)
        return await FindsSent(database, EarlierMessages(composer), renderer)(reference)
    except (SQLAlchemyError, OSError, Undecryptable, ConfigError, PolicyError) as error:
        errors.print(f"The database is not used: {type(error).__name__}.", markup=False, highlight=False)
        return None
    finally:
        await database.close()


def _told(found: OpenedMail | Bounced | Nothing, name: str, tokens: Tokens | None) -> dict[str, object]:
    if isinstance(found, Bounced):
        why = "no such mailbox" if found.gone else found.reason.replace("_", " ")
        return _line(None, (), None, Proof.CLAIMED, None, f"one of our mails came back: {why}")
    if isinstance(found, Nothing):
        return _line(None, (), found.address or None, Proof.CLAIMED, None, _WHY.get(found.why, found.why))
    heard = heard_in(found, name, tokens) if tokens is not None else None
    answers = heard.answers if isinstance(heard, HeardMail) else None
    proof = heard.proof if isinstance(heard, HeardMail) else Proof.CLAIMED
    text = found.calendar.comment if found.calendar is not None else found.text
    files = tuple(file.name or file.content_type for file in found.files)
    return _line(text or None, files, found.address, proof, answers, _why(found, text))


def _why(found: OpenedMail, text: str) -> str:
    if found.calendar is not None:
        what = f"{_ANSWERED[found.calendar.said]} of appointment {found.calendar.appointment}"
        return f"{what}, with words" if text else what
    if text and found.files:
        return "their own words, and files"
    if text:
        return "their own words"
    return "files, without words" if found.files else "nothing in it is the writer's own"


def _line(
    heard: str | None, files: Sequence[str], sender: str | None, proof: Proof, answers: str | None, why: str
) -> dict[str, object]:
    return {
        "heard": heard,
        "files": list(files),
        "from": sender,
        "proof": proof.value,
        "answers": answers,
        "why": why,
    }
