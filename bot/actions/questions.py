"""Questions that found no good answer: kept for the municipality to learn from, without who asked them."""

from bot.actions.acting import Acting
from bot.faq.scrub import scrubbed
from storage.people.faq_gaps import FaqGap
from storage.people.people import Consultant
from storage.vocabulary import GapReason


async def keep_gap(acting: Acting, question: str, language: str, reason: GapReason, topic: str | None = None) -> None:
    """Keep a question in `language`, and the topic that did not help with it.

    Names, numbers and addresses are taken out first; where no words are left, nothing is kept.

    Raises:
        LookupError: no person acts.
    """
    person = await acting.own_person()
    consultant = await acting.session.get(Consultant, person.consultant_id) if person.consultant_id else None
    names = [person.given_name, person.family_name, *([consultant.name] if consultant is not None else [])]
    words = scrubbed(question, names)
    if not words:
        return
    acting.session.add(
        FaqGap(
            # The day only: with the minute it could be laid beside a log.
            at=acting.now.replace(hour=0, minute=0, second=0, microsecond=0),
            municipality=person.municipality,
            language=language,
            reason=reason,
            topic=topic,
            question=words,
        )
    )
