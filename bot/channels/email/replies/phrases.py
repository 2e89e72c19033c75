"""Words that mail programs write around a quotation and under a text, by language.

They only sharpen what the form of a mail says (heads.py, signatures.py): nothing is cut for a phrase alone.
"""

import re
from typing import Final

# "… wrote:" in the line above a quotation.
WROTE: Final = re.compile(
    r"\b(?:schreef|geschreven|wrote|writes|écrit|schrieb|geschrieben|schreibt|escribió|escribi[oó]|scritto|scrisse|"
    r"escreveu|skrev|skrifaði|kirjoitti|napisała?|pisze|napsala?|napísala?|a scris|írta|wrote|"
    r"написала?|пишет|писал[аи]?|пише|написа[вл]а?|yazdı|yazmış|yazd[iı]lar|"
    r"nivîsand|nivîsî|nivîsandiye|nivîsiye|qoray|qortay|ayaa qoray|shkroi|napisa[ol])\b|"
    r"كتبت?|يكتب|نوشته?|ولیکل|ولیکلې|لیکلي|لیکلی|نووسی(?:ویەتی|ویە|ی)?|ጽፏል|ጽፈዋል|ጽፋለች|ጻፈ|ጻፉ|ጽሒፉ|ጸሓፈ|ጽሒፋ|έγραψε|"
    r"כתבה?|さんは書きました|写道|寫道",
    re.IGNORECASE,
)
# How such a line begins, where it begins with a word and not with the day or the name.
BEGINS: Final = re.compile(
    r"^(?:op|on|le|am|den|em|il|el|w|dnia|dne|pada|vào|în|kl|li|di|maalinta|"
    r"في|در|په|لە|ብ|በ|ኣብ)\b",
    re.IGNORECASE,
)
# The sender's line of the block above a forwarded or answered mail, and its other lines.
FROM: Final = re.compile(
    r"^(?:van|from|de|von|от|від|kimden|gönderen|من|از|لە|له|ji|ka|från|fra|da|od|lähettäjä|ከ|ካብ|afzender|expéditeur|"
    r"отправитель|відправник|المرسل|فرستنده)$",
    re.IGNORECASE,
)
OTHER_FIELD: Final = re.compile(
    r"^(?:verzonden|verstuurd|datum|aan|cc|onderwerp|antwoord aan|beantwoorden|sent|date|to|subject|reply-to|"
    r"importance|"
    r"envoyé(?: le)?|date d'envoi|à|objet|sujet|gesendet|an|betreff|отправлено|дата|кому|копия|тема|надіслано|копія|"
    r"gönderildi|gönderme tarihi|tarih|kime|bilgi|konu|تاريخ|التاريخ|تاريخ الإرسال|تم الإرسال|إلى|الموضوع|نسخة|"
    r"تاریخ|ارسال|ارسال‌شده|به|موضوع|رونوشت|نېټه|ته|بۆ|بابەت|بەروار|نێردرا|dîrok|ji bo|bo|mijar|şandin|taariikh|ku|"
    r"mawduuc|"
    r"ቀን|ለ|ወደ|ርዕስ|ርእሲ|ናብ|ዕለት|skickat|till|ämne|sendt|til|emne|enviado|para|asunto|assunto|inviato|a|oggetto|"
    r"wysłano|do|temat|data|odesláno|komu|předmět|lähetetty|vastaanottaja|aihe|priorité|prioriteit|bijlagen|attachments)$",
    re.IGNORECASE,
)
# What stands between two rows of dashes above another mail.
FORWARDED: Final = re.compile(
    r"forward|doorgestuurd|transf[éeè]r|weitergeleitet|пересла|пересы|переслан|iletil|yönlendiril|"
    r"محول|مُعاد|معاد|إعادة|أُعيد|هدایت|باز ?ارسال|لېږل شوی|vidarebefor|videresendt|reenviad|inoltrat|"
    r"encaminhad|przekaz|przesłan|hatiye şandin|la gudbiyay|gudbin",
    re.IGNORECASE,
)
ORIGINAL: Final = re.compile(
    r"original|origine|oorspronkelijk|ursprüngliche|исходное|початкове|оригинал|оригінал|orijinal|özgün|"
    r"الأصلية|اصلی|اصلي|ursprungligt|ursprüng|oprindelig|opprinnelig|alkuperäinen|bericht|nachricht|message|"
    r"сообщение|повідомлення|ileti|mesaj|رسالة|پیام|پیغام|مکتوب|مەسج|peyam|fariin|መልእክት|መልዕክት|ዝነበረ|ዋናው",
    re.IGNORECASE,
)
# "Sent from …", in the line that telephones add.
SENT_WITH: Final = re.compile(
    r"\b(?:sent|get|verzonden|verstuurd|gestuurd|verzend|download|envoyé|envoye|expédié|télécharge[zr]?|obtenez|gesendet|"
    r"versendet|enviado|inviato|enviada|skickat|sendt|lähetetty|wysłane|wysłano|odesláno|trimis|küldve|"
    r"отправлено|надіслано|відправлено|gönderildi|gönderilmiştir|hatiye şandin|hat şandin|şandî|"
    r"laga soo diray|ka soo diray|la soo diray|outlook voor|outlook for|outlook pour|mail voor|mail for)\b|"
    r"أُ?رسلت?|مُ?رسلة?|الإرسال|ارسال شده|فرستاده شده|لېږل شوی|استول شوی|نێردرا|نێردراوە|ተልኳል|የተላከ|ተላከ|ዝተላእከ|ተላኢኹ|נשלח",
    re.IGNORECASE,
)
# What such a line is about: a telephone or a mail program. Names are the same in every language and script.
PROGRAM: Final = re.compile(
    r"iphone|ipad|ipod|i-?phone|android|samsung|galaxy|huawei|honor|xiaomi|redmi|poco\b|oppo|oneplus|nokia|xperia|pixel|"
    r"motorola|realme|blackberry|outlook|hotmail|gmail|yahoo|mail\.ru|почт|яндекс|yandex|proton|tutanota|\bgmx\b|web\.de|"
    r"fairmail|fairemail|k-9|thunderbird|airmail|spark\b|zoho|icloud|aol\b|windows|ziggo|kpn|t-mobile|orange|"
    r"la poste|free\.fr|libero|posteo|mailbox|roundcube|webmail|e-?mail app|mail ?app|"
    r"mobiel|mobile|telefoon|smartphone|handy|téléphone|portable|smartphone|телефон|смартфон|telefon|"
    r"tablet|آيفون|آیفون|ايفون|سامسونج|سامسونگ|هاتف|گوشی|موبایل|جوال|አይፎን|\bmail for\b|\bmail voor\b",
    re.IGNORECASE,
)
# The words that end a letter, alone on their line or with a name.
CLOSING: Final = re.compile(
    r"^(?:(?:met )?(?:vriendelijke|hartelijke|lieve|de beste|warme)? ?groet(?:en|jes)?|mvg|m\.v\.g\.?|hoogachtend|"
    r"alvast bedankt(?: en groet(?:en|jes)?)?|(?:met )?dank(?: en groet(?:en|jes)?)?|"
    r"(?:(?:kind|best|warm|with kind|with best|many thanks and) )?regards|best wishes|cheers|"
    r"yours (?:sincerely|faithfully|truly)|sincerely(?: yours)?|"
    r"(?:bien )?cordialement|bien à vous|salutations(?: distinguées)?|"
    r"(?:mit )?(?:freundlichen?|vielen?|lieben?|besten?) grü(?:ß|ss)en?|mfg|"
    r"с уважением|с наилучшими пожеланиями|з повагою|(?:en )?iyi (?:dileklerimle|günler|çalışmalar)|saygılar(?:ımla)?|"
    r"silav û rêz|bi rêz|bi silavên germ|salaan(?: sare| diiran)?|mahadsanid|"
    r"(?:مع )?(?:أطيب |خالص |فائق )?(?:ال)?(?:تحيات?ي?|احترام|تقدير)|وتفضلوا بقبول .{2,40}|"
    r"با (?:احترام|سپاس|تشکر)|ارادتمند|په (?:درنښت|احترام)|لەگەڵ ڕێزدا|لەگەڵ ڕێز و سوپاس|"
    r"ምስ ሰላምታ|ምስ አክብሮት|ምስ ኣኽብሮት|ከሰላምታ ጋር|ከአክብሮት ጋር|med vänliga? hälsning(?:ar)?|med venlig hilsen|saludos|"
    r"cordiali saluti|atenciosamente|pozdrawiam|z poważaniem)(?![\w’'])",
    re.IGNORECASE,
)
POSTSCRIPT: Final = re.compile(r"^(?:p\.?\s?s\b|n\.?\s?b\b|з\.?\s?ы\b)", re.IGNORECASE)
# The legal text under an organisation's mail.
DISCLAIMER: Final = re.compile(
    r"\b(?:disclaimer|vertrouwelijk|geadresseerde|confidential|intended (?:solely|only)|bestemd voor|confidentiel|"
    r"vertraulich|denk aan het milieu|consider the environment)\b",
    re.IGNORECASE,
)
