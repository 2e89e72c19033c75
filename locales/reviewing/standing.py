"""Every text that people read, in each language beside the Dutch, as it stands: the package's own, and on top of it
what a municipality says in its own words.

Texts for consultants are not among them, nor WhatsApp's, which Meta has approved as they are. Files are read when their
language is first asked for, and kept.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

from locales.catalog_files.faq_file import FAQ, read_faq
from locales.catalog_files.po import Entry, PoFile, Review, po_subjects, read_subject
from locales.checking.check import placeholder_faults
from locales.faq.content import FaqContent, Topic
from locales.rendering.catalog import FOLDER, OwnTexts
from locales.rendering.languages import LANGUAGES, SOURCE

#: What messages are about, by catalog; a catalog that stands in none is about something else.
_DOMAINS: Final[Mapping[str, tuple[str, ...]]] = {
    "reminders": ("reminders", "appointments", "brief", "calls", "cancelling", "day_plan"),
    "absences": ("absences",),
    "progress": ("progress", "terms", "milestones"),
    "offers": ("offers", "checkin", "feedback"),
    "access": ("access", "channels", "email", "invitations", "invite_letters", "phone_codes", "sms"),
    "chat": ("dialogue", "help", "listen", "page", "shared", "webchat"),
}
_OTHER: Final = "other"
#: Enough to see by example which numbers a plural form is for.
_EXAMPLES: Final = 4
_NOT_EDITED: Final = ("consultant", "whatsapp")
_BY_SUBJECT: Final = {subject: domain for domain, subjects in _DOMAINS.items() for subject in subjects}
#: The domains of messages; those of answers are the FAQ's groups, with this before them.
MESSAGE_DOMAINS: Final = (*_DOMAINS, _OTHER)
ANSWERS: Final = f"{FAQ}_"


@dataclass(frozen=True, slots=True)
class OwnWords:
    """A municipality's own words for one text in one language: the number of the change that brought them, where it
    stands in the order of all changes, and who of the language approved them. `facts_at` is, of Dutch words, the place
    in that order at which they last came to say other facts; 0 = they say the package's."""

    change: int
    revision: int
    strings: tuple[str, ...]
    review: Review | None = None
    facts_at: int = 0


@dataclass(frozen=True, slots=True)
class StandingText:
    """One text in one language, beside the Dutch; `text` is None where the language has none.

    `is_behind`: the Dutch says other facts since, and is said in its place. `is_unfit`: own words do not go with this
    version of the text, which is said as it was installed. `topic` is the FAQ's, of an answer.
    """

    key: str
    subject: str
    locale: str
    domain: str
    dutch: Entry
    text: Entry | None
    packaged: Entry | None
    own: OwnWords | None = None
    is_behind: bool = False
    is_unfit: bool = False
    topic: Topic | None = None

    @property
    def review(self) -> Review | None:
        """Who approved it; None where nobody did, and of the Dutch."""
        return self.text.review if self.text is not None and self.locale != SOURCE else None


