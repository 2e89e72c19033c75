"""WhatsApp as one of the channels (bot/channels/registry.py): its settings, and how it is built and checked."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Self

from pydantic import SecretStr, model_validator

from bot.channels.kind import ChannelKind, ChannelParts, Diagnosis
from bot.channels.whatsapp.config import WhatsAppConfig
from bot.configuration.settings import Settings, SettingsGroup, Url, missing_of_group
from storage.people.contacts import contact_at

if TYPE_CHECKING:
    from bot.channels.base import Channel


class WhatsAppSettings(SettingsGroup):
    """The Business Cloud API: set up when the token and the number's id are there."""

    whatsapp_token: SecretStr = SecretStr("")
    whatsapp_phone_number_id: str = ""
    whatsapp_app_secret: SecretStr = SecretStr("")
    whatsapp_verify_token: SecretStr = SecretStr("")
    # The number as people dial it, for links: +31612345678.
    whatsapp_number: str = ""
    whatsapp_waba_id: str = ""
    whatsapp_api_url: Url = "https://graph.facebook.com"
    whatsapp_version: str = "v23.0"

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.whatsapp_token.get_secret_value():
            missing_of_group(
                {
                    "WHATSAPP_PHONE_NUMBER_ID": self.whatsapp_phone_number_id,
                    "WHATSAPP_APP_SECRET": self.whatsapp_app_secret.get_secret_value(),
                    "WHATSAPP_VERIFY_TOKEN": self.whatsapp_verify_token.get_secret_value(),
                }
            )
        return self

    @property
    def config(self) -> WhatsAppConfig:
        """As the channel wants them."""
        return WhatsAppConfig(
            phone_number_id=self.whatsapp_phone_number_id,
            token=self.whatsapp_token.get_secret_value(),
            app_secret=self.whatsapp_app_secret.get_secret_value(),
            verify_token=self.whatsapp_verify_token.get_secret_value(),
            number=self.whatsapp_number,
            api_url=self.whatsapp_api_url,
            version=self.whatsapp_version,
            waba_id=self.whatsapp_waba_id,
        )


def _is_set_up(settings: Settings) -> bool:
    return bool(settings.of(WhatsAppSettings).whatsapp_token.get_secret_value())


def _build(parts: ChannelParts) -> "Channel":
    from bot.channels.whatsapp.channel import WhatsAppChannel

    async def last_heard(address: str) -> datetime | None:
        async with parts.database.reading() as session:
            contact = await contact_at(session, parts.database.keys, "whatsapp", address)
        return contact.last_heard_at if contact is not None else None

    config = parts.settings.of(WhatsAppSettings).config
    return WhatsAppChannel(config, clock=parts.clock, report=parts.report, window=last_heard, renderer=parts.renderer)


async def _check(settings: Settings) -> Sequence[Diagnosis]:
    config = settings.of(WhatsAppSettings).config
    if not config.waba_id:
        what = "set MAATJE_WHATSAPP_WABA_ID, so that the templates can be checked (maatje whatsapp templates)"
        return [Diagnosis("whatsapp", "warning", what)]
    from bot.channels.base import DeliveryError
    from bot.channels.whatsapp.api import GraphApi
    from bot.channels.whatsapp.channel import WEBHOOK_PATH
    from bot.channels.whatsapp.errors import MediaRefused, OutsideWindow
    from bot.channels.whatsapp.subscription import subscription_fault
    from bot.channels.whatsapp.templates import catalog, missing
    from locales.rendering.catalog import Catalogs
    from locales.rendering.render import Renderer

    api = GraphApi(config)
    try:
        lacking = missing(catalog(Renderer(Catalogs(), settings.zone)), await api.templates())
        told = await subscription_fault(api, settings.public_url + WEBHOOK_PATH) if settings.public_url else None
    except (DeliveryError, OutsideWindow, MediaRefused) as error:
        return [Diagnosis("whatsapp", "fault", f"cannot be asked ({error}); look at the token and the network")]
    finally:
        await api.close()
    found = [Diagnosis("whatsapp", "fault", f"nothing that people write arrives: {told}")] if told is not None else []
    if lacking:
        what = f"not approved: {', '.join(lacking)}; run maatje whatsapp templates"
        found.append(Diagnosis("whatsapp", "fault", what))
    return found or [Diagnosis("whatsapp", "ok", "every template is approved, and Meta brings us what people write")]


async def _link(settings: Settings, code: str) -> str | None:
    return settings.of(WhatsAppSettings).config.link(code)


WHATSAPP = ChannelKind(
    name="whatsapp",
    settings=WhatsAppSettings,
    is_set_up=_is_set_up,
    build=_build,
    check=_check,
    link=_link,
    needs_public_url=True,
)
