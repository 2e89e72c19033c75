"""Who says what: a composer for messages that carry their body, and the choice of a composer by kind."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from locales.rendering.message import Body
from reminders.delivery.composing import ClaimedMessage, Composed, Composer, Skip
from storage.vocabulary import MessageState


class SayComposer:
    """Composes messages that carry their body: the dialogue's replies and what is told to others (kind "say")."""

    async def compose(
        self, session: AsyncSession, rows: Sequence[ClaimedMessage], now: datetime
    ) -> Mapping[int, Composed]:
        """See Composer."""
        return {row.id: Body.from_json(row.params) for row in rows}


class ComposersByKind:
    """Gives each row to the composer of its kind; a kind that nobody composes fails."""

    def __init__(self, by_kind: Mapping[str, Composer]) -> None:
        self._by_kind = dict(by_kind)

    async def compose(
        self, session: AsyncSession, rows: Sequence[ClaimedMessage], now: datetime
    ) -> Mapping[int, Composed]:
        """See Composer."""
        composed: dict[int, Composed] = {}
        groups: dict[Composer, list[ClaimedMessage]] = {}
        for row in rows:
            composer = self._by_kind.get(row.kind)
            if composer is None:
                composed[row.id] = Skip("unknown_kind", MessageState.FAILED)
            else:
                groups.setdefault(composer, []).append(row)
        for composer, group in groups.items():
            composed.update(await composer.compose(session, group, now))
        return composed
