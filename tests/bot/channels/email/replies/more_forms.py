"""Replies of fourteen further programs, which were not looked at while the reader was written, in fourteen languages.

Heads, signatures and labels are in the writer's own language throughout, also where no such program is known: the
form has to be enough. Each with a sentence and with a bare number.
"""

from collections.abc import Callable, Iterator
from email.message import EmailMessage
from email.policy import SMTP
from html import escape

from tests.bot.channels.email.replies.forms import ADDRESS, NAME, OURS, PERSON, WORDS, Form

_WHO = f"{NAME} <{ADDRESS}>"
_WROTE = {
    "nl": "Op vrijdag 27 november 2026 om 10:00 schreef {who}:",
    "en": "On Friday, 27 November 2026 at 10:00, {who} wrote:",
    "ar": "في الجمعة 27 نوفمبر 2026 الساعة 10:00 كتب {who}:",
    "ti": "ብ 27 ሕዳር 2026 ሰዓት 10:00 {who} ጽሒፉ፦",
    "am": "በ27 ኖቬምበር 2026 10:00 {who} እንዲህ ጽፏል፦",
    "tr": "27 Kasım 2026 Cuma günü saat 10:00'da {who} yazdı:",
    "fa": "در جمعه ۲۷ نوامبر ۲۰۲۶ ساعت ۱۰:۰۰ {who} نوشت:",
    "ps": "د ۲۰۲۶ د نومبر په ۲۷ مه په ۱۰:۰۰ بجو {who} ولیکل:",
    "so": "Jimce, 27 Noofembar 2026 saacadda 10:00, {who} ayaa qoray:",
    "ku": "Di 27 Mijdar 2026 de saet 10:00, {who} nivîsand:",
    "ckb": "لە ٢٧ی تشرینی دووەمی ٢٠٢٦ کاتژمێر ١٠:٠٠ {who} نووسی:",
    "uk": "У п’ятницю, 27 листопада 2026 р. о 10:00 {who} написав:",
    "ru": "В пятницу, 27 ноября 2026 г. в 10:00 {who} написал:",
    "fr": "Le vendredi 27 novembre 2026 à 10:00, {who} a écrit :",
}
_SIGNED = {
    "nl": "Verzonden met Proton Mail beveiligde e-mail.",
    "en": "Sent with Proton Mail secure email.",
    "ar": "أُرسلت من هاتف Huawei الخاص بي",
    "ti": "ካብ iPhone ተላኢኹ",
    "am": "ከ iPhone የተላከ",
    "tr": "Huawei cihazımdan gönderildi",
    "fa": "ارسال شده از گوشی Xiaomi من",
    "ps": "زما له Samsung څخه لېږل شوی",
    "so": "Waxaa laga soo diray iPhone-kayga",
    "ku": "Ji iPhone'a min hat şandin",
    "ckb": "لە iPhone ـەکەمەوە نێردراوە",
    "uk": "Надіслано з мого смартфона Xiaomi",
    "ru": "Отправлено из мобильной Почты Mail.ru",
    "fr": "Envoyé avec la messagerie sécurisée Proton Mail.",
}
_LABELS = {
    "nl": ("Van", "Verzonden", "Aan", "Onderwerp"),
    "en": ("From", "Sent", "To", "Subject"),
    "ar": ("من", "مُرسَل", "إلى", "الموضوع"),
    "ti": ("ካብ", "ዕለት", "ናብ", "ርእሲ"),
    "am": ("ከ", "ቀን", "ለ", "ርዕስ"),
    "tr": ("Gönderen", "Gönderme tarihi", "Alıcı", "Konu"),
    "fa": ("از", "تاریخ", "به", "موضوع"),
    "ps": ("له", "نېټه", "ته", "موضوع"),
    "so": ("Ka", "Taariikh", "Ku", "Mawduuc"),
    "ku": ("Ji", "Dîrok", "Bo", "Mijar"),
    "ckb": ("لە", "بەروار", "بۆ", "بابەت"),
    "uk": ("Від кого", "Дата", "Кому", "Тема"),
    "ru": ("От кого", "Дата", "Кому", "Тема"),
    "fr": ("Expéditeur", "Date", "Destinataire", "Objet"),
}


def more_forms() -> Iterator[Form]:
    """Every program in every language, with a sentence and with a number."""
    for language, words in WORDS.items():
        for write in _PROGRAMS:
            for said in (words, "1"):
                by = ", by number" if said == "1" else ""
                name = write.__name__.strip("_").replace("_", " ")
                yield Form(f"{name} in {language}{by}", _mail(*write(said, language)), said)


def _mail(plain: str, page: str) -> bytes:
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = f"Semhar T. <{PERSON}>", _WHO, "Re: Gesprek"
    if plain:
        mail.set_content(plain)
    if page and plain:
        mail.add_alternative(page, subtype="html")
    elif page:
        mail.set_content(page, subtype="html")
    return mail.as_bytes()


def _head(language: str) -> str:
    return _WROTE[language].format(who=_WHO)


def _quoted() -> str:
    return "\n".join(f"> {line}".rstrip() for line in OURS)


def _page(text: str) -> str:
    return "<br>".join(escape(line) for line in text.splitlines())


_OUR_PAGE = "<br>".join(escape(line) for line in OURS)


def _proton(words: str, language: str) -> tuple[str, str]:
    return f"{words}\n\n{_SIGNED[language]}\n\n{_head(language)}\n\n{_quoted()}\n", ""


