"""SMS and e-mail through Notify as two of the channels (bot/channels/registry.py): their settings, and how they are
built and checked."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Self
from uuid import UUID

from pydantic import SecretStr, model_validator

from bot.channels.kind import ChannelKind, ChannelParts, Diagnosis
from bot.channels.notify.config import NotifyConfig
from bot.configuration.clock import SystemClock
from bot.configuration.settings import Settings, SettingsGroup, Url, missing_of_group
from bot.enclosures.personal_links import web_link
from storage.people.contacts import contact_at
from storage.people.link_codes import make_pass
from storage.vocabulary import AddressKind

if TYPE_CHECKING:
    from bot.channels.base import Channel


class NotifySettings(SettingsGroup):
    """NotifyNL or GOV.UK Notify: SMS and e-mail, each set up when its pass-through template is there."""

    notify_api_key: SecretStr = SecretStr("")
    notify_api_url: Url = "https://api.notifications.service.gov.uk"
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

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.notify_api_key.get_secret_value():
            template = self.notify_sms_template or self.notify_email_template
            missing_of_group({"NOTIFY_SMS_TEMPLATE or MAATJE_NOTIFY_EMAIL_TEMPLATE": template})
        return self

    @property
    def config(self) -> NotifyConfig:
        """As the channels want them. Raises ValueError as NotifyConfig does."""
        return NotifyConfig(
            api_key=self.notify_api_key.get_secret_value(),
            base_url=self.notify_api_url,
            sms_template=self.notify_sms_template,
            email_template=self.notify_email_template,
            callback_token=self.notify_callback_token.get_secret_value(),
            sms_number=self.notify_sms_number,
            sms_sender_id=self.notify_sms_sender_id,
            reply_to_id=self.notify_reply_to_id,
            reference_prefix=self.notify_reference_prefix,
            unicode=self.notify_unicode,
        )


def _sms_is_set_up(settings: Settings) -> bool:
    own = settings.of(NotifySettings)
    return bool(own.notify_api_key.get_secret_value() and own.notify_sms_template)


def _email_is_set_up(settings: Settings) -> bool:
    own = settings.of(NotifySettings)
    return bool(own.notify_api_key.get_secret_value() and own.notify_email_template)


def _build_sms(parts: ChannelParts) -> "Channel":
    from bot.channels.notify.sms import SmsChannel

    config = parts.settings.of(NotifySettings).config
    more = _more(parts, "sms")
    return SmsChannel(config, clock=parts.clock, renderer=parts.renderer, report=parts.report, more=more)


def _build_email(parts: ChannelParts) -> "Channel":
    from bot.channels.notify.email import NotifyEmailChannel

    config = parts.settings.of(NotifySettings).config
    more = _more(parts, "email")
    return NotifyEmailChannel(config, clock=parts.clock, renderer=parts.renderer, report=parts.report, more=more)


def _more(parts: ChannelParts, channel: str) -> Callable[[str], Awaitable[str | None]]:
    """Gives the link by which whoever has this address reads on in the web chat."""
    keys = parts.database.keys

    async def link(address: str) -> str | None:
        async with parts.database.reading() as session:
            contact = await contact_at(session, keys, channel, address)
        if contact is None or contact.person_id is None or contact.shared_as:
            # Of a telephone that several people use it is not known here whose message goes on.
            return None
        if contact.trusted_at is not None and contact.trusted_at > parts.clock.now():
            return None
        return web_link(parts.public_url, make_pass(keys, contact.person_id, parts.clock.now()))

    return link


async def _check_sms(settings: Settings) -> Sequence[Diagnosis]:
    found = [await _let_in(settings, "sms")]
    if not settings.of(NotifySettings).notify_callback_token.get_secret_value():
        text = "set MAATJE_NOTIFY_CALLBACK_TOKEN, and enter it in Notify's settings"
        found.append(Diagnosis("sms", "fault", text))
    return found


async def _check_email(settings: Settings) -> Sequence[Diagnosis]:
    return [await _let_in(settings, "email")]


async def _let_in(settings: Settings, name: str) -> Diagnosis:
    from bot.channels.base import DeliveryError
    from bot.channels.notify.api import NotifyApi

    try:
        api = NotifyApi(settings.of(NotifySettings).config, SystemClock())
    except ValueError as error:
        return Diagnosis(name, "fault", str(error))
    try:
        # A notification that nobody sent: Notify says so only to a key that it knows.
        await api.get(str(UUID(int=0)))
    except DeliveryError as error:
        what = f"Notify cannot be asked ({error}); look at the key, its address and the clock"
        return Diagnosis(name, "fault", what)
    finally:
        await api.close()
    return Diagnosis(name, "ok", "Notify accepts the key")


SMS = ChannelKind(
    name="sms",
    settings=NotifySettings,
    is_set_up=_sms_is_set_up,
    build=_build_sms,
    check=_check_sms,
    needs_address=AddressKind.PHONE,
    needs_public_url=True,
)
NOTIFY_EMAIL = ChannelKind(
    name="email",
    settings=NotifySettings,
    is_set_up=_email_is_set_up,
    build=_build_email,
    check=_check_email,
    needs_address=AddressKind.EMAIL,
)
