"""`maatje doctor`: looks at settings, database, tokens, catalogs and clock, and says what to do."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from sqlalchemy.exc import SQLAlchemyError

from bot.channels import registry
from bot.channels.kind import Diagnosis
from bot.configuration.config_file import read_configuration
from bot.configuration.municipality import ConfigError
from bot.configuration.settings import SecretMissing, Settings
from bot.enclosures.transcripts import faults
from bot.enclosures.virus_scan import Clamd, ScannerAddress
from bot.operating.machine import OLDEST_BACKUP, clock_is_kept, free_disk, public_address, storage_folder
from locales.rendering.catalog import Catalogs
from reminders.policies.due_times import PolicyError
from storage.backup.acts import last_backup
from storage.backup.held import count_held
from storage.engine.database import Database, DatabaseUrlWrong, database_url
from storage.engine.encryption.key_marks import read_key_marks
from storage.engine.encryption.reading_all import unreadable_rows
from storage.engine.keys import KeyRing, SecretTooShort
from storage.engine.migrate import (
    SchemaFound,
    SchemaIsNewer,
    changes_since,
    newest_version,
    oldest_workers,
    schema_found,
)
from storage.engine.sqlite_file import open_to_others
from storage.mapped import open_database
from storage.privacy.seals import verify_audit

# A clock that is further off sends reminders at the wrong minute and breaks certificates.
LARGEST_DRIFT = 60.0
# So many numbers of rows of a table that cannot be read are named.
_SHOWN = 5


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
    findings.extend(await _channels(settings))
    findings.append(_catalogs())
    findings.append(await _scanner(settings))
    findings.extend(await _transcriber(settings))
    findings.extend(await _machine(settings))
    return findings


async def _machine(settings: Settings) -> list[Diagnosis]:
    """What is around the program: the disk, who keeps the clock, how people come in."""
    found = [free_disk(_folder_of(settings))]
    if (kept := await clock_is_kept()) is not None:
        found.append(kept)
    if settings.public_url:
        found.append(await public_address(settings.public_url))
    return found


def _folder_of(settings: Settings) -> Path:
    """Where SQLite's file is; the root where the database is another or its folder is not there."""
    try:
        return storage_folder(database_url(settings.database_url))
    except DatabaseUrlWrong:
        return Path("/")


def _configuration(settings: Settings) -> Diagnosis:
    try:
        read_configuration(settings.config, settings.zone, registry.names())
    except (ConfigError, PolicyError) as error:
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
    if database.is_sqlite and (files := open_to_others(database.url.database)):
        what = f"other users of this machine may read {', '.join(files)}; run: chmod 600 with them"
        findings.append(Diagnosis("database file", "warning", what))
    try:
        found = await schema_found(database)
        if found.version == newest_version():
            findings.append(await _stored_data(database))
            findings.append(await _audit(database))
            findings.extend(await _backups(database))
        now = await database.clock()
    except (SQLAlchemyError, OSError) as error:
        what = "cannot be opened; is it running, and is MAATJE_DATABASE_URL right?"
        return [Diagnosis("database", "fault", f"{database.url.get_backend_name()} {what} ({type(error).__name__})")]
    finally:
        await database.close()
    findings.append(_schema(database, found))
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


def _schema(database: Database, found: SchemaFound) -> Diagnosis:
    """Whether the schema is this version's; what bringing it up to date changes, and what of the workers meanwhile."""
    version, newest = found.version, newest_version()
    if version == newest:
        return Diagnosis("database", "ok", f"{database.url.get_backend_name()}, schema up to date")
    if found.fits:
        what = f"a later version's schema ({version}), with which this one may go on; install the later one here too"
        return Diagnosis("database", "warning", what)
    if found.is_newer:
        return Diagnosis("database", "fault", str(SchemaIsNewer(version or "")))
    state: Literal["fault", "warning"] = "warning" if database.is_sqlite else "fault"
    if version is None:
        return Diagnosis("database", state, "empty; run: maatje migrate")
    go_on = oldest_workers(version, newest, found.oldest) <= version
    workers = "the workers may go on meanwhile" if go_on else "stop the workers first"
    brings = " ".join(f"{number}: {what}" for number, what in changes_since(version))
    what = f"schema is old; make a backup, then run: maatje migrate ({workers}). It changes: {brings}"
    return Diagnosis("database", state, what)