def _proton_page(words: str, language: str) -> tuple[str, str]:
    signature = (
        '<div class="protonmail_signature_block"><div class="protonmail_signature_block-proton">'
        f"{escape(_SIGNED[language])}</div></div>"
    )
    quote = f'<blockquote class="protonmail_quote" type="cite">{_OUR_PAGE}</blockquote>'
    head = f'<div class="protonmail_quote">{escape(_head(language))}<br>{quote}</div>'
    return "", f'<div style="font-family: Arial">{_page(words)}</div>{signature}{head}'


def _mail_ru(words: str, language: str) -> tuple[str, str]:
    style = "border-left:1px solid #0857A6;margin:10px;padding:0 0 0 10px;"
    quote = f'<blockquote style="{style}">{escape(_head(language))}<br>&nbsp;<div>{_OUR_PAGE}</div></blockquote>'
    return "", f"<html><body>{_page(words)}<br><br><br>--<br>{escape(_SIGNED[language])}<br><br>{quote}</body></html>"


def _yandex(words: str, _language: str) -> tuple[str, str]:
    head = f'<div>27.11.2026, 10:00, "{NAME}" &lt;{ADDRESS}&gt;:</div>'
    return "", f"<div>{_page(words)}</div><div>&nbsp;</div>{head}<blockquote><p>{_OUR_PAGE}</p></blockquote>"


def _zimbra(words: str, language: str) -> tuple[str, str]:
    sender, date, to, subject = _LABELS[language]
    block = f"----- {sender}: {_WHO} -----\n{date}: 27.11.2026 10:00\n{to}: {PERSON}\n{subject}: Gesprek"
    return f"{words}\n\n{block}\n\n{_quoted()}\n", ""


def _roundcube(words: str, _language: str) -> tuple[str, str]:
    return f"{NAME} schreef op 2026-11-27 10:00:\n{_quoted()}\n\n{words}\n", ""


def _k9(words: str, language: str) -> tuple[str, str]:
    sender, date, to, subject = _LABELS[language]
    block = f"{sender}: {_WHO}\n{date}: 27 nov 2026 10:00:00 CET\n{to}: {PERSON}\n{subject}: Gesprek"
    ours = "\n".join(OURS)
    return f"{words}\n\n\n-------- {subject} --------\n{block}\n\n{ours}\n", ""


def _fairemail(words: str, language: str) -> tuple[str, str]:
    quote = f'<blockquote type="cite" style="border-left: 3px solid blue">{_OUR_PAGE}</blockquote>'
    return "", f"<html><body><p>{_page(words)}</p><p>{escape(_head(language))}</p>{quote}</body></html>"


def _outlook_com(words: str, language: str) -> tuple[str, str]:
    sender, date, to, subject = _LABELS[language]
    rows = (
        f"<b>{sender}:</b> {escape(_WHO)}<br><b>{date}:</b> 27-11-2026 10:00<br><b>{to}:</b> {PERSON}<br>"
        f"<b>{subject}:</b> Gesprek"
    )
    return "", (
        f'<html><body><div class="elementToProof">{_page(words)}</div><div id="appendonsend"></div>'
        '<hr style="display:inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr">'
        f'<font face="Calibri">{rows}</font><div>&nbsp;</div></div><div>{_OUR_PAGE}</div></body></html>'
    )


def _samsung_page(words: str, language: str) -> tuple[str, str]:
    sender, date, to, subject = _LABELS[language]
    rows = "".join(
        f"<div>{row}</div>"
        for row in (
            f"-------- {subject} --------",
            f"{sender}: {escape(_WHO)} ",
            f"{date}: 27-11-2026  10:00  (GMT+01:00) ",
            f"{to}: {PERSON} ",
            f"{subject}: Gesprek ",
            "<br>",
        )
    )
    signature = f'<div id="composer_signature"><div style="font-size:85%">{escape(_SIGNED[language])}</div></div>'
    return "", (
        f"<html><body><div>{_page(words)}</div><div><br></div>{signature}"
        f'<div style="font-size:100%"><!-- originalMessage -->{rows}</div>{_OUR_PAGE}</body></html>'
    )


def _gmail(words: str, language: str) -> tuple[str, str]:
    head = _head(language)
    quote = f'<blockquote class="gmail_quote">{_OUR_PAGE}</blockquote>'
    page = (
        f'<div dir="auto">{_page(words)}</div><br><div class="gmail_quote">'
        f'<div dir="ltr" class="gmail_attr">{escape(head)}<br></div>{quote}</div>'
    )
    return f"{words}\n\n{head}\n\n{_quoted()}\n\n", page


def _below_the_quote(words: str, language: str) -> tuple[str, str]:
    return f"{_head(language)}\n{_quoted()}\n\n{words}\n", ""


def _without_marks(words: str, language: str) -> tuple[str, str]:
    ours = "\n".join(OURS)
    return f"{words}\n\n{_head(language)}\n\n{ours}\n", ""


def _signature_alone(words: str, language: str) -> tuple[str, str]:
    return f"{words}\n\n{_SIGNED[language]}\n", ""


_PROGRAMS: tuple[Callable[[str, str], tuple[str, str]], ...] = (
    _proton,
    _proton_page,
    _mail_ru,
    _yandex,
    _zimbra,
    _roundcube,
    _k9,
    _fairemail,
    _outlook_com,
    _samsung_page,
    _gmail,
    _below_the_quote,
    _without_marks,
    _signature_alone,
)
