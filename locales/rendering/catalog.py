"""Catalogs: gettext .po files under locales/<locale>/LC_MESSAGES, one file a subject, merged into one per locale.

Message ids are stable names ("menu.title"), not the Dutch text: a comma mended in the Dutch then orphans no
translation, and what code refers to reads as what it is. Dutch (nl) is the source and has a catalog like all others.

Compiled .mo files are used where they are newer than their .po; otherwise the .po is compiled in memory (a checkout
needs no build step).
"""

import gettext
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TypeAlias

from locales.rendering.languages import LANGUAGES, SOURCE, fallback_chain

FOLDER = Path(__file__).parents[1]


class UnknownText(LookupError):
    """No locale of the fallback chain has this text: a defect that `maatje translations check` finds."""


def po_files(locale: str) -> list[Path]:
    """The catalog files of one locale, sorted by name."""
    return sorted((FOLDER / locale / "LC_MESSAGES").glob("*.po"))


def _translations(po: Path, locale: str) -> gettext.GNUTranslations:
    mo = po.with_suffix(".mo")
    if mo.exists() and mo.stat().st_mtime >= po.stat().st_mtime:
        with mo.open("rb") as file:
            return gettext.GNUTranslations(file)
    # Only a checkout compiles its catalogs; what is installed starts without this.
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with po.open("rb") as file:
        catalog = read_po(file, locale=locale)
    buffer = io.BytesIO()
    write_mo(buffer, catalog)
    buffer.seek(0)
    return gettext.GNUTranslations(buffer)


# A further source of texts: the template of a key in exactly this locale, or None.
Source: TypeAlias = Callable[[str, str], str | None]


#: Larger counts are rare, and looked up each time.
OFTEN_COUNTED = 100


@dataclass(frozen=True, slots=True)
class OwnTexts:
    """What is said in place of what the files have, by key and locale, each with all its forms; and which texts are
    `behind`: the Dutch says other facts since, and is said in their place."""

    texts: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    behind: frozenset[tuple[str, str]] = frozenset()


class Catalogs:
    """Texts by key for every locale that has a catalog; loaded when first asked for.

    `sources` are asked for keys by their first word: {"faq": …} serves "faq.answer.sport" from the FAQ's own files.
    """

    def __init__(self, sources: Mapping[str, Source] | None = None) -> None:
        self._sources = dict(sources or {})
        self._own = OwnTexts()
        self._hear_of_change: list[Callable[[], None]] = []
        self._by_locale: dict[str, list[gettext.GNUTranslations]] = {}
        # What a look-up in the files found: the same few hundred texts are said thousands of times a second.
        self._found: dict[tuple[str, str, int | None], tuple[str, str]] = {}

    @cached_property
    def available(self) -> list[str]:
        """The locales that have a catalog, in the order of locales.rendering.languages."""
        return [code for code in LANGUAGES if po_files(code)]

    def put_own(self, own: OwnTexts) -> None:
        """From now on these are said in place of the files' texts, and no earlier ones."""
        self._own = own
        self._found = {}
        for forget in self._hear_of_change:
            forget()

    def when_changed(self, forget: Callable[[], None]) -> None:
        """Call this whenever texts are others than before, so that what was made of them is forgotten."""
        self._hear_of_change.append(forget)

    def is_own(self, key: str, locale: str) -> bool:
        """Whether this locale says other words than its file: what was recorded of the file's does not say them."""
        return (key, locale) in self._own.texts

    def is_fixed(self, key: str) -> bool:
        """Whether a key's texts are read once, from the catalogs' own files, and so stay until `when_changed` says."""
        return key.partition(".")[0] not in self._sources

    def lookup(self, key: str, locale: str, count: int | None = None) -> tuple[str, str]:
        """The template of a key and the locale it was found in.

        Raises:
            UnknownText: when no locale of the chain has it.
        """
        # What is worked out while texts change is put where nobody looks any more.
        known = self._found
        if (found := known.get((key, locale, count))) is not None:
            return found
        template, code = self._search(key, locale, count)
        if (count is None or 0 <= count < OFTEN_COUNTED) and self.is_fixed(key):
            known[key, locale, count] = template, code
        return template, code

    def _search(self, key: str, locale: str, count: int | None) -> tuple[str, str]:
        source = self._sources.get(key.partition(".")[0])
        for code in fallback_chain(locale):
            if (key, code) in self._own.behind and code != SOURCE:
                continue
            if (forms := self._own.texts.get((key, code))) is not None:
                return self._form(forms, code, count), code
            if source is not None:
                template = source(key, code)
                if template is not None:
                    return template, code
                continue
            for translations in self._of(code):
                found = translations.gettext(key) if count is None else translations.ngettext(key, key, count)
                if found != key:
                    return found, code
        raise UnknownText(key)

    def _form(self, forms: tuple[str, ...], locale: str, count: int | None) -> str:
        """The form for this many, as the header of the locale's catalogs tells them apart."""
        if len(forms) == 1:
            return forms[0]
        header = self._of(locale)[0].info().get("plural-forms", "")
        rule = header.partition("plural=")[2].rstrip("; ") or "n != 1"
        which = int(gettext.c2py(rule)(1 if count is None else count))
        return forms[min(which, len(forms) - 1)]

    def has(self, key: str, locale: str) -> bool:
        """Whether this very locale (no fallback) has the text."""
        return any(
            translations.gettext(key) != key or translations.ngettext(key, key, 1) != key
            for translations in self._of(locale)
        )

    def _of(self, locale: str) -> list[gettext.GNUTranslations]:
        if locale not in self._by_locale:
            self._by_locale[locale] = [_translations(po, locale) for po in po_files(locale)]
        return self._by_locale[locale]
