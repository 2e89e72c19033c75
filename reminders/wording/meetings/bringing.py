"""What a consultant's note says, as far as it can be told in every language: what to bring along, and whether there is
an interpreter. What is left of it stays the consultant's own words.

A note is read sentence by sentence. What is not surely a thing to bring ("do not bring your passport") is left in
words: a picture of what somebody need not bring would be worse than Dutch.
"""

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cache
from typing import Final, NamedTuple

from locales.rendering.message import Part, Text, verbatim
from storage.appointment_kinds import APPOINTMENTS
from storage.vocabulary import AppointmentKind, complete


class Item(StrEnum):
    """A thing to bring along; its words are `bring.<item>` in the catalogs."""

    IDENTITY = "identity"
    LETTERS = "letters"
    DIPLOMAS = "diplomas"
    BANK_CARD = "bank_card"
    STATEMENTS = "statements"
    PLAN = "plan"
    PHONE = "phone"
    GLASSES = "glasses"
    PEN = "pen"
    PHOTO = "photo"
    BOOK = "book"
    LAPTOP = "laptop"
    SPORTS_CLOTHES = "sports_clothes"
    SWIMWEAR = "swimwear"
    RENT_CONTRACT = "rent_contract"
    INSURANCE_CARD = "insurance_card"
    FOOD = "food"


class _Traits(NamedTuple):
    """`named` are the words, Dutch or English, that consultants write it in, `word` the one that notes of ours have."""

    icon: str
    word: str
    named: str


