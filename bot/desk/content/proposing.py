"""Changes are put before a second person, and what the page says of it then."""

from collections.abc import Mapping, Sequence
from typing import Final

from starlette.responses import Response

from bot.actions.content.changing import ContentRefused, WantedChange, propose
from bot.desk.content.texts import CONTENT
from bot.desk.door import DeskDoor
from bot.desk.forms import JustDone, not_found, then
from bot.desk.visit import Visit

WAITING: Final = f"{CONTENT}/waiting"
#: What a page says of what was refused; that something is not theirs is said nowhere.
SAID: Final[Mapping[ContentRefused, JustDone]] = {
    ContentRefused.NOTHING: JustDone.NO_CHANGE,
    ContentRefused.WAITS: JustDone.WAITS_ALREADY,
    ContentRefused.OWN: JustDone.OWN_PROPOSAL,
    ContentRefused.GONE: JustDone.CHANGED,
    ContentRefused.CHANGED: JustDone.OUT_OF_DATE,
}


async def put_before_second(door: DeskDoor, visit: Visit, wanted: Sequence[WantedChange], back: str) -> Response:
    """Propose these changes, all or none: to what waits, or `back` to the page of the form with why not.

    Raises:
        HTTPException: 404, they are not whoever's who asks.
    """
    async with door.database.writing() as session:
        made = await propose(door.acting(visit.who.actor, session), wanted)
    if made is ContentRefused.NOT_THEIRS:
        raise not_found()
    return then(back, SAID[made]) if isinstance(made, ContentRefused) else then(WAITING, JustDone.PROPOSED)
