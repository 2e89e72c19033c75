"""What an operator sets for WhatsApp."""

from dataclasses import dataclass, field
from urllib.parse import quote


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

    def link(self, code: str) -> str | None:
        """Opens a chat with our number, the code already written; None where the number is not known."""
        digits = "".join(char for char in self.number if char.isdecimal())
        return f"https://wa.me/{digits}?text={quote(code)}" if digits else None
