"""What an operator sets for WhatsApp."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class WhatsAppConfig:
    """One business number. `number` is as people dial it (+31…), `waba_id` the account that the templates belong to."""

    phone_number_id: str
    token: str = field(repr=False)
    app_secret: str = field(repr=False)
    verify_token: str = field(repr=False)
    number: str = ""
    api_url: str = "https://graph.facebook.com"
    version: str = "v23.0"
    waba_id: str = ""
