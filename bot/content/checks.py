"""What would be wrong with a text as somebody wants it: what `maatje translations check` and `maatje faq check` say,
held against the Dutch as it stands, and what the law has it say.

A number that a law states comes with a version of Maatje and is no municipality's to change; any other number changes
only where it is said that the facts changed.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Final, get_args

from bot.faq.quality.check import answer_findings, numbers
from locales.catalog_files.faq_file import FAQ
from locales.checking.check import CatalogCheck
from locales.checking.key_usage import KeyUsage, scan
from locales.checking.text_check import TextFault
from locales.faq.content import FaqContent, TopicText
from locales.faq.sources import statements
from locales.glossary.reading import Glossary, load_glossary
from locales.rendering.languages import SOURCE
from locales.reviewing.standing import StandingText, StandingTexts

#: Where the program's own sources are, which say what is shown on buttons.
_ROOT: Final = Path(__file__).parents[2]
_PROGRAM: Final = (_ROOT / "bot", _ROOT / "reminders", _ROOT / "locales")
#: What can be wrong with a text that somebody types.
TEXT_FAULTS: Final = (
    "empty",
    "law",
    "facts",
    "amount",
    "placeholder",
    "plural",
    "fuzzy",
    "readability",
    *get_args(TextFault),
)
#: What a text is at most, of whatever kind.
LONGEST: Final = 4_000


@dataclass(frozen=True, slots=True)
class TextFinding:
    """One thing that is wrong: of which kind (a text of the desk says what to do), and the check's own words."""

    kind: str
    message: str


class TextChecks:
    """Checks texts of a deployment; what is needed for it is read once, when it is first asked for."""

    def __init__(self, texts: StandingTexts, faq: FaqContent) -> None:
        self._texts = texts
        self._faq = faq
        self._read: tuple[KeyUsage, Glossary] | None = None

    async def ready(self) -> None:
        """Read the program's sources and the glossary, beside the service's other work; once."""
        if self._read is None:
            self._read = await asyncio.to_thread(_read)

    def findings(self, one: StandingText, strings: Sequence[str], *, facts_changed: bool = False) -> list[TextFinding]:
        """Everything that is wrong with these words for this text; none = they can be proposed. See `ready`.

        Raises:
            LookupError: `ready` was not waited for.
        """
        if self._read is None:
            raise LookupError("the checks are not ready")
        if not all(text.strip() for text in strings) or len(strings) != len(self._forms(one)):
            return [TextFinding("empty", "")]
        if any(len(text) > LONGEST for text in strings):
            return [TextFinding("length", f"{max(map(len, strings))} characters; {LONGEST} at most")]
        found = [*self._by_catalogs(one, strings), *self._by_answers(one, strings)]
        if one.locale == SOURCE:
            found += self._facts(one, strings, facts_changed=facts_changed)
        return list(dict.fromkeys(found))

    def says_other_facts(self, one: StandingText, strings: Sequence[str]) -> bool:
        """Whether Dutch words name other numbers than those that stand."""
        return one.locale == SOURCE and numbers(" ".join(strings)) != numbers(" ".join(one.dutch.strings))

    def _forms(self, one: StandingText) -> Sequence[str]:
        return tuple(self._texts.with_forms(one.key, one.locale))

    def _by_catalogs(self, one: StandingText, strings: Sequence[str]) -> Iterator[TextFinding]:
        usage, glossary = self._read or _read()
        # Dutch words are held against the package's: their placeholders and icons are what the program fills.
        dutch = self._texts.packaged(SOURCE) if one.locale == SOURCE else self._texts.files(SOURCE)
        file = self._texts.packaged(one.locale).get(one.subject)
        if file is None:
            return
        entry = replace(one.text or one.dutch, strings=tuple(strings), flags=())
        check = CatalogCheck(usage, glossary, faq=self._faq, source=dutch)
        for kind, message in check.entry_findings(file, entry):
            # That the package's Dutch names a number is for `_facts`.
            if not (kind == "numbers" and one.locale == SOURCE):
                yield TextFinding(kind, message)

    def _by_answers(self, one: StandingText, strings: Sequence[str]) -> Iterator[TextFinding]:
        if one.topic is None:
            return
        topic, part = one.topic.id, one.key.split(".", 2)[1]
        texts = {SOURCE: self._answers(topic, SOURCE), one.locale: self._answers(topic, one.locale, {part: strings[0]})}
        content = replace(
            self._faq,
            texts=MappingProxyType({locale: MappingProxyType({topic: text}) for locale, text in texts.items()}),
            behind=frozenset(),
        )
        for fault in answer_findings(content, one.locale, topic):
            yield TextFinding(fault.kind, fault.message)

    def _answers(self, topic: str, locale: str, wanted: Mapping[str, str] | None = None) -> TopicText:
        """A topic's texts as they stand, with what is `wanted` in place of its parts."""
        packaged = self._faq.texts[locale][topic]
        said: dict[str, str] = {}
        for part in ("question", "answer", "answer_migrant"):
            standing = self._texts.text(f"{FAQ}.{part}.{topic}", locale)
            if standing is not None and standing.text is not None:
                said[part] = standing.text.strings[0]
        said |= wanted or {}
        return TopicText(
            question=said.get("question", packaged.question),
            answer=said.get("answer", packaged.answer),
            answer_migrant=said.get("answer_migrant", packaged.answer_migrant),
            ask=packaged.ask,
        )

    def _facts(self, one: StandingText, strings: Sequence[str], *, facts_changed: bool) -> Iterator[TextFinding]:
        named = numbers(" ".join(strings))
        if lost := sorted(self._stated_by_law(one) - named):
            yield TextFinding("law", ", ".join(f"{number:g}" for number in lost))
        if not facts_changed and self.says_other_facts(one, strings):
            other = sorted(named ^ numbers(" ".join(one.dutch.strings)))
            yield TextFinding("facts", ", ".join(f"{number:g}" for number in other))

    def _stated_by_law(self, one: StandingText) -> set[float]:
        """The numbers of the package's Dutch text that a law or a ruling states."""
        packaged = one.packaged.strings if one.packaged is not None else ()
        if one.topic is None:
            support = self._faq.sources.of_message(one.key)
            return numbers(" ".join(packaged)) if support is not None and support.is_law else set()
        topic, part = one.topic.id, one.key.split(".", 2)[1]
        # What a municipality's own file says has no sources here.
        if (SOURCE, topic) in self._faq.overridden:
            return set()
        said = statements(packaged[0]) if packaged else []
        supports = self._faq.sources.faq.get(topic, {}).get(part, ())
        return {
            number
            for statement, support in zip(said, supports, strict=False)
            if support.is_law
            for number in numbers(statement)
        }


@lru_cache(maxsize=1)
def _read() -> tuple[KeyUsage, Glossary]:
    usage = scan(_PROGRAM)
    # Of all that the sources say, only what is shown on buttons is asked for here.
    return KeyUsage(labels=usage.labels, label_families=usage.label_families), load_glossary()
