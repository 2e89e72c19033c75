"""Keeps what is written from left to right in order inside Arabic script, and the reverse (Unicode isolates).

A value that a message fills in is isolated where the direction may differ; so are Latin words, links and telephone
numbers that stand in a catalog's own text. What is isolated already is left alone.
"""

import re
from functools import lru_cache

FSI, PDI = "\u2068", "\u2069"

_RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
# A Latin word or several, a link, a time, a telephone number: from its first to its last letter or digit. A single
# number needs no isolation.
_RUN = re.compile(
    r"[\u2066-\u2068][^\u2069\n]*\u2069"
    r"|[+/@]?[A-Za-z\u00c0-\u024f0-9](?:[A-Za-z\u00c0-\u024f0-9@/:._%+&=?#'’-]|[ \u00a0](?=[A-Za-z\u00c0-\u024f0-9]))*"
)
_TAIL = re.compile(r"[@/:._%+&=?#'’-]+$")


def has_rtl(text: str) -> bool:
    """Whether a text has letters that run from right to left."""
    return not text.isascii() and _RTL.search(text) is not None


def isolate(text: str) -> str:
    """The text as an island of its own direction. An isolate ends with its line, so each line gets its own."""
    if "\n" in text:
        return "\n".join(map(isolate, text.split("\n")))
    return text if not text or text.startswith(FSI) else f"{FSI}{text}{PDI}"


@lru_cache(maxsize=4096)
def isolate_foreign(text: str) -> str:
    """A right-to-left text whose left-to-right runs are islands."""
    return _RUN.sub(lambda found: _island(found[0]), text)


def _island(run: str) -> str:
    if run[0] in "\u2066\u2067\u2068":
        return run
    tail = found[0] if (found := _TAIL.search(run)) is not None and not run.endswith("://") else ""
    core = run[: len(run) - len(tail)]
    return run if not core or core.isdecimal() else f"{FSI}{core}{PDI}{tail}"
