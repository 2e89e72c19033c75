"""What the two channels need to know of a service at NotifyNL or GOV.UK Notify."""

import re
from dataclasses import dataclass, field

GOV_UK = "https://api.notifications.service.gov.uk"
# "name-<service id>-<secret>", both UUIDs; the name may have dashes itself.
_KEY = re.compile(r".+-[0-9a-fA-F-]{36}-[0-9a-fA-F-]{36}")


@dataclass(frozen=True, slots=True)
class NotifyConfig:
    """One service at Notify. A channel exists where its template is set.

    `sms_template` is a template whose whole body is "((message))", `email_template` one with the subject "((subject))"
    and the body "((message))"; in the service's settings "start text messages with the service name" is off, or each
    message is that much longer than we count. `callback_token` is the bearer token entered there with both callback
    addresses; an empty one refuses every callback. `sms_number` (E.164) is what people text to, "" where there is none.

    `unicode` says whether letters outside of Notify's alphabet go through: GOV.UK Notify replaces them by question
    marks. None = ask it once (sms_characters.py). `reference_prefix` keeps apart what two deployments send from one
    service. `per_minute` is the service's rate limit, for SMS and e-mail together.

    Raises:
        ValueError: the key is no Notify key (it is not shown), or no template is set.
    """

    api_key: str = field(repr=False)
    base_url: str = GOV_UK
    sms_template: str = ""
    email_template: str = ""
    callback_token: str = field(default="", repr=False)
    sms_number: str = ""
    sms_sender_id: str = ""
    reply_to_id: str = ""
    reference_prefix: str = ""
    unicode: bool | None = None
    per_minute: int = 3000
    # Seconds to wait for an answer of Notify.
    timeout: float = 20.0

    def __post_init__(self) -> None:
        if not _KEY.fullmatch(self.api_key):
            raise ValueError("a Notify API key is name-service id-secret; copy it again from API integration")
        if not self.sms_template and not self.email_template:
            raise ValueError("Notify needs the id of an SMS template or of an e-mail template")

    @property
    def service_id(self) -> str:
        """The service that the key is of."""
        return self.api_key[-73:-37]

    @property
    def secret(self) -> str:
        """What requests are signed with."""
        return self.api_key[-36:]

    @property
    def per_second(self) -> float:
        """How many messages a second each channel may send: they share the service's limit."""
        channels = bool(self.sms_template) + bool(self.email_template)
        return self.per_minute / 60 / channels

    def sign(self, reference: str) -> str:
        """A reference as Notify gets it."""
        return f"{self.reference_prefix}{reference}"

    def unsign(self, reference: str | None) -> str | None:
        """Our reference again; None for what another deployment (or nobody of ours) sent."""
        if reference is None or not reference.startswith(self.reference_prefix):
            return None
        return reference[len(self.reference_prefix) :]