_ITEMS: Final[Mapping[Item, _Traits]] = complete(
    {
        Item.IDENTITY: _Traits(
            "🪪",
            "paspoort",
            r"paspoort(?:en)?|verblijfs(?:document|vergunning|kaart|pas)(?:en)?|identiteits(?:bewijs|kaart)"
            r"|legitimatie(?:bewijs)?|id(?:-?bewijs|-?kaart)?|passports?|residence permit|identity card",
        ),
        Item.LETTERS: _Traits("✉️", "brieven", r"brie(?:f|ven)|post|letters?"),
        Item.DIPLOMAS: _Traits(
            "🎓", "diploma's", r"diploma['’]?s?|certifica(?:at|ten)|cijferlijst(?:en)?|certificates?"
        ),
        Item.BANK_CARD: _Traits("💳", "bankpas", r"bankpas(?:je|sen)?|pinpas|bank card"),
        Item.STATEMENTS: _Traits("🧾", "bankafschriften", r"(?:bank)?afschrift(?:en)?|bank statements?"),
        Item.PLAN: _Traits("📄", "PIP", r"pip|plan"),
        Item.PHONE: _Traits("📱", "telefoon", r"telefoon|mobiel(?:tje)?|smartphone|(?:tele)?phone"),
        Item.GLASSES: _Traits("👓", "bril", r"(?:lees)?bril|(?:reading )?glasses"),
        Item.PEN: _Traits("✍️", "pen", r"pen(?:nen)?|papier|schrift|notitieblok|paper|notebook"),
        Item.PHOTO: _Traits("👤", "pasfoto", r"pasfoto['’]?s?|passport photos?"),
        Item.BOOK: _Traits("📖", "boek", r"(?:les|werk|taal)?boek(?:en)?|(?:course )?books?"),
        Item.LAPTOP: _Traits("💻", "laptop", r"laptop|computer"),
        Item.SPORTS_CLOTHES: _Traits(
            "👟", "sportkleren", r"(?:sport|gym)(?:kleren|kleding|schoenen|spullen)|sports? (?:clothes|shoes)"
        ),
        Item.SWIMWEAR: _Traits(
            "🩱", "zwemkleren", r"zwem(?:kleren|kleding|spullen|broek|pak)|badpak|swim(?:wear|suit)"
        ),
        Item.RENT_CONTRACT: _Traits("🏠", "huurcontract", r"huur(?:contract|overeenkomst)|rental contract"),
        Item.INSURANCE_CARD: _Traits(
            "🏥", "zorgpas", r"zorgpas|zorgpolis|verzekeringspas|zorgverzekerings(?:pas|kaart)|insurance card"
        ),
        Item.FOOD: _Traits("🍎", "eten", r"lunch(?:pakket)?|eten|brood(?:trommel)?|iets te eten|food"),
    },
    Item,
)
_NAMED: Final = re.compile(
    "|".join(rf"(?P<{item.value}>\b(?:{traits.named})\b)" for item, traits in _ITEMS.items()), re.IGNORECASE
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# What a sentence about bringing is made of, beside the things.
_FILLERS: Final = _words(
    "neem neemt nemen mee meenemen meebrengen breng brengt brengen vergeet niet graag aub svp en of ook uw "
    "je jouw een de het alle alsjeblieft alstublieft wilt wil u kunt nodig dit te bring please your and or "
    "a the also with you don't forget dont take along"
)
_BRINGS: Final = re.compile(
    r"\b(?:neem|neemt|nemen|meenemen|meebrengen|breng|brengt|brengen|vergeet|bring|take along|take with|forget)\b",
    re.IGNORECASE,
)
_NOT: Final = re.compile(r"\b(?:geen|niet|hoeft|hoeven|zonder|no|not|without)\b|n't\b", re.IGNORECASE)
_FORGET: Final = re.compile(r"\b(?:vergeet|forget)\b", re.IGNORECASE)
_SENTENCE: Final = re.compile(r"[^.!;\n]+[.!;]*")
_WORD: Final = re.compile(r"[\w'’.-]+")
_INTERPRETER: Final = frozenset(("tolk", "tolken", "interpreter"))
_ABOUT_INTERPRETER: Final = _INTERPRETER | _words(
    "er is komt een met de erbij bij aanwezig geregeld ja nee yes no geen zonder niet wordt via "
    "telefonische telefoon with an a there be will by phone without"
)
_NONE: Final = frozenset(("geen", "zonder", "nee", "niet", "no", "without"))


class ReadNote(NamedTuple):
    """What a note says: things to bring in its order, whether an interpreter is there (None = it says nothing), and
    what is left in the consultant's own words ("" = nothing)."""

    items: tuple[Item, ...] = ()
    interpreter: bool | None = None
    own_words: str = ""


def preparation(note: str | None, kind: AppointmentKind) -> ReadNote:
    """What a note says, and what the kind of appointment always needs."""
    if not note:
        return _always(kind)
    items = [*_always(kind).items]
    interpreter: bool | None = None
    kept: list[str] = []
    for sentence in _SENTENCE.findall(note):
        words = [word.casefold().strip(".'’-") for word in _WORD.findall(sentence)]
        if not words:
            continue
        if "?" in sentence:
            kept.append(sentence.strip())
            continue
        if _INTERPRETER & set(words) and set(words) <= _ABOUT_INTERPRETER:
            interpreter = not _NONE & set(words)
            continue
        found, is_all = _things_in(sentence)
        items.extend(found)
        if not is_all:
            kept.append(sentence.strip())
    return ReadNote(tuple(dict.fromkeys(items)), interpreter, " ".join(kept))


@cache
def _always(kind: AppointmentKind) -> ReadNote:
    """What it needs without a note, as most are: asked for each reminder."""
    return ReadNote(tuple(item for item in Item if _ITEMS[item].icon in APPOINTMENTS[kind].bring))


def _things_in(sentence: str) -> tuple[list[Item], bool]:
    """The things that a sentence says to bring, and whether it says nothing else."""
    found = [Item(match.lastgroup) for match in _NAMED.finditer(sentence) if match.lastgroup is not None]
    rest = {word.casefold().strip(".'’-") for word in _WORD.findall(_NAMED.sub(" ", sentence))} - {""}
    is_all = bool(found) and rest <= _FILLERS
    is_about_bringing = bool(_BRINGS.search(sentence)) or is_all
    denied = bool(_NOT.search(sentence)) and not _FORGET.search(sentence)
    return (found, is_all) if is_about_bringing and not denied else ([], False)


def note_of(items: Iterable[Item], interpreter: bool | None) -> str:
    """A note that says this and nothing else, as `preparation` reads it and a consultant would write it; "" for
    nothing."""
    things = ", ".join(_ITEMS[item].word for item in items)
    about = {True: "Er is een tolk bij.", False: "Er is geen tolk bij.", None: ""}[interpreter]
    return " ".join(sentence for sentence in (things and f"Neem mee: {things}.", about) if sentence)


def preparation_parts(found: ReadNote) -> list[Part]:
    """What to bring, each thing with its picture; the interpreter; and the consultant's own words."""
    parts: list[Part] = []
    if found.items:
        parts.append(Part(Text("bring.title")))
        parts += [Part(_item(item)) for item in found.items]
    if found.interpreter is not None:
        parts.append(Part(Text("interpreter.yes" if found.interpreter else "interpreter.no")))
    if found.own_words:
        parts.append(Part(Text("appointment.note", {"note": found.own_words})))
    return parts


def _item(item: Item) -> Text:
    return Text("bring.item", {"icon": verbatim(_ITEMS[item].icon), "what": Text(f"bring.{item.value}")})


def icon_of(item: Item) -> str:
    """The picture of a thing."""
    return _ITEMS[item].icon


def icons_of(items: Iterable[Item]) -> tuple[str, ...]:
    """The pictures of these things."""
    return tuple(icon_of(item) for item in items)
