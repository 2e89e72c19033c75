"""Holds every catalog against the Dutch one, and the keys of the catalogs against the program.

Consultants read Dutch or English: subjects whose name begins with "consultant" are asked of those two only.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from babel import Locale

from locales.catalog_files.faq_file import FAQ, read_faq
from locales.catalog_files.po import Entry, PoFile, UnreadablePo, read_locale
from locales.checking.faq_check import answer_faults, faq_faults, parts
from locales.checking.key_usage import KeyUsage
from locales.checking.readability import MOST_WORDS, Readability, readability
from locales.checking.text_check import BUTTON_CHARACTERS, TextFault, label_width, placeholders, text_faults, words
from locales.faq.content import FaqContent
from locales.glossary.reading import Glossary
from locales.rendering.catalog import FOLDER
from locales.rendering.languages import SOURCE

Kind = (
    Literal["unreadable", "gap", "missing", "fuzzy", "plural", "unknown", "unused", "glossary", "readability"]
    | TextFault
)

CONSULTANT_LOCALES: Final = frozenset({SOURCE, "en"})


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to mend. `subject` and `key` are "" where the fault is not in one of them."""

    kind: Kind
    locale: str
    subject: str
    key: str
    message: str

    def __str__(self) -> str:
        """The fault in one line."""
        return f"{'/'.join(part for part in (self.locale, self.subject, self.key) if part)}: {self.message}"


@dataclass(slots=True)
class LocaleState:
    """The count of one locale. `words` are those of the translation, `of` how many texts the source has for it."""

    locale: str
    of: int = 0
    translated: int = 0
    missing: int = 0
    fuzzy: int = 0
    unreviewed: int = 0
    reviewed: int = 0
    broken_placeholders: int = 0
    words: int = 0
    faq_texts: int = 0
    faq_words: int = 0
    faq_reviewed: int = 0
    # Dutch only: how easy each text is to read, by its key.
    readability: dict[str, Readability] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def is_asked(subject: str, locale: str) -> bool:
    """Whether a locale needs the texts of a subject."""
    return locale in CONSULTANT_LOCALES or not subject.startswith("consultant")


