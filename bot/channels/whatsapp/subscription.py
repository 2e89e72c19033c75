"""Whether Meta brings us what people write: the account's app, and the webhook that this app has.

https://developers.facebook.com/documentation/business-messaging/whatsapp/solution-providers/manage-webhooks and
https://developers.facebook.com/docs/graph-api/reference/app/subscriptions
"""

from collections.abc import Mapping

from bot.channels.base import DeliveryError
from bot.channels.whatsapp.api import GraphApi
from bot.channels.whatsapp.errors import MediaRefused, OutsideWindow

#: What people write, and what became of our messages.
_MESSAGES = "messages"


async def subscription_fault(api: GraphApi, url: str) -> str | None:
    """What keeps Meta from bringing us what people write to `url`; None when nothing does.

    Raises:
        DeliveryError, OutsideWindow, MediaRefused: Meta is out of reach, or refuses the token.
    """
    apps = await api.subscribed_apps()
    if not apps:
        return "no app is subscribed to the account; subscribe yours (POST /WABA_ID/subscribed_apps)"
    faults = [await _fault_of(api, app, url) for app in apps]
    # Others may be told as well; that one brings it to us is enough.
    return None if None in faults else faults[0]


async def _fault_of(api: GraphApi, app: str, url: str) -> str | None:
    try:
        webhook = await api.webhook_of(app)
    except (DeliveryError, OutsideWindow, MediaRefused) as error:
        return f"app {app} cannot be asked ({error}); is MAATJE_WHATSAPP_APP_SECRET this app's?"
    if webhook.get("callback_url") != url:
        return (
            f"app {app} has {webhook.get('callback_url') or 'no address'} as its webhook; set {url} in Meta's console"
        )
    if webhook.get("active") is False:
        return f"the webhook of app {app} is switched off; look at it in Meta's console"
    if _MESSAGES not in _fields(webhook):
        return f"the webhook of app {app} is not subscribed to the field {_MESSAGES}; tick it in Meta's console"
    return None


def _fields(webhook: Mapping[str, object]) -> list[str]:
    listed = webhook.get("fields")
    names = [one.get("name") if isinstance(one, dict) else one for one in listed] if isinstance(listed, list) else []
    return [name for name in names if isinstance(name, str)]
