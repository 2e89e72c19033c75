"""The telephone as one of the channels (bot/channels/registry.py): its settings, and how it is built and checked."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from bot.channels.kind import ChannelKind, ChannelParts, Diagnosis
from bot.configuration.settings import Settings, SettingsGroup, Url, missing_of_group
from reminders.delivery.calling_hours import CallingHours
from storage.vocabulary import AddressKind

if TYPE_CHECKING:
    from starlette.routing import BaseRoute

    from bot.channels.base import Channel
    from bot.channels.phone.carrier import Carrier
    from bot.channels.phone.vonage.api import VonageConfig


class PhoneSettings(SettingsGroup):
    """Calls: set up when a carrier is there, which is a SIP server or an application at Vonage."""

    # "sip.trunk.example" or "10.0.0.5:5060"; UDP.
    phone_sip_server: str = ""
    phone_sip_domain: str = ""
    phone_sip_user: str = ""
    phone_sip_password: SecretStr = SecretStr("")
    # Where we listen, and the address by which the trunk reaches us where that is another one.
    phone_sip_bind: str = "0.0.0.0:5060"
    phone_sip_public_ip: str = ""
    phone_rtp_ports: str = "10000-10400"
    # What the trunk wants before a country code: "+" or "00".
    phone_plus: str = "+"
    # The other carrier: Vonage's Voice API. The key is a PEM, with its line breaks or with \n for each.
    phone_vonage_application_id: str = ""
    phone_vonage_private_key: SecretStr = SecretStr("")
    phone_vonage_api_key: str = ""
    phone_vonage_signature_secret: SecretStr = SecretStr("")
    phone_vonage_url: Url = "https://api.nexmo.com"
    # From which we call, as people dial it: +31355281911.
    phone_number: str = ""
    phone_lines: int = Field(default=4, ge=1, le=200)
    phone_hours: str = "09:00-20:00"

    @field_validator("phone_hours")
    @classmethod
    def _hours_are_hours(cls, value: str) -> str:
        CallingHours.parse(value)
        return value

    @field_validator("phone_rtp_ports")
    @classmethod
    def _ports_are_a_range(cls, value: str) -> str:
        _range(value)
        return value

    @field_validator("phone_sip_bind", "phone_sip_server")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        if value:
            _address(value)
        return value

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.phone_sip_server:
            missing_of_group({"PHONE_NUMBER": self.phone_number})
        if self.phone_vonage_application_id:
            missing_of_group(
                {
                    "PHONE_NUMBER": self.phone_number,
                    "PHONE_VONAGE_PRIVATE_KEY": self.phone_vonage_private_key.get_secret_value(),
                    "PHONE_VONAGE_API_KEY": self.phone_vonage_api_key,
                    "PHONE_VONAGE_SIGNATURE_SECRET": self.phone_vonage_signature_secret.get_secret_value(),
                }
            )
            if self.phone_sip_server:
                raise ValueError("calls go by MAATJE_PHONE_SIP_SERVER or by MAATJE_PHONE_VONAGE_*, not by both")
        if self.phone_sip_password.get_secret_value():
            missing_of_group({"PHONE_SIP_USER": self.phone_sip_user})
        return self


def _address(text: str) -> tuple[str, int]:
    """ "host" or "host:port"."""
    host, colon, port = text.rpartition(":")
    if not colon:
        return text, 5060
    if not port.isdecimal() or not 0 <= int(port) < 65_536 or not host:
        raise ValueError(f"{text!r} is no address; write it as sip.example.nl:5060")
    return host, int(port)


def _range(text: str) -> tuple[int, int]:
    first, dash, last = text.partition("-")
    if not dash or not first.isdecimal() or not last.isdecimal() or not 1024 <= int(first) < int(last) < 65_536:
        raise ValueError(f"{text!r} is no range of ports; write it as 10000-10400")
    return int(first), int(last)


def _is_private(own: PhoneSettings, is_here: Callable[[str], bool]) -> bool:
    """Whether nobody on the way hears: the exchange is this machine, or it is Vonage, over https."""
    return not own.phone_sip_server or is_here(_address(own.phone_sip_server)[0])


def _is_set_up(settings: Settings) -> bool:
    own = settings.of(PhoneSettings)
    return bool(own.phone_sip_server or own.phone_vonage_application_id)


def _vonage(settings: Settings) -> "VonageConfig":
    from bot.channels.phone.vonage.api import VonageConfig

    own = settings.of(PhoneSettings)
    return VonageConfig(
        application_id=own.phone_vonage_application_id,
        private_key=own.phone_vonage_private_key.get_secret_value().replace("\\n", "\n"),
        api_key=own.phone_vonage_api_key,
        signature_secret=own.phone_vonage_signature_secret.get_secret_value(),
        number=own.phone_number,
        public_url=settings.own_url,
        api_url=own.phone_vonage_url,
    )


def _carrier(parts: ChannelParts) -> "tuple[Carrier, Sequence[BaseRoute]]":
    """Who carries our calls, and the addresses that it calls."""
    own = parts.settings.of(PhoneSettings)
    if own.phone_vonage_application_id:
        from bot.channels.phone.vonage.carrier import VonageCarrier

        vonage = VonageCarrier(_vonage(parts.settings), parts.database.keys, parts.clock)
        return vonage, vonage.routes()
    return _trunk(own), ()


def _trunk(own: PhoneSettings) -> "Carrier":
    from bot.channels.phone.sip.trunk import SipCarrier, SipConfig

    return SipCarrier(
        SipConfig(
            server=_address(own.phone_sip_server),
            number=own.phone_number,
            domain=own.phone_sip_domain,
            user=own.phone_sip_user,
            password=own.phone_sip_password.get_secret_value(),
            bind=_address(own.phone_sip_bind),
            advertised=own.phone_sip_public_ip,
            rtp_ports=_range(own.phone_rtp_ports),
            plus=own.phone_plus,
        )
    )


def _build(parts: ChannelParts) -> "Channel":
    from bot.channels.phone.channel import PhoneChannel
    from bot.channels.phone.records import CallLog
    from bot.channels.phone.voice import CallVoice
    from bot.channels.phone.wording import CallWriter
    from bot.configuration.border import public_holidays
    from bot.voice.speech import SpeechWriter
    from bot.voice.studio import build_speaker
    from locales.glossary.reading import load_glossary

    own, settings, renderer = parts.settings.of(PhoneSettings), parts.settings, parts.renderer
    writer = SpeechWriter(renderer.catalogs, renderer.zone, load_glossary())
    speaker = build_speaker(renderer, settings.recordings, unreviewed=settings.unreviewed_voices)
    carrier, routes = _carrier(parts)
    return PhoneChannel(
        carrier,
        calls=CallLog(parts.database),
        voice=CallVoice(speaker, CallWriter(writer)),
        clock=parts.clock,
        report=parts.report,
        hours=CallingHours.parse(own.phone_hours, settings.zone, public_holidays()),
        lines=own.phone_lines,
        telephone=parts.telephone,
        routes=routes,
    )


async def _check(settings: Settings) -> Sequence[Diagnosis]:
    from bot.channels.phone.sip.check import asked

    own = settings.of(PhoneSettings)
    if own.phone_vonage_application_id:
        from bot.channels.phone.vonage.check import let_in
        from bot.configuration.clock import SystemClock

        return await let_in(_vonage(settings), SystemClock(), is_public=bool(settings.public_url))
    return [await asked(_address(own.phone_sip_server))]


PHONE = ChannelKind(
    name="phone",
    settings=PhoneSettings,
    is_set_up=_is_set_up,
    build=_build,
    check=_check,
    needs_address=AddressKind.PHONE,
    carries_links=False,
    number=lambda settings: settings.of(PhoneSettings).phone_number,
    plain=lambda settings, is_here: (
        None
        if _is_private(settings.of(PhoneSettings), is_here)
        else "calls go to the exchange over plain SIP and RTP: keep that connection inside your own network or a VPN"
    ),
)
