"""What a title says beside what takes place: that it does not take place, or that it is a holiday.

Programs write "Geannuleerd: Taalles" and leave the event's status as it was. The lists hold words in the languages in
which timetables reach a Dutch municipality; a title that says so otherwise is a lesson like any other.
"""

import re

_CANCELLED_WORDS = (
    "geannuleerd|afgelast|vervallen|vervalt|gaat niet door|"
    "cancell?ed|call?ed off|abgesagt|annul[ée]e?|cancelad[oa]|anulad[oa]|annullat[oa]|odwołan[eya]|anulowan[eya]|"
    "iptal edildi|iptal|отменено|отменён|отменен|отменена|скасовано|aflyst|avlyst|inställt|inställd|peruutettu|"
    "ملغى|ملغاة|ملغي|تم الإلغاء"
)
# "Geannuleerd: Taalles", "[Canceled] Taalles", "Annulé - Taalles", or nothing else at all.
_CANCELLED_PREFIX = re.compile(rf"\W*(?:{_CANCELLED_WORDS})\s*(?:[:\])}}|]|[-–—]\s|!|$).*", re.IGNORECASE | re.DOTALL)
_CANCELLED_ANYWHERE = re.compile(rf"(?<!\w)(?:{_CANCELLED_WORDS})(?!\w)", re.IGNORECASE)
_NO_LESSON = re.compile(
    r"(?<!\w)(?:geen les(?:sen)?|no (?:class|classes|lesson|lessons)|pas de cours|kein unterricht)\b", re.IGNORECASE
)
_HOLIDAY = re.compile(
    r"vakantie|holiday|vacanc|ferien|\bvrij(?:e dag)?\b|lesvrij|feestdag|studiedag|geen les|no class|no lesson|"
    r"gesloten|closed|kerst(?!en\b)|pasen|pinkster|hemelvaart|koningsdag|bevrijdingsdag|nieuwjaar|suikerfeest|"
    r"offerfeest|goede vrijdag|tatil|عطلة|отпуск|канікули|каникулы|\bday off\b|\bbreak\b",
    re.IGNORECASE,
)


def says_cancelled(title: str, *, is_free: bool) -> bool:
    """Whether the title cancels the event: by what it begins with, or anywhere when the event takes no time (free)."""
    if _CANCELLED_PREFIX.fullmatch(title):
        return True
    return is_free and _CANCELLED_ANYWHERE.search(title) is not None


def seems_cancelled(title: str) -> bool:
    """Whether somebody should look: the title speaks of a cancellation, and nothing else does."""
    return bool(_CANCELLED_ANYWHERE.search(title) or _NO_LESSON.search(title))


def names_holiday(title: str) -> bool:
    """Whether a whole-day event of this title is one on which lessons are not expected."""
    return _HOLIDAY.search(title) is not None


def without_cancellation(title: str) -> str:
    """The title of the lesson that a cancelled title is about."""
    return _CANCELLED_ANYWHERE.sub("", title).strip(" \t:;,.!|()[]{}-–—")
