"""Settings from the environment or `.env`, prefix MAATJE_ (DESIGN.md, Settings)."""

from pathlib import Path
from typing import Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from reminders.local_time import QuietHours
from storage.engine.keys import KeyRing


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
    # WhatsApp (Business Cloud API): set up when the token and the number's id are there.
    whatsapp_token: SecretStr = SecretStr("")
    whatsapp_phone_number_id: str = ""
    whatsapp_app_secret: SecretStr = SecretStr("")
    whatsapp_verify_token: SecretStr = SecretStr("")
    # The number as people dial it, for links: +31612345678.
    whatsapp_number: str = ""
    whatsapp_waba_id: str = ""
    whatsapp_api_url: str = "https://graph.facebook.com"
    whatsapp_version: str = "v23.0"
    # NotifyNL or GOV.UK Notify: SMS and e-mail, each set up when its pass-through template is there.
    notify_api_key: SecretStr = SecretStr("")
    notify_api_url: str = "https://api.notifications.service.gov.uk"
    notify_sms_template: str = ""
    notify_email_template: str = ""
    notify_callback_token: SecretStr = SecretStr("")
    notify_sms_number: str = ""
    notify_sms_sender_id: str = ""
    notify_reply_to_id: str = ""
    # Goes before our references, where several deployments share one Notify service.
    notify_reference_prefix: str = ""
    # Whether the installation carries letters outside GSM-7; unset = it is asked.
    notify_unicode: bool | None = None
    # E-mail by a server of the municipality's own; goes before Notify's e-mail.
    smtp_host: str = ""
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    email_from: str = ""
    email_name: str = "Maatje"
    imap_host: str = ""
    imap_port: int = Field(default=993, ge=1, le=65535)
    imap_security: Literal["tls", "none"] = "tls"
    imap_user: str = ""
    imap_password: SecretStr = SecretStr("")
    imap_folder: str = "INBOX"
    config: Path | None = None
    # A municipality's own FAQ texts, on top of the package's (locales/faq/content.py says how it looks).
    faq: Path | None = None
    # A folder with recordings of a human voice, which win over the synthetic one (bot/voice/recordings.py).
    recordings: Path | None = None
    public_url: str = ""
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    timezone: str = "Europe/Amsterdam"
    quiet_hours: str = "21:00-08:00"
    # A timetable that lacks a larger share of the planned lessons is refused without --cancel-missing.
    timetable_cancel_share: float = Field(default=0.3, ge=0, le=1)
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

    @model_validator(mode="after")
    def _groups_are_whole(self) -> Self:
        """A channel that is half set up is told at the start, not at its first message."""
        wanted = {
            "WHATSAPP_TOKEN": {
                "WHATSAPP_PHONE_NUMBER_ID": self.whatsapp_phone_number_id,
                "WHATSAPP_APP_SECRET": self.whatsapp_app_secret.get_secret_value(),
                "WHATSAPP_VERIFY_TOKEN": self.whatsapp_verify_token.get_secret_value(),
            }
            if self.whatsapp_token.get_secret_value()
            else {},
            "NOTIFY_API_KEY": {
                "NOTIFY_SMS_TEMPLATE or MAATJE_NOTIFY_EMAIL_TEMPLATE": self.notify_sms_template
                or self.notify_email_template
            }
            if self.notify_api_key.get_secret_value()
            else {},
            "SMTP_HOST": {"EMAIL_FROM": self.email_from} if self.smtp_host else {},
        }
        missing = [f"MAATJE_{name}" for group in wanted.values() for name, value in group.items() if not value]
        if missing:
            raise ValueError(f"a channel is set up by half; also set {', '.join(missing)}")
        return self

    @field_validator("public_url", "telegram_api_url", "whatsapp_api_url", "notify_api_url")
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
        has_key = bool(self.notify_api_key.get_secret_value())
        there = {
            "web": True,
            "telegram": bool(self.telegram_token.get_secret_value()),
            "whatsapp": bool(self.whatsapp_token.get_secret_value()),
            "sms": has_key and bool(self.notify_sms_template),
            "email": bool(self.smtp_host) or (has_key and bool(self.notify_email_template)),
        }
        return tuple(name for name, is_set in there.items() if is_set)

    def keys(self) -> KeyRing:
        """The key ring of SECRET_KEY.

        Raises:
            SecretMissing: when it is not set.
            storage.engine.keys.SecretTooShort: when it is too short.
        """
        if not self.secret_key.get_secret_value():
            raise SecretMissing
        return KeyRing.parse(self.secret_key.get_secret_value())
