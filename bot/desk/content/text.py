"""One text in one language beside the Dutch: what it says, what was changed, and a form for other words, which are
looked at first and then put before a second person."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from starlette.responses import Response

from bot.actions.content.changing import WantedChange
from bot.content.checks import TextFinding
from bot.content.live import OwnContent, stored
from bot.content.preview import as_read
from bot.desk.content.proposing import put_before_second
from bot.desk.content.texts import CONTENT
from bot.desk.door import DeskDoor
from bot.desk.forms import JustDone, not_found, then
from bot.desk.visit import Visit
from locales.rendering.languages import LANGUAGES, SOURCE
from locales.reviewing.standing import StandingText
from storage.content.changes import changes_of, emails_of, waiting_changes
from storage.vocabulary import ContentKind, ContentState

_HISTORY: Final = 20
_LONGEST_NAME: Final = 80


@dataclass(frozen=True, slots=True)
class TypedWords:
    """What was typed into the form: the words, who of the language approved them, whether the facts changed."""

    strings: tuple[str, ...]
    reviewer: str = ""
    facts_changed: bool = False


def text_path(key: str, language: str) -> str:
    """The address of a text's page."""
    return f"{CONTENT}/texts/{language}/{key}"


class ChangesTexts:
    """The page of one text; `content` is what this deployment says."""

    def __init__(self, door: DeskDoor, content: OwnContent) -> None:
        self._door = door
        self._content = content

    async def show(self, visit: Visit) -> Response:
        """The text as it stands, and the form."""
        one = await self._asked(visit)
        said = one.text.strings if one.text is not None else ("",) * len(one.dutch.strings)
        return await self._page(visit, one, TypedWords(said), looked=False, findings=())

    async def look(self, visit: Visit) -> Response:
        """What is wrong with other words, and how people would read them; nothing is kept."""
        one = await self._asked(visit)
        typed, findings = await self._typed(visit, one)
        return await self._page(visit, one, typed, looked=True, findings=findings)

    async def propose(self, visit: Visit) -> Response:
        """Put them before a second person."""
        one = await self._asked(visit)
        typed, findings = await self._typed(visit, one)
        if findings:
            return await self._page(visit, one, typed, looked=True, findings=findings)
        before = one.text.strings if one.text is not None else ()
        if typed.strings == before and not typed.reviewer:
            return then(text_path(one.key, one.locale), JustDone.NO_CHANGE)
        wanted = WantedChange(
            kind=ContentKind.TEXT,
            key=one.key,
            place=one.locale,
            value=stored(typed.strings),
            before=stored(before),
            facts_changed=typed.facts_changed,
            reviewer=typed.reviewer or None,
            reviewed_on=visit.acting.today if typed.reviewer else None,
        )
        return await put_before_second(self._door, visit, [wanted], text_path(one.key, one.locale))

    async def _asked(self, visit: Visit) -> StandingText:
        await self._content.refresh_in(visit.session)
        key, locale = str(visit.request.path_params["key"]), str(visit.request.path_params["language"])
        one = self._content.texts.text(key, locale) if locale in LANGUAGES else None
        if one is None:
            raise not_found()
        return one

    async def _typed(self, visit: Visit, one: StandingText) -> tuple[TypedWords, Sequence[TextFinding]]:
        await self._content.checks.ready()
        form, forms = visit.form, list(self._content.texts.with_forms(one.key, one.locale))
        # Browsers send the ends of lines as CR LF.
        strings = tuple(form.text(f"words_{number}").replace("\r\n", "\n") for number in range(len(forms)))
        is_dutch = one.locale == SOURCE
        facts = is_dutch and form.text("facts") == "yes"
        typed = TypedWords(strings, "" if is_dutch else form.text("reviewer")[:_LONGEST_NAME], facts)
        return typed, self._content.checks.findings(one, strings, facts_changed=facts)

    async def _page(
        self, visit: Visit, one: StandingText, typed: TypedWords, *, looked: bool, findings: Sequence[TextFinding]
    ) -> Response:
        history = await changes_of(visit.session, ContentKind.TEXT, one.key, one.locale, _HISTORY)
        waiting = await waiting_changes(visit.session, kind=ContentKind.TEXT, key=one.key, place=one.locale)
        forms = list(self._content.texts.with_forms(one.key, one.locale))
        renderer = visit.texts.renderer
        return visit.page(
            "content_text.html",
            one=one,
            forms=forms,
            typed=typed,
            looked=looked,
            findings=findings,
            reads=as_read(renderer, one, typed.strings, forms, visit.acting.now) if looked and not findings else (),
            waiting=waiting,
            history=history,
            live=[change for change in history if change.state is ContentState.LIVE],
            emails=await emails_of(visit.session, history),
            source=SOURCE,
            address=text_path(one.key, one.locale),
        )
