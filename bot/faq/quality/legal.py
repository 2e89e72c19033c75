"""docs/legal.md, made from data: every statement people read, where it stands, for whom it holds, who confirmed it.

A municipality confirms row by row: a sheet goes out, comes back with a date, and what was confirmed is kept with a
digest of the Dutch text. When the text changes, its confirmation no longer counts.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from bot.faq.quality.check import TopicFault
from locales.faq.content import SOURCE, FaqContent, Topic
from locales.faq.sources import Cited, Support, check_numbers, statements

#: The catalogs' texts that state what the law or Maatje itself does.
STATING: Final = ("term.", "milestone.", "absence.", "consent.", "privacy.")
#: A source that was read longer ago may have changed.
_A_YEAR: Final = timedelta(days=365)
_COLUMNS: Final = ("id", "digest", "statement", "applies_to", "sources", "unverified", "confirmed_by", "confirmed_on")
_WHO: Final = {"all": "everybody", "asylum": "asylum", "migrant": "migrants"}


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalRow:
    """One statement. `confirmed_by` is "" until a municipality confirmed this very text."""

    id: str
    statement: str
    applies_to: str
    support: Support
    confirmed_by: str = ""
    confirmed_on: date | None = None

    @property
    def digest(self) -> str:
        """Changes with the Dutch text."""
        return hashlib.sha256(self.statement.encode()).hexdigest()[:12]

    @property
    def sources(self) -> str:
        """Where it stands, in one line."""
        return "; ".join(str(citation) for citation in self.support.citations)

    def as_dict(self) -> dict[str, object]:
        """The row as JSON."""
        return {
            "id": self.id,
            "statement": self.statement,
            "applies_to": self.applies_to,
            "sources": [
                {"name": str(citation), "where": citation.text.where, "text_of": citation.text.text_of.isoformat()}
                for citation in self.support.citations
            ],
            "unverified": self.support.unverified,
            "confirmed_by": self.confirmed_by or None,
            "confirmed_on": self.confirmed_on.isoformat() if self.confirmed_on else None,
        }


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A municipality's word that a statement is right, with the day."""

    by: str
    on: date


#: By row id and digest.
Confirmations = Mapping[tuple[str, str], Confirmation]


class ConfirmationsUnreadable(ValueError):
    """A file of confirmations that is none; says what to mend."""


def legal_rows(content: FaqContent, messages: Mapping[str, str], confirmed: Confirmations) -> list[LegalRow]:
    """Every statement with a source, in the order of the registry and then of the catalogs.

    `messages` are the Dutch texts of the catalogs by key.
    """
    rows = [*_answers(content), *_messages(content, messages)]
    return [
        replace(row, confirmed_by=found.by, confirmed_on=found.on)
        if (found := confirmed.get((row.id, row.digest))) is not None
        else row
        for row in rows
    ]


def legal_faults(content: FaqContent, messages: Mapping[str, str]) -> list[TopicFault]:
    """Statements without a row, and rows without a statement."""
    own = [topic for locale, topic in content.overridden if locale == SOURCE]
    faults = [
        TopicFault("source", "", topic, message)
        for topic, message in check_numbers(_dutch(content), content.sources, own)
    ]
    faults += [
        TopicFault("source", "", key, "has no source in sources.yaml")
        for key in _stating(messages)
        if content.sources.of_message(key) is None
    ]
    return faults


def old_sources(rows: Iterable[LegalRow], today: date) -> list[str]:
    """A sentence for each text that was read longer than a year ago."""
    texts = {citation.key: citation for row in rows for citation in row.support.citations}
    return [
        f"{citation.text.name} was read on {citation.text.read_on.isoformat()}: read it again"
        for citation in texts.values()
        if citation.key not in _TIMELESS and citation.text.read_on < today - _A_YEAR
    ]


#: What the program or the municipality itself says does not grow old by being read long ago.
_TIMELESS: Final = frozenset({"own", "local"})


def as_markdown(rows: Sequence[LegalRow]) -> str:
    """docs/legal.md."""
    cited: dict[str, Cited] = {c.key: c for row in rows for c in row.support.citations}
    open_rows = [row for row in rows if row.support.unverified]
    lines = [
        "# What people are told, and where it stands",
        "",
        "Made by `maatje faq legal --write docs/legal.md` from `locales/faq/sources.yaml` and the Dutch texts; do not",
        "edit it by hand. `maatje faq check` fails on a statement without a row and warns when a source was read more",
        "than a year ago. A municipality confirms row by row: `maatje faq sheet FILE.csv` goes out, and",
        "`maatje faq confirm FILE.csv --municipality NAME` takes it in.",
        "",
        f"{len(rows)} statements, {sum(bool(row.confirmed_by) for row in rows)} confirmed, "
        f"{len(open_rows)} not verified.",
        "",
        "## Sources",
        "",
        "| short | name | where it was read | text of | read on |",
        "|---|---|---|---|---|",
        *(
            f"| {key} | {c.text.name} | {c.text.where} | {c.text.text_of} | {c.text.read_on} |"
            for key, c in cited.items()
        ),
        "",
        "## Not verified: to be asked of the municipality before it goes live",
        "",
        *_table(open_rows),
        "",
        "## Every statement",
        "",
        *_table(rows),
    ]
    return "\n".join(lines) + "\n"


