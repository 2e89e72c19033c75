"""The channels of a deployment, made from its settings.

Each is imported where it is made: what a municipality does not use costs its service no time and no memory.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from bot.channels.base import Channel, Report
from bot.channels.commands import consultant_commands, menu_commands
from bot.channels.web.channel import WebChannel
from bot.configuration.settings import Settings
from bot.enclosures.personal_links import web_link
from locales.rendering.render import Renderer
from reminders.delivery.channel import Clock
from storage.engine.database import Database
from storage.people.contacts import contact_at
from storage.people.link_codes import make_pass
from storage.people.people import Consultant

if TYPE_CHECKING:
    from bot.channels.email.config import EmailConfig
    from bot.channels.notify.config import NotifyConfig
    from bot.channels.whatsapp.config import WhatsAppConfig


def build_channels(
    settings: Settings, database: Database, clock: Clock, renderer: Renderer, report: Report, web: WebChannel
) -> dict[str, Channel]:
    """The channels by name; `web` is always one of them, and `report` takes what providers tell later."""
    channels: dict[str, Channel] = {web.name: web}
    wanted = settings.channels
    if "telegram" in wanted:
        # python-telegram-bot alone costs half a second that a web chat need not wait.
        from bot.channels.telegram import TelegramChannel

        channels["telegram"] = TelegramChannel.from_settings(
            settings, commands=menu_commands(renderer), menu_of=_telegram_menu(database, renderer)
        )
    if "whatsapp" in wanted:
        channels["whatsapp"] = _whatsapp(settings, database, clock, renderer, report)
    if settings.notify_api_key.get_secret_value():
        channels.update(_notify(settings, database, clock, renderer, report, web.public_url))
    if settings.smtp_host:
        channels["email"] = _email(settings, database, clock, renderer, report)
    return channels


def _telegram_menu(
    database: Database, renderer: Renderer
) -> Callable[[str], Awaitable[Sequence[tuple[str, str]] | None]]:
    """Gives consultants, who have other commands than the people, the menu of their own."""

    async def menu(address: str) -> Sequence[tuple[str, str]] | None:
        async with database.reading() as session:
            contact = await contact_at(session, database.keys, "telegram", address)
            if contact is None or (contact.person_id is None and contact.consultant_id is None):
                return None
            consultant = await session.get(Consultant, contact.consultant_id) if contact.consultant_id else None
        return consultant_commands(renderer, consultant.language) if consultant is not None else ()

    return menu


def _whatsapp(settings: Settings, database: Database, clock: Clock, renderer: Renderer, report: Report) -> Channel:
    from bot.channels.whatsapp import WhatsAppChannel

    async def last_heard(address: str) -> datetime | None:
        async with database.reading() as session:
            contact = await contact_at(session, database.keys, "whatsapp", address)
        return contact.last_heard_at if contact is not None else None

    config = whatsapp_config(settings)
    return WhatsAppChannel(config, clock=clock, report=report, window=last_heard, renderer=renderer)


def whatsapp_config(settings: Settings) -> "WhatsAppConfig":
    """The part of the settings that WhatsApp needs."""
    from bot.channels.whatsapp.config import WhatsAppConfig

    return WhatsAppConfig(
        phone_number_id=settings.whatsapp_phone_number_id,
        token=settings.whatsapp_token.get_secret_value(),
        app_secret=settings.whatsapp_app_secret.get_secret_value(),
        verify_token=settings.whatsapp_verify_token.get_secret_value(),
        number=settings.whatsapp_number,
        api_url=settings.whatsapp_api_url,
        version=settings.whatsapp_version,
        waba_id=settings.whatsapp_waba_id,
    )


def notify_config(settings: Settings) -> "NotifyConfig":
    """The part of the settings that Notify needs. Raises ValueError as NotifyConfig does."""
    from bot.channels.notify.config import NotifyConfig

    return NotifyConfig(
        api_key=settings.notify_api_key.get_secret_value(),
        base_url=settings.notify_api_url,
        sms_template=settings.notify_sms_template,
        email_template=settings.notify_email_template,
        callback_token=settings.notify_callback_token.get_secret_value(),
        sms_number=settings.notify_sms_number,
        sms_sender_id=settings.notify_sms_sender_id,
        reply_to_id=settings.notify_reply_to_id,
        reference_prefix=settings.notify_reference_prefix,
        unicode=settings.notify_unicode,
    )


def _notify(
    settings: Settings, database: Database, clock: Clock, renderer: Renderer, report: Report, public_url: str
) -> dict[str, Channel]:
    from bot.channels.notify import NotifyEmailChannel, SmsChannel

    config = notify_config(settings)
    channels: dict[str, Channel] = {}
    if settings.notify_sms_template:
        more = _more(database, clock, "sms", public_url)
        channels["sms"] = SmsChannel(config, clock=clock, renderer=renderer, report=report, more=more)
    if settings.notify_email_template and not settings.smtp_host:
        more = _more(database, clock, "email", public_url)
        channels["email"] = NotifyEmailChannel(config, clock=clock, renderer=renderer, report=report, more=more)
    return channels


def _more(database: Database, clock: Clock, channel: str, public_url: str) -> Callable[[str], Awaitable[str | None]]:
    """Gives the link by which whoever has this address reads on in the web chat."""

    async def link(address: str) -> str | None:
        async with database.reading() as session:
            contact = await contact_at(session, database.keys, channel, address)
        if contact is None or contact.person_id is None:
            return None
        return web_link(public_url, make_pass(database.keys, contact.person_id, clock.now()))

    return link


def email_config(settings: Settings) -> "EmailConfig":
    """The part of the settings that e-mail by a server of the municipality's own needs."""
    from bot.channels.email.config import EmailConfig

    return EmailConfig(
        from_address=settings.email_from.strip().lower(),
        from_name=settings.email_name,
        smtp_host=settings.smtp_host,
        smtp_port=settings.smtp_port,
        smtp_security=settings.smtp_security,
        smtp_user=settings.smtp_user,
        smtp_password=settings.smtp_password.get_secret_value(),
        imap_host=settings.imap_host,
        imap_port=settings.imap_port,
        imap_security=settings.imap_security,
        imap_user=settings.imap_user,
        imap_password=settings.imap_password.get_secret_value(),
        imap_folder=settings.imap_folder,
        public_url=settings.public_url,
    )


def _email(settings: Settings, database: Database, clock: Clock, renderer: Renderer, report: Report) -> Channel:
    from bot.channels.email import EmailChannel

    keys = database.keys
    return EmailChannel(
        email_config(settings),
        clock=clock,
        report=report,
        sign=lambda text: keys.sign(text, "email"),
        renderer=renderer,
    )
