"""Who stands in on away days: a colleague is asked, and sees the other's people only after their own yes.

Until then whoever stood in before goes on. Who asked hears the answer, and hears of silence after a day.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot.actions.acting import Acting, for_themselves
from bot.configuration.municipality import Municipalities
from bot.telling import people as told
from reminders.planning.after_absence import pass_to
from storage.outbox.message import Outgoing, put
from storage.people.people import Consultant, asked_to_stand_in, colleagues_of

#: A working day: who has not answered then is away, or does not want to.
SILENT_AFTER: Final = timedelta(hours=24)
# Longer than any service stands still: what is older was told.
_TOLD_WITHIN: Final = timedelta(days=14)


class StandInRefused(StrEnum):
    """Why nobody is asked, or an answer does nothing."""

    NO_COLLEAGUE = "no_colleague"  # no such colleague, or of a municipality whose people they are not to see
    NOT_ASKED = "not_asked"  # not asked, or somebody else was asked since


@dataclass(frozen=True, slots=True)
class StandInAnswer:
    """What a colleague said to whom."""

    colleague: Consultant
    stands_in: bool


async def may_stand_in(
    session: AsyncSession, consultant: Consultant, municipalities: Municipalities
) -> list[Consultant]:
    """The colleagues who may be asked, by name: of the same municipality, and of those that its configuration names."""
    return await colleagues_of(session, consultant, also=municipalities.of(consultant.municipality).stand_in_with)


async def ask_to_stand_in(acting: Acting, colleague_id: int, *, once: str) -> Consultant | StandInRefused:
    """Ask a colleague to stand in for the consultant who acts; who already does is asked nothing. `once` makes it one
    message."""
    consultant = await acting.consultant()
    colleagues = await may_stand_in(acting.session, consultant, acting.parts.municipalities)
    chosen = next((colleague for colleague in colleagues if colleague.id == colleague_id), None)
    if chosen is None:
        return StandInRefused.NO_COLLEAGUE
    if chosen.id == consultant.stand_in_id:
        consultant.stand_in_asked_id = consultant.stand_in_asked_at = None
        return chosen
    consultant.stand_in_asked_id, consultant.stand_in_asked_at = chosen.id, acting.now
    acting.audit("asked_to_stand_in", f"consultant:{chosen.id}")
    await acting.tell_colleague(chosen.id, f"stand_in:{consultant.id}:{once}", told.will_you_stand_in(consultant))
    return chosen


async def answer_stand_in(
    acting: Acting, colleague_id: int, *, agrees: bool, once: str
) -> StandInAnswer | StandInRefused:
    """The consultant who acts stands in for a colleague who asked, or does not, also when they did until now.

    After the yes they see the colleague's people on away days, and what nobody saw yet goes to them when it is shown
    for the last time. `once` makes it one message.
    """
    me = await acting.consultant()
    colleague = await acting.session.get(Consultant, colleague_id, with_for_update=True)
    if colleague is None or me.id not in (colleague.stand_in_asked_id, colleague.stand_in_id):
        return StandInRefused.NOT_ASKED
    was_asked = colleague.stand_in_asked_id == me.id
    if was_asked:
        colleague.stand_in_asked_id = colleague.stand_in_asked_at = None
    if agrees:
        # What a configuration allows may have changed since the question.
        if me not in await may_stand_in(acting.session, colleague, acting.parts.municipalities):
            return StandInRefused.NO_COLLEAGUE
        if colleague.stand_in_id != me.id:
            colleague.stand_in_id = me.id
            await pass_to(acting.session, colleague, me)
    elif colleague.stand_in_id == me.id:
        colleague.stand_in_id = None
    acting.audit("stands_in" if agrees else "does_not_stand_in", f"consultant:{colleague.id}")
    key = f"stand_in_answer:{me.id}:{once}"
    await acting.tell_colleague(colleague.id, key, told.stands_in(me) if agrees else told.does_not_stand_in(me))
    return StandInAnswer(colleague, agrees)


async def tell_of_silence(session: AsyncSession, now: datetime) -> int:
    """Who asked and got no answer for a day hears so, once; how many messages are new."""
    told_now = list[Outgoing]()
    for consultant in await asked_to_stand_in(session, now - _TOLD_WITHIN, now - SILENT_AFTER):
        asked_at = consultant.stand_in_asked_at
        asked = await session.get(Consultant, consultant.stand_in_asked_id)
        if asked is not None and asked_at is not None:
            key = f"stand_in_silent:{consultant.id}:{asked_at.isoformat()}"
            told_now.append(await for_themselves(session, consultant.id, key, told.no_answer(asked), now))
    return len(await put(session, told_now, now))
