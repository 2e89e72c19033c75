"""Questions that found no good answer: kept for the municipality to learn from, without who asked them."""

import re
from collections.abc import Iterable
from typing import Final

from bot.actions.acting import Acting
from storage.people.faq_gaps import FaqGap
from storage.people.people import Consultant
from storage.vocabulary import GapReason

#: Longer questions are letters, not questions.
LONGEST: Final = 300
_GONE: Final = "…"
# Addresses, links, handles, and numbers of three digits and more (telephones, BSN, dates, house numbers with letters).
_TELLING: Final = re.compile(
    r"\S+@\S+|https?://\S+|www\.\S+|@\w+|\+?\d[\d\s./-]*\d{2,}|\d{3,}",
)


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


def scrubbed(text: str, names: Iterable[str]) -> str:
    """The text without addresses, numbers and these names (each word of them that is longer than two letters)."""
    found = _TELLING.sub(_GONE, " ".join(text.split()))
    for word in sorted({word for name in names for word in name.split() if len(word) > 2}, key=len, reverse=True):
        found = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", _GONE, found, flags=re.IGNORECASE)
    return found[:LONGEST]
