"""E-mail by a server of the municipality's own as one of the channels (bot/channels/registry.py)."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field, SecretStr, model_validator

from bot.channels.email.config import EmailConfig
from bot.channels.kind import ChannelKind, ChannelParts, Diagnosis
from bot.configuration.settings import Settings, SettingsGroup, missing_of_group
from bot.operating.machine import mail_records
from storage.engine.database import Database
from storage.people.contacts import contact_at
from storage.vocabulary import AddressKind

if TYPE_CHECKING:
    from bot.channels.base import Channel


class EmailSettings(SettingsGroup):
    """Where mail is handed over (SMTP) and read (IMAP)."""

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
    email_auth_server: str = ""

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.smtp_host:
            missing_of_group({"EMAIL_FROM": self.email_from})
        return self

    def config(self, public_url: str) -> EmailConfig:
        """As the channel wants them; `public_url` is our server's address, for unsubscribing with one click."""
        return EmailConfig(
            from_address=self.email_from.strip().lower(),
            from_name=self.email_name,
            smtp_host=self.smtp_host,
            smtp_port=self.smtp_port,
            smtp_security=self.smtp_security,
            smtp_user=self.smtp_user,
            smtp_password=self.smtp_password.get_secret_value(),
            imap_host=self.imap_host,
            imap_port=self.imap_port,
            imap_security=self.imap_security,
            imap_user=self.imap_user,
            imap_password=self.imap_password.get_secret_value(),
            imap_folder=self.imap_folder,
            auth_server=self.email_auth_server.strip(),
            public_url=public_url,
        )


def _is_set_up(settings: Settings) -> bool:
    return bool(settings.of(EmailSettings).smtp_host)


def _build(parts: ChannelParts) -> "Channel":
    from bot.channels.email.channel import EmailChannel

    keys = parts.database.keys
    return EmailChannel(
        parts.settings.of(EmailSettings).config(parts.settings.public_url),
        clock=parts.clock,
        report=parts.report,
        sign=lambda text: keys.sign(text, "email"),
        signatures=lambda text: keys.signatures(text, "email"),
        renderer=parts.renderer,
        is_known=is_persons(parts.database),
    )


def is_persons(database: Database) -> Callable[[str], Awaitable[bool]]:
    """Says of an address whether it is a way of somebody in guidance."""

    async def is_known(address: str) -> bool:
        async with database.reading() as session:
            contact = await contact_at(session, database.keys, "email", address)
        return contact is not None and contact.person_id is not None

    return is_known


def _plain(settings: Settings, is_here: Callable[[str], bool]) -> str | None:
    own = settings.of(EmailSettings)
    if own.smtp_security == "none" and not is_here(own.smtp_host):
        return "MAATJE_SMTP_SECURITY is none: mail goes to another machine unencrypted; set starttls or tls"
    if own.imap_host and own.imap_security == "none" and not is_here(own.imap_host):
        return "MAATJE_IMAP_SECURITY is none: the mailbox on another machine is read unencrypted; set tls"
    return None


async def _check(settings: Settings) -> Sequence[Diagnosis]:
    config = settings.of(EmailSettings).config(settings.public_url)
    found = [await _let_in(config)]
    domain = config.from_address.rpartition("@")[2]
    found.append(Diagnosis("mail in DNS", "ok", mail_records(domain, config.smtp_host)))
    if not config.imap_host:
        found.append(Diagnosis("email", "warning", "set MAATJE_IMAP_HOST, or nobody can answer an e-mail"))
    elif not config.auth_server:
        what = (
            "set MAATJE_EMAIL_AUTH_SERVER to the name by which your mail server signs Authentication-Results, or what "
            "consultants answer by e-mail does nothing"
        )
        found.append(Diagnosis("email", "warning", what))
    return found


async def _let_in(config: EmailConfig) -> Diagnosis:
    from bot.channels.base import DeliveryError
    from bot.channels.email.mailbox import Mailbox
    from bot.channels.email.sending import Outbound

    outbound = Outbound(config)
    try:
        await outbound.check()
    except DeliveryError as error:
        what = f"{config.smtp_host} takes no mail from us ({error}); look at MAATJE_SMTP_*"
        return Diagnosis("email", "fault", what)
    finally:
        await outbound.close()
    if config.imap_host and not await Mailbox(config, _nothing, asyncio.sleep).can_be_read():
        what = f"the mailbox at {config.imap_host} cannot be read; look at MAATJE_IMAP_*"
        return Diagnosis("email", "fault", what)
    return Diagnosis("email", "ok", "the server lets us in")


async def _nothing(_uid: str, _raw: bytes) -> None:
    return


EMAIL = ChannelKind(
    name="email",
    settings=EmailSettings,
    is_set_up=_is_set_up,
    build=_build,
    check=_check,
    needs_address=AddressKind.EMAIL,
    plain=_plain,
)
