"""What people read, in each language beside the Dutch: found by what it is about, and by what is still to be done."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from starlette.responses import Response

from bot.content.live import OwnContent
from bot.desk.visit import Visit
from locales.rendering.languages import LANGUAGES, SOURCE
from locales.reviewing.standing import StandingText
from storage.content.changes import count_waiting, waiting_changes

CONTENT: Final = "/desk/content"
PAGE: Final = 25
#: The language that is shown first: the one that most people read.
_FIRST: Final = "ar"


class TextState(StrEnum):
    """What the list can be narrowed down to."""

    UNREVIEWED = "unreviewed"  # nobody of the language approved it
    REVIEWED = "reviewed"
    CHANGED = "changed"  # the municipality's own words
    BEHIND = "behind"  # the Dutch says other facts since
    MISSING = "missing"
    UNFIT = "unfit"  # own words that do not go with this version of the text


class ShowsTexts:
    """The list; `content` is what the deployment says."""

    def __init__(self, content: OwnContent) -> None:
        self._content = content

    async def show(self, visit: Visit) -> Response:
        """The texts of one language, in pages."""
        await self._content.refresh_in(visit.session)
        query, texts = visit.query, self._content.texts
        language = query.text("language")
        language = language if language in LANGUAGES else _FIRST
        domain, only = query.text("domain"), query.choice("only", TextState)
        words = query.text("q").casefold().split()
        found = [
            one
            for one in texts.texts(language)
            if domain in ("", one.domain) and (only is None or _is(one, only)) and _has(one, words)
        ]
        last = max(0, (len(found) - 1) // PAGE)
        page = min(query.number("page"), last)
        return visit.page(
            "content.html",
            rows=found[page * PAGE : (page + 1) * PAGE],
            count=len(found),
            page=page,
            last=last,
            query={"language": language, "domain": domain, "only": only or "", "q": query.text("q")},
            language=language,
            domains=texts.domains,
            waiting={one.key for one in await waiting_changes(visit.session, place=language)},
            waiting_count=await count_waiting(visit.session),
            only=list(TextState),
            source=SOURCE,
        )


def _is(one: StandingText, state: TextState) -> bool:
    match state:
        case TextState.UNREVIEWED:
            return one.locale != SOURCE and one.text is not None and one.review is None
        case TextState.REVIEWED:
            return one.review is not None
        case TextState.CHANGED:
            return one.own is not None
        case TextState.BEHIND:
            return one.is_behind
        case TextState.MISSING:
            return one.text is None
        case TextState.UNFIT:
            return one.is_unfit


def _has(one: StandingText, words: Iterable[str]) -> bool:
    said = [one.key, *one.dutch.strings, *(one.text.strings if one.text is not None else ())]
    return all(any(word in text.casefold() for text in said) for word in words)
