"""What people are shown, in three scripts, as long as it really is; and what stands where on a screen."""

from typing import Final

from locales.rendering.languages import LANGUAGES
from locales.rendering.message import Style
from locales.rendering.render import Block, Rendered, RenderedButton

LOCALES: Final = ("nl", "ar", "ti")
WIDTHS: Final = (320, 360, 1366)

_REMINDERS: Final = {
    "nl": (
        "🔔 Morgen: Voortgangsgesprek",
        "📅 dinsdag 1 december\n🕑 14:00 (middag) tot 14:45 (middag)",
        "📍 Bibliotheek Laren, Klaaskampen 18",
        "👤 Met Karim Bouali",
        "We praten over hoe het gaat met uw plan. Neem uw vragen mee. Vragen? Bel 035 528 1911.",
        "Komt u?",
        "Kunt u niet komen? Zeg het dan op tijd. Dan kijken we samen naar een andere tijd.",
    ),
    "ar": (
        "🔔 غدًا: لقاء متابعة (voortgangsgesprek)",
        "📅 الثلاثاء، 1 كانون الأول (ديسمبر)\n🕑 من \u206814:00\u2069 (بعد الظهر) إلى \u206814:45\u2069 (بعد الظهر)",
        "📍 \u2068Bibliotheek Laren, Klaaskampen 18\u2069",
        "👤 مع \u2068Karim Bouali\u2069",
        "نتحدث عن سير خطتك. أحضر أسئلتك معك. هل لديك سؤال؟ اتصل على \u2068035 528 1911\u2069.",
        "هل ستحضر؟",
        "لا تستطيع الحضور؟ أخبرنا في الوقت المناسب. عندها نبحث معًا عن وقت آخر.",
    ),
    "ti": (
        "🔔 ጽባሕ: ዝርርብ ብዛዕባ ዕቤትኩም (voortgangsgesprek)",
        "📅 ሰሉስ፣ 1 ታሕሳስ (1-12)\n🕑 ካብ 14:00 (ድሕሪ ቀትሪ) ክሳዕ 14:45 (ድሕሪ ቀትሪ)",
        "📍 Bibliotheek Laren, Klaaskampen 18",
        "👤 ምስ Karim Bouali",
        "መደብኩም ከመይ ይኸይድ ከም ዘሎ ንዛረብ። ሕቶታትኩም ሒዝኩም ምጹ። ሕቶ ኣለኩም፧ 035 528 1911 ደውሉ።",
        "ክትመጹ ዲኹም፧",
        "ክትመጹ ኣይትኽእሉን ዶ፧ ኣብ ግዜኡ ንገሩ። ሽዑ ብሓባር ካልእ ግዜ ክንደሊ ኢና።",
    ),
}
_ANSWERS: Final = {
    "nl": ("✅ Ik kom", "🤒 Ik kan niet komen", "🔁 Andere tijd graag"),
    "ar": ("✅ سأحضر", "🤒 لا أستطيع الحضور", "🔁 أريد وقتًا آخر"),
    "ti": ("✅ ክመጽእ እየ", "🤒 ክመጽእ ኣይክእልን", "🔁 ካልእ ግዜ በጃኹም"),
}
_WHICH_LANGUAGE: Final = {
    "nl": "In welke taal praat u graag?",
    "ar": "بأي لغة تحب أن نتحدث؟",
    "ti": "ብኣየናይ ቋንቋ ክትዛረቡ ትደልዩ፧",
}

#: Where elements stand: [top, bottom, left, right] on the screen, and of the part in which lines are shown.
BOXES: Final = """(selector) => [scroller, ...document.querySelectorAll(selector)].map(e => e.getBoundingClientRect())
    .map(r => [r.top, r.bottom, r.left, r.right].map(Math.round))"""


def reminder(locale: str) -> Rendered:
    """A reminder of a meeting, with its three answers."""
    title, *rest = _REMINDERS[locale]
    blocks = (Block(title, Style.TITLE, locale), *(Block(text, Style.NORMAL, locale) for text in rest))
    rows = tuple(
        (RenderedButton(label, intent, ""),)
        for label, intent in zip(_ANSWERS[locale], ("come:1", "absent:1", "other:1"), strict=True)
    )
    return Rendered(locale, LANGUAGES[locale].direction, blocks, rows)


def language_list(locale: str) -> Rendered:
    """The question that everything begins with: all languages, the likely one first."""
    codes = [locale, *(code for code in LANGUAGES if code != locale)]
    buttons = [
        RenderedButton("".join(f"{digit}\ufe0f\u20e3" for digit in str(number)) + f" {LANGUAGES[code].name}", code, "")
        for number, code in enumerate(codes, start=1)
    ]
    rows = tuple(tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2))
    question = Block(_WHICH_LANGUAGE[locale], Style.TITLE, locale)
    return Rendered(locale, LANGUAGES[locale].direction, (question,), rows)
