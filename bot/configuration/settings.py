"""Settings from the environment or `.env`, prefix MAATJE_ (DESIGN.md, Settings).

What a channel needs is a group of its own in that channel's folder; `Settings.of` gives it.
"""

from getpass import getuser
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, Literal, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, DotEnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from bot.enclosures.virus_scan import ScannerAddress
from reminders.local_time import QuietHours
from storage.engine.keys import KeyRing


def without_slash(address: str) -> str:
    """An address as it is joined with paths."""
    return address.strip().rstrip("/")


def is_here(host: str) -> bool:
    """Whether a host's name or address is this machine itself."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host in ("localhost", "")


#: The address of a server, as a setting.
Url = Annotated[str, AfterValidator(without_slash)]


class SecretMissing(ValueError):
    """`maatje run` needs MAATJE_SECRET_KEY outside the demo."""

    def __init__(self) -> None:
        super().__init__(
            "MAATJE_SECRET_KEY is not set. Names and messages are encrypted with it. Make one once, keep it safe, and "
            'put it in the environment or in .env:\n  python3 -c "import secrets; print(secrets.token_urlsafe(48))"'
        )


class SettingsGroup(BaseSettings):
    """What an operator sets for one channel; every field is MAATJE_<NAME>, and its name begins with the channel's."""

    model_config = SettingsConfigDict(env_prefix="MAATJE_", env_file=".env", extra="ignore", hide_input_in_errors=True)


G = TypeVar("G", bound=SettingsGroup)


class _OwnDotenv(DotEnvSettingsSource):
    """The lines of `.env` that are fields of ours: the channels' groups read theirs themselves."""

    def __call__(self) -> dict[str, object]:
        """See PydanticBaseSettingsSource."""
        return {name: value for name, value in super().__call__().items() if name in self.settings_cls.model_fields}


class Settings(BaseSettings):
    """What an operator sets; every field is MAATJE_<NAME>. Values for the channels' groups may be given beside them
    (demo, tests); they go before the environment's."""

    model_config = SettingsConfigDict(env_prefix="MAATJE_", env_file=".env", extra="allow", hide_input_in_errors=True)

    database_url: str = "sqlite+aiosqlite:///maatje.db"
    secret_key: SecretStr = SecretStr("")
    config: Path | None = None
    # A municipality's own FAQ texts, on top of the package's (locales/faq/content.py says how it looks).
    faq: Path | None = None
    # A folder with recordings of a human voice, which win over the synthetic one (bot/voice/recordings.py).
    recordings: Path | None = None
    # Whether Somali and Sorani are spoken by voices that nobody who speaks them listened to yet (bot/voice).
    unreviewed_voices: bool = False
    public_url: Url = ""
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    # Where metrics and readiness are told, for the machines that ask; None = at the same port as the chat.
    metrics_port: int | None = Field(default=None, ge=0, le=65535)
    # Whose X-Forwarded-For is believed: addresses or networks, comma-separated; "" = nobody's.
    trusted_proxies: str = "127.0.0.1,::1"
    timezone: str = "Europe/Amsterdam"
    quiet_hours: str = "21:00-08:00"
    # A timetable that lacks a larger share of the planned lessons is refused without --cancel-missing.
    timetable_cancel_share: float = Field(default=0.3, ge=0, le=1)
    log_format: Literal["console", "json"] = "console"
    # Who gives commands, for the audit log; "" = the account at the machine.
    operator: str = ""
    # A virus scanner that every file is shown to: unix:/run/clamav/clamd.ctl or tcp:127.0.0.1:3310; "" = none.
    clamd: str = ""
    # A folder with a Whisper model as CTranslate2 has it, for drafts of voice notes (bot/enclosures/transcripts.py).
    transcriber_folder: Path | None = None
    # Passwords and people's words over connections that anybody between can read: for a rehearsal only.
    allow_plain: bool = False

    @field_validator("timezone")
    @classmethod
    def _zone_exists(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"{value!r} is no time zone; use a name such as Europe/Amsterdam") from error
        return value

    @field_validator("quiet_hours")
    @classmethod
    def _hours_are_times(cls, value: str) -> str:
        QuietHours.parse(value)
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _proxies_are_networks(cls, value: str) -> str:
        for part in value.split(","):
            try:
                if part.strip():
                    ip_network(part.strip())
            except ValueError as error:
                raise ValueError(f"{part.strip()!r} is no address or network; write 10.0.0.4,10.1.0.0/16") from error
        return value

    @field_validator("clamd")
    @classmethod
    def _scanner_is_an_address(cls, value: str) -> str:
        if value:
            ScannerAddress.parse(value)
        return value

    @property
    def operator_name(self) -> str:
        """Who gives commands: as set, or the account at the machine."""
        try:
            name = self.operator or getuser()
        except (KeyError, OSError):
            name = ""
        return "".join(char for char in name if char.isalnum() or char in "-_.@")

    @property
    def zone(self) -> ZoneInfo:
        """The zone people live by."""
        return ZoneInfo(self.timezone)

    def of(self, group: type[G]) -> G:
        """A channel's settings.

        Raises:
            pydantic.ValidationError: a value is wrong, or the channel is set up by half.
        """
        given = self.model_extra or {}
        return group(**{name: given[name] for name in group.model_fields if name in given})

    @property
    def own_url(self) -> str:
        """Where our server is reached: the public address, or this machine's."""
        return self.public_url or f"http://{self.host}:{self.port}"

    def keys(self) -> KeyRing:
        """The key ring of SECRET_KEY.

        Raises:
            SecretMissing: when it is not set.
            storage.engine.keys.SecretTooShort: when it is too short.
        """
        if not self.secret_key.get_secret_value():
            raise SecretMissing
        return KeyRing.parse(self.secret_key.get_secret_value())

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is given, then the environment, then `.env`."""
        file = dotenv_settings.env_file if isinstance(dotenv_settings, DotEnvSettingsSource) else None
        return init_settings, env_settings, _OwnDotenv(settings_cls, env_file=file)


def missing_of_group(group: dict[str, object]) -> None:
    """Tell a channel that is half set up at the start, not at its first message; `group` is name and value.

    Raises:
        ValueError: which are not set.
    """
    if missing := [f"MAATJE_{name}" for name, value in group.items() if not value]:
        raise ValueError(f"a channel is set up by half; also set {', '.join(missing)}")