def _is_missing(file: str | None) -> bool:
    return bool(file) and file != ":memory:" and not Path(file or "").exists()


async def _stored_data(database: Database) -> Diagnosis:
    """Whether what is stored can be read: a secret that was lost or mistyped shows here, not with the first person."""
    marks = await read_key_marks(database)
    if marks.unreadable:
        return Diagnosis("stored data", "fault", marks.complaint())
    read, bad = await unreadable_rows(database)
    if bad:
        where = "; ".join(f"{table} {_some(rows)}" for table, rows in bad.items())
        many = sum(map(len, bad.values()))
        what = f"{many} of {read} rows cannot be read: {where}. Compare with a backup; the others go on"
        return Diagnosis("stored data", "fault", what)
    return Diagnosis("stored data", "ok", f"all {read} rows can be read with the secret key")


def _some(rows: list[int]) -> str:
    """The first numbers of many."""
    shown = ", ".join(map(str, rows[:_SHOWN]))
    return shown if len(rows) <= _SHOWN else f"{shown} and {len(rows) - _SHOWN} more"


async def _audit(database: Database) -> Diagnosis:
    """Whether the audit log is as it was written."""
    async with database.reading() as session:
        chain = await verify_audit(session, database.keys, datetime.now(UTC))
    if chain.broken_at is not None:
        what = f"entry number {chain.broken_at} was changed or taken out; compare with a backup from before"
        return Diagnosis("audit log", "fault", what)
    return Diagnosis("audit log", "ok", f"{chain.sealed} entries under seal, {chain.unsealed} to be sealed")


async def _backups(database: Database) -> list[Diagnosis]:
    """When the last copy was made, and whether anything is held since one returned."""
    async with database.reading() as session:
        made_at, held = await last_backup(session), await count_held(session)
    findings = [_backup_age(made_at, datetime.now(UTC))]
    if held:
        what = f"{held} are held since the database returned; look at them: maatje held list"
        findings.append(Diagnosis("messages", "warning", what))
    return findings


def _backup_age(made_at: datetime | None, now: datetime) -> Diagnosis:
    if made_at is None:
        return Diagnosis("backup", "warning", "none was made with maatje backup yet; see docs/operations.md, Backups")
    age = now - made_at
    if age > OLDEST_BACKUP:
        what = f"the last one is {age.days} days old; look why, and run: maatje backup FILE"
        return Diagnosis("backup", "warning", what)
    return Diagnosis("backup", "ok", f"made at {made_at:%Y-%m-%d %H:%M} UTC")


async def _channels(settings: Settings) -> list[Diagnosis]:
    """Each channel: whether it is set up, and whether its provider lets us in; then what webhooks need."""
    found = registry.set_up(settings)
    findings: list[Diagnosis] = []
    for kind in registry.CHANNELS:
        if kind is found.get(kind.name):
            findings.extend(await kind.check(settings))
        elif kind.name not in found and not any(finding.about == kind.name for finding in findings):
            findings.append(Diagnosis(kind.name, "warning", kind.when_off))
    by_webhook = sorted(name for name, kind in found.items() if kind.needs_public_url)
    if by_webhook and not settings.public_url:
        what = "MAATJE_PUBLIC_URL is not set: nothing that people write arrives, and no receipts"
        findings.append(Diagnosis(", ".join(by_webhook), "fault", what))
    return findings


async def _scanner(settings: Settings) -> Diagnosis:
    if not settings.clamd:
        what = "none set: files are passed on unscanned, PDFs as pictures; see MAATJE_CLAMD in docs/settings.md"
        return Diagnosis("virus scanner", "warning", what)
    if await Clamd(ScannerAddress.parse(settings.clamd), within=5).is_there():
        return Diagnosis("virus scanner", "ok", "clamd answers")
    what = "clamd does not answer: no file is passed on until it does; is it running, and is MAATJE_CLAMD right?"
    return Diagnosis("virus scanner", "fault", what)


async def _transcriber(settings: Settings) -> list[Diagnosis]:
    if settings.transcriber_folder is None:
        return []
    what = await faults(settings.transcriber_folder)
    said = what or "voice notes get a draft of their words for the consultant"
    return [Diagnosis("transcripts", "fault" if what else "ok", said)]


def _catalogs() -> Diagnosis:
    available = Catalogs().available
    return Diagnosis("catalogs", "ok" if available else "fault", ", ".join(available) or "none found; install again")
