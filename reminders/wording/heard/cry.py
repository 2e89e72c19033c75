"""A cry for help as those hear it who can do something, and what follows it says when it is sent."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from locales.rendering.message import Body, Button, Part, Style, Text, Value
from reminders.delivery.composing import ClaimedMessage, Composed, Skip
from reminders.intents import Act, asks
from reminders.kinds import CALL_DUTY, Kind
from reminders.wording.appointment import name_of
from reminders.wording.heard.reading import reading_parts
from storage.people.people import Consultant, Person
from storage.people.relayed import Letter, letter_by_id


def cry_body(letter: Letter, person: Person, head: Text, call_duty: str | None = None) -> Body:
    """The kind of danger, the telephone, the words, and what can be done with it; a tap calls.

    `call_duty` is the municipality's duty number where Maatje cannot write to it.
    """
    parts = [Part(head, Style.TITLE), *reading_parts(letter.reading)]
    if person.phone:
        parts.append(Part(Text("consultant.urgent_phone", {"telephone": person.phone})))
    if call_duty is not None:
        parts.append(Part(Text("consultant.cry_call_duty", {"telephone": call_duty})))
    if letter.text:
        parts.append(Part(Text("letter.quote", {"text": letter.text}), Style.QUOTE))
    parts.append(Part(Text("consultant.note_language", {"language": Text(f"language.{letter.language}")})))
    rows = [
        (Button(Text("consultant.answer"), asks(Act.REPLY, letter.id), "✍️"),),
        (Button(Text("consultant.seen"), asks(Act.LETTER_SEEN, letter.id), "👀"),),
    ]
    for telephone in (person.phone, call_duty):
        if telephone:
            number = Text("consultant.call", {"telephone": telephone})
            rows.append((Button(number, icon="📞", url=f"tel:{telephone.replace(' ', '')}"),))
    return Body(tuple(parts), tuple(rows))


class CryComposer:
    """Says what follows a cry, as long as nobody has seen it."""

    async def compose(
        self, session: AsyncSession, rows: Sequence[ClaimedMessage], now: datetime
    ) -> Mapping[int, Composed]:
        """See Composer."""
        return {row.id: await _say(session, row) for row in rows}


async def _say(session: AsyncSession, row: ClaimedMessage) -> Composed:
    number = row.params.get("letter_id")
    letter = await letter_by_id(session, number) if isinstance(number, int) else None
    person = await session.get(Person, letter.person_id) if letter is not None else None
    if letter is None or person is None:
        return Skip("nobody")
    if letter.seen_at is not None or letter.answered_at is not None or letter.done_at is not None:
        return Skip("seen")
    if row.kind == Kind.CRY_DUTY:
        # By SMS: who, which danger, which number; the words stay with the consultants.
        need = (letter.reading or {}).get("need")
        said: dict[str, Value] = {
            "need": Text(f"understood.need.{need if isinstance(need, str) else 'emergency'}"),
            "person": name_of(person),
            "telephone": person.phone or "-",
        }
        return Body((Part(Text("consultant.cry_duty", said)),))
    call = row.params.get(CALL_DUTY)
    call_duty = call if isinstance(call, str) else None
    if row.kind == Kind.CRY_PASSED:
        told = await session.get(Consultant, letter.consultant_id) if letter.consultant_id is not None else None
        colleague = told.name if told is not None else ""
        head = Text("consultant.cry_passed", {"person": name_of(person), "colleague": colleague})
    else:
        head = Text("consultant.cry_again", {"person": name_of(person)})
    return cry_body(letter, person, head, call_duty)