class StandingTexts:
    """The texts of a deployment; `own` are its own words, by key and language, which change while it runs."""

    def __init__(self, faq: FaqContent, folder: Path = FOLDER) -> None:
        self._faq = faq
        self._folder = folder
        self._packaged: dict[str, Mapping[str, PoFile]] = {}
        self._entries: dict[str, Mapping[str, tuple[str, Entry]]] = {}
        self.own: Mapping[tuple[str, str], OwnWords] = MappingProxyType({})
        #: Own words that do not go with this version's text: the package's are said.
        self.unfit: Mapping[tuple[str, str], OwnWords] = MappingProxyType({})

    @property
    def domains(self) -> list[str]:
        """What texts are about: answers by group, then messages."""
        groups = dict.fromkeys(topic.group for topic in self._faq.topics.values())
        return [*(f"{ANSWERS}{group}" for group in groups), *MESSAGE_DOMAINS]

    def put_own(self, own: Mapping[tuple[str, str], OwnWords]) -> OwnTexts:
        """From now on these are the own words, as far as this version has such texts with such placeholders and forms;
        what is to be said by them."""
        fit = {where: words for where, words in own.items() if self._fits(*where, words)}
        self.own = MappingProxyType(fit)
        self.unfit = MappingProxyType({where: words for where, words in own.items() if where not in fit})
        changed = [key for (key, locale), words in fit.items() if locale == SOURCE and words.facts_at]
        behind = {(key, locale) for key in changed for locale in LANGUAGES if self.is_behind(key, locale)}
        return OwnTexts({where: words.strings for where, words in fit.items()}, frozenset(behind))

    def with_forms(self, key: str, locale: str) -> Iterable[str]:
        """For each form of a text the first numbers that it is for, where it has several; one empty word otherwise."""
        subject, dutch = self._by_key(SOURCE)[key]
        if not dutch.plural:
            return ("",)
        return self.packaged(locale if subject in self.packaged(locale) else SOURCE)[subject].examples(_EXAMPLES)

    def _fits(self, key: str, locale: str, words: OwnWords) -> bool:
        subject, dutch = self._by_key(SOURCE).get(key, ("", None))
        file = self.packaged(locale).get(subject)
        if dutch is None or file is None or len(words.strings) != (file.forms if dutch.plural else 1):
            return False
        return not list(placeholder_faults(dutch, replace(dutch, strings=words.strings)))

    def packaged(self, locale: str) -> Mapping[str, PoFile]:
        """The files of a language as they were installed, by subject, the answers first."""
        if locale not in self._packaged:
            subjects = [name for name in po_subjects(locale, self._folder) if not name.startswith(_NOT_EDITED)]
            files = {name: read_subject(locale, name, self._folder) for name in subjects}
            self._packaged[locale] = {FAQ: read_faq(self._faq, locale, self._folder), **files}
        return self._packaged[locale]

    def files(self, locale: str) -> dict[str, PoFile]:
        """The same, with the own words in their places."""
        return {subject: self._with_own(file) for subject, file in self.packaged(locale).items()}

    def texts(self, locale: str) -> Iterator[StandingText]:
        """Every text of a language, in the order of the Dutch."""
        theirs = self._by_key(locale)
        for key, (subject, dutch) in self._by_key(SOURCE).items():
            yield self._standing(subject, dutch, theirs.get(key, (subject, None))[1], locale)

    def text(self, key: str, locale: str) -> StandingText | None:
        """One of them; None where there is no such text."""
        subject, dutch = self._by_key(SOURCE).get(key, ("", None))
        if dutch is None:
            return None
        return self._standing(subject, dutch, self._by_key(locale).get(key, (subject, None))[1], locale)

    def is_behind(self, key: str, locale: str) -> bool:
        """Whether the Dutch says other facts since this language's words were written."""
        dutch = self.own.get((key, SOURCE))
        if locale == SOURCE or dutch is None:
            return False
        own = self.own.get((key, locale))
        return (own.revision if own is not None else 0) < dutch.facts_at

    def _by_key(self, locale: str) -> Mapping[str, tuple[str, Entry]]:
        if locale not in self._entries:
            files = self.packaged(locale).items()
            self._entries[locale] = {one.key: (subject, one) for subject, file in files for one in file.entries}
        return self._entries[locale]

    def _standing(self, subject: str, dutch: Entry, packaged: Entry | None, locale: str) -> StandingText:
        key = dutch.key
        topic = self._faq.topics.get(key.split(".", 2)[2]) if subject == FAQ else None
        return StandingText(
            key=key,
            subject=subject,
            locale=locale,
            domain=f"{ANSWERS}{topic.group}" if topic is not None else _BY_SUBJECT.get(subject, _OTHER),
            dutch=self._own_entry(dutch, SOURCE),
            text=self._own_entry(packaged, locale) if packaged is not None and packaged.translated else None,
            packaged=packaged,
            own=self.own.get((key, locale)),
            is_behind=self.is_behind(key, locale),
            is_unfit=(key, locale) in self.unfit,
            topic=topic,
        )

    def _with_own(self, file: PoFile) -> PoFile:
        return replace(file, entries=tuple(self._own_entry(entry, file.locale) for entry in file.entries))

    def _own_entry(self, entry: Entry, locale: str) -> Entry:
        own = self.own.get((entry.key, locale))
        return entry if own is None else replace(entry, strings=own.strings).with_review(own.review)
