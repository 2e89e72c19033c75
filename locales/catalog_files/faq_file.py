"""The FAQ of one language as a catalog file, so that answers go to reviewers and come back as other texts do.

The texts are those of locales/faq/<locale>.yaml. Who approved which stands in locales/reviews/<locale>.csv with the
text's digest: when the text changes, its approval no longer counts.
"""

import csv
import hashlib
import io
import json
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Final

import yaml

from locales.catalog_files.po import UNREVIEWED, Entry, PoFile, Review
from locales.faq.content import FaqContent
from locales.rendering.catalog import FOLDER

FAQ: Final = "faq"
PARTS: Final = ("question", "answer", "answer_migrant")
_COLUMNS: Final = ("key", "digest", "reviewer", "date")


class FaqNotEditable(ValueError):
    """The YAML file is not laid out one text a line, so that a correction has to be made by hand."""


def faq_key(part: str, topic: str) -> str:
    """The name of a text, as in the catalogs: faq.answer.sport."""
    return f"{FAQ}.{part}.{topic}"


def read_faq(content: FaqContent, locale: str, folder: Path = FOLDER) -> PoFile:
    """Every text of one language's FAQ, in the registry's order, with its review."""
    approved = _read_reviews(locale, folder)
    entries = []
    texts = content.texts.get(locale, {})
    for topic in (name for name in content.topics if name in texts):
        for part in PARTS:
            text: str | None = getattr(texts[topic], part)
            if text and not (part != "question" and (locale, topic) in content.behind):
                key = faq_key(part, topic)
                review = approved.get((key, _digest(text)))
                comment = UNREVIEWED if review is None else str(review)
                entries.append(Entry(key, (text,), comments=(comment,)))
    return PoFile(locale, FAQ, "", tuple(entries), forms=1, plural_rule="0")


def write_faq(before: PoFile, after: PoFile, folder: Path = FOLDER) -> None:
    """Put corrections into the YAML file, a line each, and the reviews into their own.

    Raises:
        FaqNotEditable: when a corrected text is not on a line of its own; nothing is written then.
    """
    path = folder / FAQ / f"{after.locale}.yaml"
    old = before.by_key
    changed = {entry.key: entry.strings[0] for entry in after.entries if entry.strings != old[entry.key].strings}
    if changed:
        text = _edited(path.read_text(encoding="utf-8"), changed)
        draft = path.with_suffix(".new")
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    _write_reviews(after, folder)


def _edited(text: str, changed: Mapping[str, str]) -> str:
    wanted = yaml.load(text, Loader=yaml.CSafeLoader)
    for key, correction in changed.items():
        _, part, topic = key.split(".", 2)
        block = re.search(rf"^{re.escape(topic)}:\n(?:[ #].*\n|\n)*", text, re.MULTILINE)
        if block is None:
            raise FaqNotEditable(f"{key} has to be corrected by hand")
        old = re.search(rf"^  {part}:.*$", block[0], re.MULTILINE)
        if old is None:
            raise FaqNotEditable(f"{key} has to be corrected by hand")
        # A JSON string is a YAML string too, and stands on one line.
        line = f"  {part}: {json.dumps(correction, ensure_ascii=False)}"
        start = block.start()
        text = text[: start + old.start()] + line + text[start + old.end() :]
        wanted[topic][part] = correction
    try:
        as_wanted = yaml.load(text, Loader=yaml.CSafeLoader) == wanted
    except yaml.YAMLError:
        as_wanted = False
    if not as_wanted:
        raise FaqNotEditable(f"{', '.join(changed)} must be corrected by hand: a text is not on one line")
    return text


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _reviews_path(locale: str, folder: Path) -> Path:
    return folder / "reviews" / f"{locale}.csv"


def _read_reviews(locale: str, folder: Path) -> dict[tuple[str, str], Review]:
    path = _reviews_path(locale, folder)
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {
            (row["key"], row["digest"]): Review(row["reviewer"], date.fromisoformat(row["date"]))
            for row in csv.DictReader(file)
        }


def _write_reviews(file: PoFile, folder: Path) -> None:
    path = _reviews_path(file.locale, folder)
    rows = [
        (entry.key, _digest(entry.strings[0]), entry.review.name, entry.review.on.isoformat())
        for entry in file.entries
        if entry.review is not None
    ]
    if not rows and not path.exists():
        return
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows(rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.write_text(buffer.getvalue(), encoding="utf-8")
    draft.replace(path)
