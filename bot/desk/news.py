"""Whether anything came in since the first page was opened, for its script to ask: a number, and no names."""

from datetime import datetime, timedelta
from typing import Final

from starlette.responses import JSONResponse, Response

from bot.desk.forms import not_found
from bot.desk.texts import language_of
from bot.desk.visit import Visit
from locales.rendering.message import Text
from storage.attention.news import news_since
from storage.caseload import whose_work

NEWS: Final = "/desk/news"
#: A page that stands open for longer than a session is no page any more.
_LONGEST: Final = timedelta(hours=12)


async def show(visit: Visit) -> Response:
    """How many, and the sentence that says so."""
    try:
        since = datetime.fromisoformat(visit.query.text("since").replace(" ", "+"))
    except ValueError as error:
        raise not_found() from error
    if since.tzinfo is None:
        raise not_found()
    consultant = await visit.acting.consultant()
    theirs = await whose_work(visit.session, consultant.id, visit.acting.today)
    count = await news_since(visit.session, theirs, max(since, visit.acting.now - _LONGEST))
    text = visit.texts.renderer.say(Text("desk.news", {}, count), language_of(visit.request)) if count else ""
    return JSONResponse({"count": count, "text": text})
