"""The toy itself: a playground where people call to each other."""

from collections.abc import Sequence
from itertools import count

from starlette.routing import BaseRoute

from bot.actions.acting import Proof
from bot.channels.base import AddressGone, Capabilities, Receipt, Receive
from bot.events import InboundEvent, Payload
from locales.rendering.render import Rendered


class ToyChannel:
    """See bot.channels.base.Channel."""

    name = "toy"
    capabilities = Capabilities(buttons=True)

    def __init__(self, playground: str) -> None:
        self._playground = playground
        self._receive: Receive | None = None
        self._numbers = count(1)
        # What was called to each child, with the number by which it is known.
        self.called: dict[str, dict[str, Rendered]] = {}
        self.closed: set[str] = set()
        self.went_home: set[str] = set()

    async def calls(self, child: str, payload: Payload, *, event_id: str | None = None) -> str:
        """A child calls something; the event's id."""
        event_id = event_id or str(next(self._numbers))
        if self._receive is not None:
            await self._receive(InboundEvent(self.name, child, event_id, payload, proof=Proof.ACCOUNT))
        return event_id

    async def send(self, address: str, message: Rendered, *, reference: str) -> Receipt:
        if address in self.went_home:
            raise AddressGone("went_home")
        self.called.setdefault(address, {})[reference] = message
        return Receipt(reference, delivered=True)

    def routes(self) -> Sequence[BaseRoute]:
        return ()

    async def start(self, receive: Receive) -> None:
        self._receive = receive

    async def stop(self) -> None:
        self._receive = None

    async def close(self) -> None:
        self.called.clear()

    async def close_buttons(self, address: str, message_ref: str) -> None:
        self.closed.add(message_ref)

    async def acknowledge(self, event: InboundEvent) -> None:
        return

    async def fetch(self, file: str) -> bytes | None:
        return None

    def link(self, code: str) -> str:
        return f"https://{self._playground}/{code}"
