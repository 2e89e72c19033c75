"""Replies as mail programs write them: ten programs, in the languages that people with our fourteen have them in.

Written down from how the programs write, and kept apart from the reader's own lists on purpose: nothing here is
imported from there. A telephone or mailbox in Tigrinya, Pashto, Somali or Kurdish is rare; people use it in another.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from html import escape
from textwrap import wrap

NAME, ADDRESS = "Maatje van de gemeente", "maatje+m12.0123456789abcdef01234567@gemeente.example"
PERSON = "semhar.t@post.example"
OURS = ["Morgen om 10:00 hebt u een gesprek.", "Komt u?", "", "1. Ik kom", "2. Ik kan niet komen"]

# What people write, by their language.
WORDS = {
    "nl": "Nee, ik ben ziek. Kan het volgende week om 14:00?",
    "en": "I cannot come, my child is ill.\nSorry!",
    "ar": "لا أستطيع الحضور غدا، ابني مريض",
    "ti": "ጽባሕ ክመጽእ ኣይክእልን እየ፣ ወደይ ሓሚሙ",
    "am": "ነገ መምጣት አልችልም፣ ልጄ ታሟል",
    "tr": "Yarın gelemem, hastayım.\nBaşka gün olur mu?",
    "fa": "فردا نمی‌توانم بیایم، مریض هستم",
    "ps": "سبا نه شم راتلای، ناروغ یم",
    "so": "Berri ma iman karo, ilmahaygu waa xanuunsan yahay",
    "ku": "Sibê ez nikarim werim, ez nexweş im",
    "ckb": "بەیانی ناتوانم بێم، نەخۆشم",
    "uk": "Я не зможу прийти, дитина захворіла.",
    "ru": "Завтра не приду, заболел ребёнок.\nМожно в другой день?",
    "fr": "Je ne peux pas venir, je suis malade.",
}
# The language of the program, where it is another than the writer's.
PROGRAM_IN = {"ti": "am", "ps": "fa", "so": "en", "ku": "tr", "ckb": "ar"}

_GMAIL = {
    "nl": "Op vr 27 nov 2026 om 10:00 schreef {who}:",
    "en": "On Fri, Nov 27, 2026 at 10:00\u202fAM {who} wrote:",
    "ar": "\u202bفي الجمعة، 27 نوفمبر 2026 في 10:00 ص تمت كتابة ما يلي بواسطة \u202a{who}\u202c\u200f:\u202c",
    "am": "በዓርብ 27 ኖቬም 2026 በ10:00 ጥዋት ላይ {who} እንዲህ ሲሉ ጽፈዋል፦",
    "tr": "{who}, 27 Kas 2026 Cum, 10:00 tarihinde şunu yazdı:",
    "fa": "در تاریخ جمعه ۲۷ نوامبر ۲۰۲۶،\u200f ۱۰:۰۰ {who} نوشت:",
    "uk": "пт, 27 лист. 2026\u202fр. о 10:00 {who} пише:",
    "ru": "пт, 27 нояб. 2026\u202fг. в 10:00, {who}:",
    "fr": "Le ven. 27 nov. 2026 à 10:00, {who} a écrit\xa0:",
}
_IPHONE = {
    "nl": ("Verstuurd vanaf mijn iPhone", "Op 27 nov. 2026 om 10:00 heeft {who} het volgende geschreven:"),
    "en": ("Sent from my iPhone", "On Nov 27, 2026, at 10:00\u202fAM, {who} wrote:"),
    "ar": ("أُرسلت من الـ iPhone", "في ٢٧ نوفمبر ٢٠٢٦، الساعة ١٠:٠٠، كتب/كتبت {who}:"),
    "am": ("Sent from my iPhone", "On 27 Nov 2026, at 10:00, {who} wrote:"),
    "tr": ("iPhone'umdan gönderildi", "{who} şunları yazdı (27 Kas 2026 10:00):"),
    "fa": ("ارسال شده از iPhone من", "در ۲۷ نوامبر ۲۰۲۶، ساعت ۱۰:۰۰، {who} نوشت:"),
    "uk": ("Надіслано з iPhone", "27 лист. 2026\u202fр. о 10:00 {who} написав(-ла):"),
    "ru": ("Отправлено с iPhone", "27 нояб. 2026\u202fг., в 10:00, {who} написал(а):"),
    "fr": ("Envoyé de mon iPhone", "Le 27 nov. 2026 à 10:00, {who} a écrit\xa0:"),
}
_THUNDERBIRD = {
    "nl": "Op 27-11-2026 om 10:00 schreef {name}:",
    "en": "On 27/11/2026 10:00, {name} wrote:",
    "ar": "في 27/11/2026 10:00، كتب {name}:",
    "am": "On 11/27/26 10:00, {name} wrote:",
    "tr": "27.11.2026 10:00 tarihinde {name} yazdı:",
    "fa": "در ۲۷/۱۱/۲۰۲۶ ۱۰:۰۰، {name} نوشت:",
    "uk": "27.11.2026 10:00, {name} пише:",
    "ru": "27.11.2026 10:00, {name} пишет:",
    "fr": "Le 27/11/2026 à 10:00, {name} a écrit\xa0:",
}
_YAHOO = {
    "nl": "Op vrijdag 27 november 2026 om 10:00:00 a.m. CET schreef {who}:",
    "en": "On Friday, November 27, 2026 at 10:00:00 AM GMT+1, {who} wrote:",
    "ar": "في الجمعة، 27 نوفمبر 2026 10:00:00 ص غرينتش+1، كتب {who}:",
    "am": "On Friday, November 27, 2026, 10:00 AM, {who} wrote:",
    "tr": "27 Kasım 2026 Cuma 10:00:00 GMT+1 tarihinde, {who} şunu yazdı:",
    "fa": "در جمعه ۲۷ نوامبر ۲۰۲۶، ۱۰:۰۰:۰۰ (گرینویچ+۱)، {who} نوشت:",
    "uk": "пʼятниця, 27 листопада 2026 р. о 10:00:00 GMT+1, {who} написав:",
    "ru": "пятница, 27 ноября 2026 г. в 10:00:00 GMT+1, {who} написал:",
    "fr": "Le vendredi 27 novembre 2026 à 10:00:00 UTC+1, {who} a écrit\xa0:",
}
_LABELS = {
    "nl": ("Van", "Verzonden", "Aan", "Onderwerp", "vrijdag 27 november 2026 10:00"),
    "en": ("From", "Sent", "To", "Subject", "Friday, November 27, 2026 10:00 AM"),
    "ar": ("من", "تاريخ الإرسال", "إلى", "الموضوع", "الجمعة، 27 نوفمبر، 2026 10:00 ص"),
    "am": ("ከ", "የተላከበት", "ለ", "ርዕሰ ጉዳይ", "ዓርብ 27 ኖቬምበር 2026 10:00"),
    "tr": ("Kimden", "Gönderildi", "Kime", "Konu", "27 Kasım 2026 Cuma 10:00"),
    "fa": ("از", "فرستاده شده", "به", "موضوع", "جمعه ۲۷ نوامبر ۲۰۲۶ ۱۰:۰۰"),
    "uk": ("Від", "Надіслано", "Кому", "Тема", "п’ятниця, 27 листопада 2026 р. 10:00"),
    "ru": ("От", "Отправлено", "Кому", "Тема", "27 ноября 2026 г. 10:00"),
    "fr": ("De\xa0", "Envoyé\xa0", "À\xa0", "Objet\xa0", "vendredi 27 novembre 2026 10:00"),
}
_SAMSUNG = {
    "nl": ("Verzonden vanaf mijn Galaxy", "Oorspronkelijk bericht", ("Van", "Datum", "Aan", "Onderwerp")),
    "en": ("Sent from my Galaxy", "Original message", ("From", "Date", "To", "Subject")),
    "ar": ("أُرسلت من هاتف Galaxy", "الرسالة الأصلية", ("من", "التاريخ", "إلى", "الموضوع")),
    "am": ("Sent from my Galaxy", "Original message", ("From", "Date", "To", "Subject")),
    "tr": ("Galaxy cihazımdan gönderildi", "Orijinal mesaj", ("Kimden", "Tarih", "Alıcı", "Konu")),
    "fa": ("ارسال شده از Galaxy من", "پیام اصلی", ("از", "تاریخ", "به", "موضوع")),
    "uk": ("Надіслано з Galaxy", "Оригінальне повідомлення", ("Від", "Дата", "Кому", "Тема")),
    "ru": ("Отправлено с моего Galaxy", "Исходное сообщение", ("От", "Дата", "Кому", "Тема")),
    "fr": ("Envoyé depuis mon Galaxy", "Message d'origine", ("De", "Date", "À", "Objet")),
}
_OUTLOOK_MOBILE = {
    "nl": "Outlook voor Android<https://aka.ms/AAb9ysg> downloaden",
    "en": "Get Outlook for Android<https://aka.ms/AAb9ysg>",
    "ar": "تم الإرسال من Outlook لـ Android<https://aka.ms/AAb9ysg>",
    "am": "Get Outlook for iOS<https://aka.ms/o0ukef>",
    "tr": "Android için Outlook ile gönderildi<https://aka.ms/AAb9ysg>",
    "fa": "ارسال شده از Outlook برای Android<https://aka.ms/AAb9ysg>",
    "uk": "Надіслано з Outlook для Android<https://aka.ms/AAb9ysg>",
    "ru": "Отправлено из Outlook для Android<https://aka.ms/AAb9ysg>",
    "fr": "Envoyé à partir de Outlook pour Android<https://aka.ms/AAb9ysg>",
}


@dataclass(frozen=True, slots=True)
class Form:
    """One mail, and what its writer wrote in it."""

    name: str
    mail: bytes
    words: str


def forms() -> Iterator[Form]:
    """Every program in every language, with a sentence; and those that add most with a bare number."""
    for language, words in WORDS.items():
        for program, write in _PROGRAMS.items():
            yield Form(f"{program} in {language}", _mail(*write(words, language)), words)
        for program in ("iphone", "samsung", "outlook mobile"):
            yield Form(f"{program} in {language}, by number", _mail(*_PROGRAMS[program]("1", language)), "1")


def _mail(plain: str, page: str) -> bytes:
    mail = EmailMessage(policy=SMTP)
    mail["From"] = f"Semhar T. <{PERSON}>"
    mail["To"] = f"{NAME} <{ADDRESS}>"
    mail["Subject"] = "Re: Gesprek"
    mail["Message-ID"] = "<1@post.example>"
    if plain:
        mail.set_content(plain)
    if page and plain:
        mail.add_alternative(page, subtype="html")
    elif page:
        mail.set_content(page, subtype="html")
    return mail.as_bytes()


def _program(language: str) -> str:
    return PROGRAM_IN.get(language, language)


def _who() -> str:
    return f"{NAME} <{ADDRESS}>"


def _quoted(lines: list[str]) -> str:
    return "\n".join(f"> {line}".rstrip() for line in lines)


def _broken(text: str) -> str:
    """As Gmail breaks a text that it sends along beside the page."""
    return "\n".join(wrap(text, 76, break_long_words=False, break_on_hyphens=False))


def _page(lines: list[str]) -> str:
    return "<br>".join(escape(line) for line in lines)


def _gmail(words: str, language: str) -> tuple[str, str]:
    head = _GMAIL[_program(language)].format(who=_who())
    page = (
        f'<div dir="auto">{_page(words.splitlines())}</div><br><div class="gmail_quote gmail_quote_container">'
        f'<div dir="ltr" class="gmail_attr">{escape(head)}<br></div><blockquote class="gmail_quote" '
        f'style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex">{_page(OURS)}'
        "</blockquote></div>"
    )
    return f"{words}\n\n{_broken(head)}\n\n{_quoted(OURS)}\n", page


def _gmail_between(words: str, language: str) -> tuple[str, str]:
    head = _GMAIL[_program(language)].format(who=_who())
    return f"{_broken(head)}\n\n{_quoted(OURS[:2])}\n\n{words}\n\n{_quoted(OURS[3:])}\n", ""


def _iphone(words: str, language: str) -> tuple[str, str]:
    signature, head = _IPHONE[_program(language)]
    return f"{words}\n\n{signature}\n\n{_quoted([head.format(who=_who()), '', *OURS])}\n", ""


def _apple_page(words: str, language: str) -> tuple[str, str]:
    head = _IPHONE[_program(language)][1].format(who=_who())
    return "", (
        '<html><head><meta http-equiv="content-type" content="text/html; charset=utf-8"></head>'
        f'<body style="overflow-wrap: break-word;">{_page(words.splitlines())}<br id="lineBreakAtBeginningOfMessage">'
        f'<div><br><blockquote type="cite"><div>{escape(head)}</div><br class="Apple-interchange-newline"><div>'
        f"{_page(OURS)}</div></blockquote></div><br></body></html>"
    )


def _thunderbird(words: str, language: str) -> tuple[str, str]:
    head = _THUNDERBIRD[_program(language)].format(name=NAME)
    return f"{head}\n{_quoted(OURS)}\n\n{words}\n", ""


def _yahoo(words: str, language: str) -> tuple[str, str]:
    head = _YAHOO[_program(language)].format(who=_who())
    ours = "\n".join(f"  {line}".rstrip() for line in OURS)
    return f" {words}\n\n\n    {head}  \n \n {ours}   \n", ""


def _block(language: str) -> list[str]:
    sender, sent, to, subject, day = _LABELS[_program(language)]
    return [f"{sender}: {_who()}", f"{sent}: {day}", f"{to}: Semhar T. <{PERSON}>", f"{subject}: Gesprek"]


def _outlook(words: str, language: str) -> tuple[str, str]:
    return "\n".join([words, "", *_block(language), "", *OURS, ""]), ""


def _outlook_page(words: str, language: str) -> tuple[str, str]:
    rows = "<br>".join(
        f"<b>{escape(label)}:</b>{escape(value)}"
        for label, _, value in (row.partition(":") for row in _block(language))
    )
    return "", (
        '<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style><!-- p.MsoNormal {margin:0cm} --></style>'
        '</head><body lang="NL"><div class="WordSection1">'
        f'<p class="MsoNormal">{_page(words.splitlines())}<o:p></o:p></p>'
        '<p class="MsoNormal"><o:p>&nbsp;</o:p></p><div><div style="border:none;border-top:solid #E1E1E1 1.0pt;'
        f'padding:3.0pt 0cm 0cm 0cm"><p class="MsoNormal">{rows}<o:p></o:p></p></div></div>'
        f'<p class="MsoNormal"><o:p>&nbsp;</o:p></p><div><p>{_page(OURS)}</p></div></div></body></html>'
    )


def _outlook_mobile(words: str, language: str) -> tuple[str, str]:
    added = _OUTLOOK_MOBILE[_program(language)]
    return "\n".join([words, "", added, "_" * 32, *_block(language), "", *OURS, ""]), ""


def _samsung(words: str, language: str) -> tuple[str, str]:
    signature, original, labels = _SAMSUNG[_program(language)]
    values = (_who(), "27-11-2026 10:00 (GMT+01:00)", f'"Semhar T." <{PERSON}>', "Gesprek ")
    rows = [f"{label}: {value}" for label, value in zip(labels, values, strict=True)]
    return "\n".join([words, "", "", signature, "", f"-------- {original} --------", *rows, "", *OURS, ""]), ""


_PROGRAMS = {
    "gmail": _gmail,
    "gmail, between the lines": _gmail_between,
    "iphone": _iphone,
    "apple mail": _apple_page,
    "thunderbird": _thunderbird,
    "yahoo": _yahoo,
    "outlook": _outlook,
    "outlook, html": _outlook_page,
    "outlook mobile": _outlook_mobile,
    "samsung": _samsung,
}
