"""How a call that we made came out: answered, or why not, by what the trunk said of it."""

import asyncio
import socket
from collections.abc import Callable, Mapping
from typing import Final

import structlog
from aiosipua import OutgoingCall, SipUAC
from aiosipua.dialog import DialogState
from aiosipua.headers import parse_uri

from bot.channels.phone.carrier import CarrierDown
from storage.people.telephone import NoTelephone, read_telephone
from storage.vocabulary import CallOutcome

log = structlog.get_logger(__name__)

#: What a refusal means (RFC 3261, 21); whatever is not here is the carrier's affair.
REFUSALS: Final[Mapping[int, CallOutcome]] = {
    404: CallOutcome.GONE,
    410: CallOutcome.GONE,
    484: CallOutcome.GONE,
    604: CallOutcome.GONE,
    486: CallOutcome.BUSY,
    600: CallOutcome.BUSY,
    408: CallOutcome.NO_ANSWER,
    480: CallOutcome.NO_ANSWER,
    487: CallOutcome.NO_ANSWER,
    603: CallOutcome.REJECTED,
    607: CallOutcome.REJECTED,
}
# These say that the trunk does not let us in, or is full: nobody's telephone rang.
_NOT_LET_IN: Final = frozenset({401, 403, 407, 503})


async def why_not_answered(
    call: OutgoingCall, uac: SipUAC, ring: float, give_up: Callable[[OutgoingCall], None]
) -> CallOutcome | None:
    """Why a call was not answered within `ring` seconds; None when it was. A call that still rings is given up.

    Raises:
        CarrierDown: there was no sign of a trunk, or it does not let us in.
    """
    decided: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def decide(status: int) -> None:
        if not decided.done():
            decided.set_result(status)

    call.on_answer = lambda _call: decide(200)
    call.on_rejected = lambda _call, status, _reason: decide(status)
    try:
        async with asyncio.timeout(ring):
            status = await decided
    except TimeoutError:
        if call.dialog.state is DialogState.CONFIRMED:
            return None
        has_sign = _has_sign(call, uac)
        give_up(call)
        if not has_sign:
            raise CarrierDown("no_answer_from_trunk") from None
        return CallOutcome.NO_ANSWER
    except asyncio.CancelledError:
        give_up(call)
        raise
    if status < 300:
        return None
    log.info("call_refused", status=status)
    if status in _NOT_LET_IN:
        raise CarrierDown(f"refused_{status}")
    return REFUSALS.get(status, CallOutcome.FAILED)


def _has_sign(call: OutgoingCall, uac: SipUAC) -> bool:
    """Whether anything at all came back of a call: "trying" is enough."""
    return any(
        one.response is not None and one.request is not None and one.request.call_id == call.call_id
        for one in uac.transactions.client_transactions.values()
    )


def number_in(uri: str) -> str:
    """The caller's number in E.164; "" where it is withheld, or none."""
    try:
        return read_telephone(parse_uri(uri).user or "").number
    except (NoTelephone, ValueError):
        return ""


async def resolved(server: tuple[str, int]) -> tuple[str, int]:
    """The address of a server by its name.

    Raises:
        OSError: the name is not known.
    """
    found = await asyncio.get_running_loop().getaddrinfo(*server, type=socket.SOCK_DGRAM)
    host, port = found[0][4][:2]
    return str(host), int(port)
