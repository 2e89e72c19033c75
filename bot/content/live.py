"""The municipality's own words in this process: read from the database when there are new ones, and then said.

Each process looks every minute, and at once where something was decided; what is said follows without a restart.
"""

import asyncio
import json
from typing import cast

from sqlalchemy.ext.asyncio import AsyncSession

from bot.content.checks import TextChecks
from bot.content.texts import Texts
from locales.catalog_files.po import Review
from locales.rendering.languages import LANGUAGES, SOURCE
from locales.reviewing.standing import OwnWords, StandingTexts
from storage.content.changes import ContentChange, live_changes, newest_revision
from storage.engine.database import Database
from storage.vocabulary import ContentKind


class OwnContent:
    """What people read in a deployment, with its own words on top; `texts` are those that this process says."""

    def __init__(self, database: Database, texts: Texts) -> None:
        self._database = database
        self._catalogs = texts.renderer.catalogs
        self.texts = StandingTexts(texts.faq)
        self.checks = TextChecks(self.texts, texts.faq)
        self._revision = 0

    async def refresh(self) -> int:
        """Say what holds now; no message is made by it (see reminders.scheduler)."""
        async with self._database.reading() as session:
            await self.refresh_in(session)
        return 0

    async def refresh_in(self, session: AsyncSession) -> None:
        """The same, in a transaction that is open."""
        revision = await newest_revision(session, ContentKind.TEXT)
        if revision == self._revision:
            return
        own = own_words(await live_changes(session, ContentKind.TEXT))
        # Files are read the first time.
        for locale in {SOURCE, *(locale for _, locale in own)}:
            await asyncio.to_thread(self.texts.packaged, locale)
        self._catalogs.put_own(self.texts.put_own(own))
        self._revision = revision


def own_words(changes: list[ContentChange]) -> dict[tuple[str, str], OwnWords]:
    """What holds, by key and language, of changes in the order in which they took effect."""
    found: dict[tuple[str, str], OwnWords] = {}
    for one in changes:
        if one.place not in LANGUAGES:
            continue
        before = found.get((one.key, one.place))
        revision = one.revision or 0
        is_approved = one.reviewer is not None and one.reviewed_on is not None
        found[one.key, one.place] = OwnWords(
            change=one.id,
            revision=revision,
            strings=forms_of(one.value),
            review=Review(one.reviewer or "", one.reviewed_on) if is_approved and one.reviewed_on else None,
            facts_at=revision if one.facts_changed else before.facts_at if before is not None else 0,
        )
    return found


def forms_of(value: str) -> tuple[str, ...]:
    """A text's forms, as a change keeps them."""
    return tuple(str(form) for form in cast(list[object], json.loads(value)))


def stored(forms: tuple[str, ...]) -> str:
    """The same, to be kept."""
    return json.dumps(list(forms), ensure_ascii=False)
