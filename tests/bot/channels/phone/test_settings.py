"""Which carrier settings make, and whose number an unknown caller hears."""

import pytest
from pydantic import ValidationError

from bot.channels import registry
from bot.channels.kind import ChannelParts
from bot.channels.phone.kind import PHONE
from bot.configuration.municipality import Municipalities, Municipality
from bot.configuration.settings import Settings
from reminders.delivery.channel import News
from storage.engine.database import Database
from tests.bot.channels.phone.vonage.counterpart import PRIVATE_KEY
from tests.bot.dialogue.talk import RENDERER
from tests.clock import FakeClock

VONAGE = {
    "phone_number": "+31355281911",
    "phone_vonage_application_id": "an application",
    "phone_vonage_private_key": PRIVATE_KEY.replace("\n", "\\n"),
    "phone_vonage_api_key": "abcd1234",
    "phone_vonage_signature_secret": "a secret",
}


def settings(**own: str) -> Settings:
    return Settings.model_validate({**own, "secret_key": "a secret of the tests that is long enough"})


async def _hears_nothing(_news: News) -> None:
    return


async def test_an_application_at_vonage_sets_the_channel_up(sqlite_database: Database, clock: FakeClock) -> None:
    own = settings(**VONAGE)
    assert "phone" in registry.set_up(own)
    channel = PHONE.build(ChannelParts(own, sqlite_database, clock, RENDERER, _hears_nothing, "https://maatje.example"))
    assert {route.path for route in channel.routes()} >= {"/phone/vonage/answer", "/phone/vonage/event"}  # type: ignore[attr-defined]
    assert PHONE.plain(own, lambda _host: False) is None
    await channel.close()


def test_half_an_application_and_two_carriers_are_refused() -> None:
    with pytest.raises(ValidationError, match="MAATJE_PHONE_VONAGE_SIGNATURE_SECRET"):
        registry.set_up(settings(**{**VONAGE, "phone_vonage_signature_secret": ""}))
    with pytest.raises(ValidationError, match="not by both"):
        registry.set_up(settings(**VONAGE, phone_sip_server="sip.example.nl"))


def test_who_calls_a_municipalitys_number_hears_that_municipalitys() -> None:
    found = Municipalities(
        {
            "Huizen": Municipality(telephone="035 528 19 11", call_number="035 528 19 00"),
            "Laren": Municipality(telephone="035 751 11 11", call_number="035 751 11 00"),
            "default": Municipality(telephone="14 035"),
        }
    )
    assert found.telephone_by("+31357511100") == "035 751 11 11"
    assert found.telephone_by("+31355281900") == "035 528 19 11"
    assert (found.telephone_by("+31201234567"), found.telephone_by("")) == ("14 035", "14 035")
