"""Takes out of a question what would tell who asked it, before it is kept for learning."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

#: Longer questions are letters, not questions.
LONGEST: Final = 300
_GONE: Final = "…"
# Addresses, links, handles, and numbers of three digits and more (telephones, BSN, dates, house numbers with letters).
_TELLING: Final = re.compile(
    r"\S+@\S+|https?://\S+|www\.\S+|@\w+|\+?\d[\d\s./-]*\d{2,}|\d{3,}",
)


def scrubbed(text: str, names: Iterable[str]) -> str:
    """The text without addresses, numbers and these names (each word of them that is longer than two letters)."""
    found = _TELLING.sub(_GONE, " ".join(text.split()))
    for word in sorted({word for name in names for word in name.split() if len(word) > 2}, key=len, reverse=True):
        found = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", _GONE, found, flags=re.IGNORECASE)
    return found[:LONGEST]