class CatalogCheck:
    """Checks locales one by one; reads the Dutch once.

    Raises:
        UnreadablePo: when the Dutch itself cannot be read.
    """

    def __init__(
        self,
        usage: KeyUsage,
        glossary: Glossary,
        folder: Path = FOLDER,
        faq: FaqContent | None = None,
        source: Mapping[str, PoFile] | None = None,
    ) -> None:
        """`source` are the Dutch texts, the answers among them, where they are not the files'."""
        self._usage, self._glossary, self._folder, self._faq = usage, glossary, folder, faq
        self._answers_in_dutch = source.get(FAQ) if source is not None else None
        files = read_locale(SOURCE, folder) if source is None else source
        self.source = {subject: file for subject, file in files.items() if subject != FAQ}

    def locale(self, locale: str) -> LocaleState:
        """The state of one locale and what is wrong with it."""
        state = LocaleState(locale)
        self._answers(state)
        try:
            files = self.source if locale == SOURCE else read_locale(locale, self._folder)
        except UnreadablePo as error:
            state.faults.append(Fault("unreadable", locale, "", "", str(error)))
            return state
        asked = {subject: file for subject, file in self.source.items() if is_asked(subject, locale)}
        state.of = sum(len(file.entries) for file in asked.values())
        if not files:
            state.missing = state.of
            state.faults.append(Fault("gap", locale, "", "", "there is no catalog"))
            return state
        for subject, source in asked.items():
            if (file := files.get(subject)) is None:
                state.missing += len(source.entries)
                state.faults.append(Fault("gap", locale, subject, "", "there is no such file"))
                continue
            state.faults += self._plural_rule(file)
            for entry in source.entries:
                self._entry(state, subject, entry, file)
        state.faults += self._strangers(locale, files)
        return state

    def _answer_faults(self, file: PoFile, entry: Entry) -> Iterator[tuple[Kind, str]]:
        if self._faq is None:
            return
        topic = entry.key.split(".", 2)[2]
        answers = self._answers_in_dutch or read_faq(self._faq, SOURCE, self._folder)
        source = [one.strings[0] for one in answers.entries if one.key.split(".", 2)[2] == topic]
        yield from answer_faults(source, entry.strings[0], file.locale, self._glossary)

    def _answers(self, state: LocaleState) -> None:
        if self._faq is None:
            return
        texts = [part for text in self._faq.texts.get(state.locale, {}).values() for part in parts(text)]
        state.faq_texts, state.faq_words = len(texts), sum(len(words(text)) for text in texts)
        answers = read_faq(self._faq, state.locale, self._folder).entries
        state.faq_reviewed = sum(entry.review is not None for entry in answers)
        if state.locale == SOURCE:
            measured = {entry.key: readability(entry.strings[0], self._glossary) for entry in answers}
            state.readability |= measured
            state.faults += [
                Fault("readability", SOURCE, "faq", key, _too_long(figures.longest_sentence))
                for key, figures in measured.items()
                if figures.longest_sentence > MOST_WORDS
            ]
        state.faults += [
            Fault(kind, state.locale, "faq", topic, message)
            for topic, kind, message in faq_faults(self._faq, state.locale, self._glossary)
        ]

    def program(self) -> list[Fault]:
        """Keys that code uses and no catalog has, and texts that no code uses."""
        known = {entry.key: subject for subject, file in self.source.items() for entry in file.entries}
        faults = [
            Fault("missing", SOURCE, "", key, f"used in {where}, and there is no text")
            for key, where in sorted(self._usage.needed.items())
            if key not in known
        ]
        faults += [
            Fault("unused", SOURCE, subject, key, "no code uses this text")
            for key, subject in known.items()
            if not self._usage.uses(key)
        ]
        twice = Counter(entry.key for file in self.source.values() for entry in file.entries)
        faults += [
            Fault("unknown", SOURCE, known[key], key, "stands in two catalogs") for key, n in twice.items() if n > 1
        ]
        return faults

    def entry_faults(self, file: PoFile, entry: Entry) -> list[str]:
        """What would be wrong with one text of a locale: what the check says of it."""
        return [message for _, message in self.entry_findings(file, entry)]

    def entry_findings(self, file: PoFile, entry: Entry) -> list[tuple[Kind, str]]:
        """The same, each with its kind."""
        if file.subject == FAQ:
            return list(self._answer_faults(file, entry))
        return list(self._entry_faults(self.source[file.subject].by_key[entry.key], entry, file))

    def _entry(self, state: LocaleState, subject: str, source: Entry, file: PoFile) -> None:
        entry = file.by_key.get(source.key)
        if entry is None or not entry.translated:
            state.missing += 1
            state.faults.append(Fault("missing", state.locale, subject, source.key, "has no text"))
            return
        state.translated += 1
        state.words += len(words(entry.strings[-1]))
        if state.locale != SOURCE:
            state.reviewed += entry.review is not None
            state.unreviewed += entry.review is None
        else:
            state.readability[entry.key] = readability(entry.strings[-1], self._glossary)
        found = [
            Fault(kind, state.locale, subject, source.key, message)
            for kind, message in self._entry_faults(source, entry, file)
        ]
        state.fuzzy += entry.fuzzy
        state.broken_placeholders += any(fault.kind == "placeholders" for fault in found)
        state.faults += found

    def _entry_faults(self, source: Entry, entry: Entry, file: PoFile) -> Iterator[tuple[Kind, str]]:
        if entry.fuzzy:
            yield "fuzzy", "is marked fuzzy"
        if entry.plural != source.plural:
            yield "plural", "has plural forms and the Dutch has none, or the reverse"
            return
        if entry.plural and (len(entry.strings) != file.forms or not all(entry.strings)):
            yield "plural", f"needs {file.forms} plural forms"
        yield from placeholder_faults(source, entry)
        for text in dict.fromkeys(text for text in entry.strings if text):
            yield from text_faults(source.strings[-1], text, file.locale, self._glossary)
            if self._usage.is_label(entry.key) and (width := label_width(text)) > BUTTON_CHARACTERS:
                yield "length", f"{width} characters; a button shows {BUTTON_CHARACTERS}"
        # Consultants read well and know the terms; others read Dutch at level A2 and meet the terms on letters.
        for_consultants = file.subject.startswith("consultant")
        if not for_consultants:
            for text in dict.fromkeys(entry.strings):
                yield from (("glossary", message) for message in self._glossary.avoided(text, file.locale))
        if file.locale == SOURCE:
            longest = readability(entry.strings[-1], self._glossary).longest_sentence
            if longest > MOST_WORDS and not for_consultants:
                yield "readability", _too_long(longest)
        elif not for_consultants:
            for message in self._glossary.inconsistent(source.strings[-1], entry.strings[-1], file.locale):
                yield "glossary", message

    def _strangers(self, locale: str, files: Mapping[str, PoFile]) -> Iterator[Fault]:
        for subject, file in files.items():
            known = self.source[subject].by_key if subject in self.source else {}
            for entry in file.entries:
                if entry.key not in known:
                    yield Fault("unknown", locale, subject, entry.key, "is not in the Dutch catalog")

    def _plural_rule(self, file: PoFile) -> list[Fault]:
        """The header's plural forms must keep apart what the language keeps apart in whole numbers (CLDR)."""
        category = Locale.parse(file.locale).plural_form
        needed = {category(number) for number in range(121)}
        # With one or two forms languages differ in taste (Turkish and Persian nouns stay singular after a number).
        if len(needed) <= 2 and file.forms <= 2:
            return []
        if file.forms == len(needed):
            return []
        return [Fault("plural", file.locale, file.subject, "", f"the header needs nplurals={len(needed)}")]


def _too_long(longest: int) -> str:
    return f"has a sentence of {longest} words; split it (at most {MOST_WORDS})"


def placeholder_faults(source: Entry, entry: Entry) -> Iterator[tuple[Kind, str]]:
    """Every form has the Dutch placeholders; {count} may be left out where a form says the number in a word."""
    try:
        wanted = placeholders(source.strings[-1])
        forms = [placeholders(text) for text in entry.strings if text]
    except ValueError as error:
        yield "placeholders", f"broken: {error}"
        return
    for form in forms:
        if entry.plural:
            form["count"] = wanted["count"]
        if form != wanted:
            lacks, extra = wanted - form, form - wanted
            said = [f"lacks {{{name}}}" for name in sorted(lacks)] + [f"has {{{name}}}" for name in sorted(extra)]
            yield "placeholders", ", ".join(said)
