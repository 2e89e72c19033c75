"""Delivery receipts of both channels: a service at Notify has one address for them, whatever it sends."""

from collections.abc import Callable

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.channels.base import DeliveryError, News, Report
from bot.channels.notify.api import NotifyApi
from bot.channels.notify.callbacks import RECEIPTS_PATH, Callbacks, NotifyReceipt, news_of
from bot.channels.notify.config import NotifyConfig
from reminders.delivery.channel import Clock

log = structlog.get_logger(__name__)

SMS, EMAIL = "sms", "email"


class NotifyReceipts:
    """Turns receipts into news, wherever they come from: called back by Notify, or asked of it."""

    def __init__(
        self, config: NotifyConfig, clock: Clock, api: NotifyApi, report: Report, is_started: Callable[[], bool]
    ) -> None:
        self._config = config
        self._callbacks = Callbacks(config, clock)
        self._api = api
        self._report = report
        self._is_started = is_started

    def route(self) -> Route:
        """The callback's address. Where both channels are there the first one's answers for both."""

        async def take(request: Request) -> Response:
            return await self._callbacks.take(request, NotifyReceipt, self._tell if self._is_started() else None)

        return Route(RECEIPTS_PATH, take, methods=["POST"])

    async def _tell(self, receipt: NotifyReceipt) -> None:
        if self._callbacks.is_stale(receipt.completed_at or receipt.created_at):
            return
        if receipt.notification_type not in (SMS, EMAIL):
            return
        reference = self._config.unsign(receipt.reference)
        if reference is None and self._config.reference_prefix:
            # Sent by another deployment, or by hand from Notify's own pages.
            return
        news = news_of(receipt.notification_type, receipt.status, receipt.id, reference)
        if news is not None:
            await self._report(news)

    async def status_of(self, channel: str, provider_ref: str) -> News | None:
        """What became of a message whose receipt did not come; None where that is not known yet. Never raises."""
        try:
            found = await self._api.get(provider_ref)
        except DeliveryError as error:
            log.warning("notify_status_not_asked", channel=channel, reason=error.reason)
            return None
        if found is None:
            return None
        return news_of(channel, found.status, found.id, self._config.unsign(found.reference))