def _table(rows: Sequence[LegalRow]) -> Iterator[str]:
    yield "| id | statement (Dutch) | for | stands in | text of | confirmed by |"
    yield "|---|---|---|---|---|---|"
    for row in rows:
        newest = max((c.text.text_of for c in row.support.citations), default=None)
        confirmed = f"{row.confirmed_by}, {row.confirmed_on}" if row.confirmed_by else ""
        doubt = " **?**" if row.support.unverified else ""
        text = row.statement.replace("|", "/").replace("\n", " ")
        yield f"| {row.id} | {text} | {row.applies_to} | {row.sources}{doubt} | {newest or ''} | {confirmed} |"


def to_sheet(rows: Sequence[LegalRow]) -> bytes:
    """As CSV for a spreadsheet; `confirmed_by` and `confirmed_on` are to be filled in."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(_COLUMNS)
    for row in rows:
        doubt = "yes" if row.support.unverified else ""
        day = row.confirmed_on.isoformat() if row.confirmed_on else ""
        writer.writerow([row.id, row.digest, row.statement, row.applies_to, row.sources, doubt, row.confirmed_by, day])
    return buffer.getvalue().encode("utf-8-sig")


def from_sheet(data: bytes) -> dict[tuple[str, str], Confirmation]:
    """What a sheet, or a kept file of confirmations, confirms: rows with both columns filled in.

    Raises:
        ConfirmationsUnreadable: when it is no such table, or a date in it is none.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfirmationsUnreadable("is not saved as UTF-8") from error
    head = text.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count))
    if missing := {"id", "digest", "confirmed_by", "confirmed_on"} - set(reader.fieldnames or ()):
        raise ConfirmationsUnreadable(f"has no column {min(missing)}")
    found: dict[tuple[str, str], Confirmation] = {}
    for number, row in enumerate(reader, start=2):
        by, on = (row["confirmed_by"] or "").strip(), (row["confirmed_on"] or "").strip()
        if not by and not on:
            continue
        if not by or not on:
            raise ConfirmationsUnreadable(f"row {number}: fill in both confirmed_by and confirmed_on")
        try:
            found[row["id"], row["digest"]] = Confirmation(by, date.fromisoformat(on))
        except ValueError as error:
            raise ConfirmationsUnreadable(f"row {number}: '{on[:20]}' is no date; write it as 2027-03-01") from error
    return found


def read_confirmations(path: Path) -> dict[tuple[str, str], Confirmation]:
    """What was confirmed so far; nothing when the file is not there yet.

    Raises:
        ConfirmationsUnreadable: see `from_sheet`.
    """
    return from_sheet(path.read_bytes()) if path.exists() else {}


def write_confirmations(path: Path, rows: Sequence[LegalRow]) -> None:
    """Keep what is confirmed of these rows."""
    path.write_bytes(to_sheet([row for row in rows if row.confirmed_by]))


def confirm_rows(rows: Sequence[LegalRow], given: Confirmations, municipality: str) -> tuple[list[LegalRow], list[str]]:
    """The rows with what a sheet confirms of them in a municipality's name, and what it confirms of another text.

    Who signed stands before the municipality's name: "J. de Vries, Huizen".
    """
    known = {(row.id, row.digest) for row in rows}
    stale = sorted({row_id for row_id, digest in given if (row_id, digest) not in known})
    return [
        replace(row, confirmed_by=_signed(found.by, municipality), confirmed_on=found.on)
        if (found := given.get((row.id, row.digest))) is not None
        else row
        for row in rows
    ], stale


def _signed(by: str, municipality: str) -> str:
    return by if municipality.casefold() in by.casefold() else f"{by}, {municipality}"


def _answers(content: FaqContent) -> Iterator[LegalRow]:
    for topic_id, parts in _dutch(content).items():
        topic = content.topics[topic_id]
        own = (SOURCE, topic_id) in content.overridden
        for part, text in parts.items():
            given = content.sources.faq.get(topic_id, {}).get(part, ())
            for number, statement in enumerate(statements(text), start=1):
                if own:
                    support = content.sources.local
                elif number <= len(given):
                    support = given[number - 1]
                else:
                    continue
                name = topic_id if part == "answer" else f"{topic_id}.migrant"
                yield LegalRow(
                    id=f"{name}.{number}",
                    statement=statement,
                    applies_to=_applies_to(topic, part, split="answer_migrant" in parts),
                    support=support,
                )


def _messages(content: FaqContent, messages: Mapping[str, str]) -> Iterator[LegalRow]:
    for key in _stating(messages):
        support = content.sources.of_message(key)
        if support is not None:
            yield LegalRow(id=key, statement=messages[key], applies_to="everybody it is said to", support=support)


def _stating(messages: Mapping[str, str]) -> list[str]:
    return [key for key in messages if key.startswith(STATING)]


def _dutch(content: FaqContent) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for topic in content.topics:
        text = content.texts[SOURCE].get(topic)
        if text is not None:
            found[topic] = {"answer": text.answer}
            if text.answer_migrant is not None:
                found[topic]["answer_migrant"] = text.answer_migrant
    return found


def _applies_to(topic: Topic, part: str, *, split: bool) -> str:
    who = "migrants" if part == "answer_migrant" else "asylum" if split else _WHO[topic.applies_to]
    route = f", {' and '.join(topic.route)} route" if topic.route else ""
    return f"{who}{route}{', with a benefit' if topic.benefit else ''}"
