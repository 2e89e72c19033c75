"""`maatje doctor`: looks at settings, database, tokens, catalogs and clock, and says what to do."""

import asyncio
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError
from telegram.error import InvalidToken, TelegramError

from bot.channels.base import DeliveryError
from bot.channels.setup import email_config, notify_config, whatsapp_config
from bot.configuration.channels_file import load_channel_rules
from bot.configuration.clock import SystemClock
from bot.configuration.municipality import ConfigError, Municipalities
from bot.configuration.parts import policies_of
from bot.configuration.settings import SecretMissing, Settings
from locales.rendering.catalog import Catalogs
from locales.rendering.render import Renderer
from reminders.policies.due_times import PolicyError
from storage.engine.database import Database, DatabaseUrlWrong
from storage.engine.key_marks import read_key_marks
from storage.engine.keys import KeyRing, SecretTooShort
from storage.engine.migrate import schema_is_current
from storage.mapped import open_database

# A clock that is further off sends reminders at the wrong minute and breaks certificates.
LARGEST_DRIFT = 60.0


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing looked at; `text` says what to do when it is no ok."""

    about: str
    state: Literal["ok", "warning", "fault"]
    text: str

    def as_dict(self) -> dict[str, str]:
        """For --json."""
        return asdict(self)


async def examine(settings: Settings) -> list[Diagnosis]:
    """Look at everything; nothing is changed."""
    findings: list[Diagnosis] = []
    keys: KeyRing | None = None
    try:
        keys = settings.keys()
        findings.append(Diagnosis("secret key", "ok", "set"))
    except (SecretMissing, SecretTooShort) as error:
        findings.append(Diagnosis("secret key", "fault", str(error)))
    findings.append(_configuration(settings))
    if keys is not None:
        findings.extend(await _database(settings, keys))
    findings.append(await _telegram(settings))
    findings.extend(await _other_channels(settings))
    findings.append(_public_url(settings))
    findings.append(_catalogs())
    return findings


def _configuration(settings: Settings) -> Diagnosis:
    try:
        Municipalities.load(settings.config)
        load_channel_rules(settings.config, settings.zone)
        policies_of(settings)
    except (ConfigError, PolicyError, OSError) as error:
        return Diagnosis("configuration", "fault", str(error))
    return Diagnosis("configuration", "ok", str(settings.config) if settings.config else "none, the defaults hold")


async def _database(settings: Settings, keys: KeyRing) -> list[Diagnosis]:
    try:
        database = open_database(settings.database_url, keys)
    except DatabaseUrlWrong as error:
        return [Diagnosis("database", "fault", str(error))]
    if database.is_sqlite and _is_missing(database.url.database):
        # Opening it would make it, and nothing is changed here.
        return [Diagnosis("database", "warning", f"{database.url.database} is not there yet; run: maatje migrate")]
    findings: list[Diagnosis] = []
    try:
        current = await schema_is_current(database)
        if current:
            findings.append(await _stored_data(database))
        now = await database.clock()
    except (SQLAlchemyError, OSError) as error:
        what = "cannot be opened; is it running, and is MAATJE_DATABASE_URL right?"
        return [Diagnosis("database", "fault", f"{database.url.get_backend_name()} {what} ({type(error).__name__})")]
    finally:
        await database.close()
    findings.append(
        Diagnosis("database", "ok", f"{database.url.get_backend_name()}, schema up to date")
        if current
        else Diagnosis(
            "database", "fault" if not database.is_sqlite else "warning", "schema is old; run: maatje migrate"
        )
    )
    if isinstance(now, datetime):
        drift = abs((datetime.now(UTC) - now.astimezone(UTC)).total_seconds())
        state: Literal["ok", "fault"] = "ok" if drift <= LARGEST_DRIFT else "fault"
        findings.append(
            Diagnosis("clock", state, f"{drift:.0f} s from the database's; use NTP on both when it is more")
        )
    else:
        findings.append(
            Diagnosis("clock", "ok", f"{datetime.now(settings.zone):%Y-%m-%d %H:%M} in {settings.timezone}")
        )
    return findings


def _is_missing(file: str | None) -> bool:
    return bool(file) and file != ":memory:" and not Path(file or "").exists()


async def _stored_data(database: Database) -> Diagnosis:
    """Whether what is stored can be read: a secret that was lost or mistyped shows here, not with the first person."""
    marks = await read_key_marks(database)
    if marks.unreadable:
        return Diagnosis("stored data", "fault", marks.complaint())
    return Diagnosis("stored data", "ok", f"{marks.seen} rows can be read with the secret key")


async def _telegram(settings: Settings) -> Diagnosis:
    if not settings.telegram_token.get_secret_value():
        return Diagnosis("telegram", "warning", "off; set MAATJE_TELEGRAM_TOKEN to the token that @BotFather gives")
    from bot.channels.telegram import TelegramChannel

    channel = TelegramChannel.from_settings(settings)
    try:
        return Diagnosis("telegram", "ok", f"@{await channel.username()}")
    except InvalidToken:
        return Diagnosis("telegram", "fault", "the token is not accepted; copy it again from @BotFather")
    except TelegramError as error:
        return Diagnosis("telegram", "fault", f"cannot be reached ({type(error).__name__}); look at the network")
    finally:
        await channel.close()


async def _other_channels(settings: Settings) -> list[Diagnosis]:
    """WhatsApp, SMS and e-mail: what is set up, and what their webhooks need."""
    findings: list[Diagnosis] = []
    for name in ("whatsapp", "sms", "email"):
        if name not in settings.channels:
            findings.append(Diagnosis(name, "warning", "off; README, Channels, says how to set it up"))
        elif name == "whatsapp":
            findings.append(await _whatsapp(settings))
        elif name == "email" and settings.smtp_host:
            findings.append(await _email(settings))
        else:
            findings.append(await _notify(settings, name))
    by_webhook = {"whatsapp", "sms"} & set(settings.channels)
    if by_webhook and not settings.public_url:
        what = "MAATJE_PUBLIC_URL is not set: nothing that people write arrives, and no receipts"
        findings.append(Diagnosis(", ".join(sorted(by_webhook)), "fault", what))
    if "sms" in settings.channels and not settings.notify_callback_token.get_secret_value():
        findings.append(
            Diagnosis("sms", "fault", "set MAATJE_NOTIFY_CALLBACK_TOKEN, and enter it in Notify's settings")
        )
    if settings.smtp_host and not settings.imap_host:
        findings.append(Diagnosis("email", "warning", "set MAATJE_IMAP_HOST, or nobody can answer an e-mail"))
    return findings


async def _whatsapp(settings: Settings) -> Diagnosis:
    if not settings.whatsapp_waba_id:
        what = "set MAATJE_WHATSAPP_WABA_ID, so that the templates can be checked (maatje whatsapp templates)"
        return Diagnosis("whatsapp", "warning", what)
    from bot.channels.whatsapp.api import GraphApi
    from bot.channels.whatsapp.errors import MediaRefused, OutsideWindow
    from bot.channels.whatsapp.templates import catalog, missing

    api = GraphApi(whatsapp_config(settings))
    try:
        lacking = missing(catalog(Renderer(Catalogs(), settings.zone)), await api.templates())
    except (DeliveryError, OutsideWindow, MediaRefused) as error:
        return Diagnosis("whatsapp", "fault", f"cannot be asked ({error}); look at the token and the network")
    finally:
        await api.close()
    if lacking:
        return Diagnosis("whatsapp", "fault", f"not approved: {', '.join(lacking)}; run maatje whatsapp templates")
    return Diagnosis("whatsapp", "ok", "every template is approved")


async def _notify(settings: Settings, name: str) -> Diagnosis:
    from bot.channels.notify.api import NotifyApi

    try:
        api = NotifyApi(notify_config(settings), SystemClock())
    except ValueError as error:
        return Diagnosis(name, "fault", str(error))
    try:
        # A notification that nobody sent: Notify says so only to a key that it knows.
        await api.get(str(UUID(int=0)))
    except DeliveryError as error:
        return Diagnosis(name, "fault", f"Notify cannot be asked ({error}); look at the key, its address and the clock")
    finally:
        await api.close()
    return Diagnosis(name, "ok", "Notify accepts the key")


async def _email(settings: Settings) -> Diagnosis:
    from bot.channels.email.mailbox import Mailbox
    from bot.channels.email.sending import Outbound

    config = email_config(settings)
    outbound = Outbound(config)
    try:
        await outbound.check()
    except DeliveryError as error:
        return Diagnosis("email", "fault", f"{config.smtp_host} takes no mail from us ({error}); look at MAATJE_SMTP_*")
    finally:
        await outbound.close()
    if config.imap_host and not await Mailbox(config, _nothing, asyncio.sleep).can_be_read():
        return Diagnosis("email", "fault", f"the mailbox at {config.imap_host} cannot be read; look at MAATJE_IMAP_*")
    return Diagnosis("email", "ok", "the server lets us in")


async def _nothing(_uid: str, _raw: bytes) -> None:
    return


def _public_url(settings: Settings) -> Diagnosis:
    if not settings.public_url:
        return Diagnosis(
            "public address", "warning", "not set: Telegram is polled, and web links lead to this machine only"
        )
    if not settings.public_url.startswith("https://"):
        return Diagnosis("public address", "fault", "must begin with https:// (Telegram and browsers require it)")
    return Diagnosis("public address", "ok", settings.public_url)


def _catalogs() -> Diagnosis:
    available = Catalogs().available
    return Diagnosis("catalogs", "ok" if available else "fault", ", ".join(available) or "none found; install again")
