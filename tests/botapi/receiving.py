"""The methods by which a bot gets its updates: polling or a webhook."""

import re
from typing import TypeAlias

import aiogram.methods as api
from aiogram.types import Update

from tests.botapi import limits
from tests.botapi.errors import Json, bad_request
from tests.botapi.updates import UpdateQueue, Webhook

ReceivingCall: TypeAlias = api.GetUpdates | api.SetWebhook | api.DeleteWebhook | api.GetWebhookInfo

MAX_POLL = 50  # seconds
_UPDATE_KINDS = frozenset(Update.model_fields) - {"update_id"}
_LOOPBACK = re.compile(r"http://(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?(?:/|\Z)")


async def receive(updates: UpdateQueue, call: ReceivingCall) -> object:
    """The `result` of the answer; ApiError when refused."""
    match call:
        case api.GetUpdates():
            return await _get_updates(updates, call)
        case api.SetWebhook():
            return await _set_webhook(updates, call)
        case api.DeleteWebhook():
            await updates.set_webhook(None)
            if call.drop_pending_updates:
                updates.drop_pending()
            return True
        case api.GetWebhookInfo():
            return _webhook_info(updates)


async def _get_updates(updates: UpdateQueue, call: api.GetUpdates) -> list[object]:
    limit = 100 if call.limit is None else call.limit
    if not 1 <= limit <= 100:
        limit = 100
    timeout = min(max(call.timeout or 0, 0), MAX_POLL)
    _allow(updates, call.allowed_updates)
    return await updates.poll(call.offset or 0, limit, timeout)


async def _set_webhook(updates: UpdateQueue, call: api.SetWebhook) -> bool:
    if call.secret_token and not limits.SECRET_TOKEN.match(call.secret_token):
        raise bad_request("secret token contains unallowed characters")
    if call.url and not call.url.startswith("https://") and not _LOOPBACK.match(call.url):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    connections = 40 if call.max_connections is None else call.max_connections
    if not 1 <= connections <= 100:
        raise bad_request("max_connections must be between 1 and 100")
    _allow(updates, call.allowed_updates)
    if call.drop_pending_updates:
        updates.drop_pending()
    webhook = Webhook(call.url, call.secret_token or None, connections) if call.url else None
    await updates.set_webhook(webhook)
    return True


def _allow(updates: UpdateQueue, kinds: list[str] | None) -> None:
    """None keeps what was asked for before; an empty list is the default: all but a few."""
    if kinds is None:
        return
    unknown = set(kinds) - _UPDATE_KINDS
    if unknown:
        raise bad_request(f"unknown update type {min(unknown)} in allowed_updates")
    updates.allowed = frozenset(kinds) if kinds else None


def _webhook_info(updates: UpdateQueue) -> Json:
    webhook = updates.webhook
    info: Json = {
        "url": webhook.url if webhook is not None else "",
        "has_custom_certificate": False,
        "pending_update_count": updates.pending,
    }
    if webhook is not None:
        info["max_connections"] = webhook.max_connections
    if updates.allowed is not None:
        info["allowed_updates"] = sorted(updates.allowed)
    if updates.last_error is not None:
        info["last_error_date"], info["last_error_message"] = updates.last_error
    return info
