"""Settings from the environment or `.env`, prefix MAATJE_ (DESIGN.md, Settings)."""

from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from reminders.local_time import QuietHours
from storage.keys import KeyRing


class SecretMissing(ValueError):
    """`maatje run` needs MAATJE_SECRET_KEY outside the demo."""

    def __init__(self) -> None:
        super().__init__(
            "MAATJE_SECRET_KEY is not set. Names and messages are encrypted with it. Make one once, keep it safe, and "
            'put it in the environment or in .env:\n  python3 -c "import secrets; print(secrets.token_urlsafe(48))"'
        )


class Settings(BaseSettings):
    """What an operator sets; every field is MAATJE_<NAME>."""

    model_config = SettingsConfigDict(env_prefix="MAATJE_", env_file=".env", extra="ignore", hide_input_in_errors=True)

    database_url: str = "sqlite+aiosqlite:///maatje.db"
    secret_key: SecretStr = SecretStr("")
    telegram_token: SecretStr = SecretStr("")
    telegram_api_url: str = "https://api.telegram.org"
    telegram_webhook_secret: SecretStr = SecretStr("")
    config: Path | None = None
    # A municipality's own FAQ texts, on top of the package's (locales/faq/content.py says how it looks).
    faq: Path | None = None
    public_url: str = ""
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    timezone: str = "Europe/Amsterdam"
    quiet_hours: str = "21:00-08:00"
    log_format: Literal["console", "json"] = "console"

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

    @field_validator("public_url", "telegram_api_url")
    @classmethod
    def _no_slash_at_the_end(cls, value: str) -> str:
        return value.strip().rstrip("/")

    @property
    def zone(self) -> ZoneInfo:
        """The zone people live by."""
        return ZoneInfo(self.timezone)

    @property
    def channels(self) -> tuple[str, ...]:
        """The names of the channels that are set up."""
        return ("web", "telegram") if self.telegram_token.get_secret_value() else ("web",)

    def keys(self) -> KeyRing:
        """The key ring of SECRET_KEY.

        Raises:
            SecretMissing: when it is not set.
            storage.keys.SecretTooShort: when it is too short.
        """
        if not self.secret_key.get_secret_value():
            raise SecretMissing
        return KeyRing.parse(self.secret_key.get_secret_value())
