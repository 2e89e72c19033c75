"""Asks Vonage whether it lets us in, for `maatje doctor`."""

from collections.abc import Sequence

import jwt

from bot.channels.kind import Diagnosis
from bot.channels.phone.carrier import CarrierDown
from bot.channels.phone.vonage.api import VoiceApi, VonageConfig
from reminders.delivery.channel import Clock


async def let_in(config: VonageConfig, clock: Clock, *, is_public: bool) -> Sequence[Diagnosis]:
    """Whether the application's key is right, and whether Vonage can reach us."""
    findings = []
    if not is_public:
        what = "MAATJE_PUBLIC_URL is not set: Vonage cannot ask us what to say, nor fetch it"
        findings.append(Diagnosis("phone", "fault", what))
    api = VoiceApi(config, clock)
    try:
        status = await api.lets_us_in()
    except CarrierDown:
        return [*findings, Diagnosis("phone", "fault", "Vonage cannot be reached; look at the network")]
    except (jwt.PyJWTError, ValueError):
        what = "MAATJE_PHONE_VONAGE_PRIVATE_KEY is no private key (PEM)"
        return [*findings, Diagnosis("phone", "fault", what)]
    finally:
        await api.close()
    if status in (401, 403):
        what = "Vonage does not let us in; look at MAATJE_PHONE_VONAGE_APPLICATION_ID and its private key"
        return [*findings, Diagnosis("phone", "fault", what)]
    if status != 200:
        return [*findings, Diagnosis("phone", "warning", f"Vonage answers with {status}; try again later")]
    return [*findings, Diagnosis("phone", "ok", "Vonage lets us in")]
