"""A greeting or a word of thanks, which is no question: as people write it in the languages of Maatje, on its own."""

from typing import Final

from bot.dialogue.numbers import plain

GREETINGS: Final = frozenset(
    plain(word)
    for words in (
        # nl, en, fr, tr, so, ku
        "hallo|hoi|hey|hi|dag|goedemorgen|goede morgen|goedemiddag|goede middag|goedenavond|goede avond|goedendag",
        "hello|good morning|good afternoon|good evening|bonjour|bonsoir|salut|coucou",
        "merhaba|selam|selamlar|günaydın|iyi günler|iyi akşamlar|selamün aleyküm",
        "salaan|salaamu calaykum|asalaamu calaykum|subax wanaagsan|galab wanaagsan|silav|rojbaş|roj baş|merheba",
        # ar, fa, ps, ckb, and as they are written in Latin letters
        "سلام|السلام عليكم|سلام عليكم|مرحبا|مرحبًا|اهلا|أهلا|هلا|صباح الخير|مساء الخير",
        "سلام علیکم|درود|صبح بخیر|وقت بخیر|سلامونه|سڵاو|سلاو|بەیانی باش|ڕۆژباش",
        "salam|salaam|salam alaikum|salam aleikum|assalamu alaikum|marhaba|ahlan",
        # ti, am
        "ሰላም|ከመይ|ከመይ ኣለኹም|ከመይ ኣለኻ|ከመይ ኣለኺ|ከመይ ሓዲርኩም|ጤና ይስጥልኝ|እንደምን አደሩ|selam nekum",
        # uk, ru
        "привіт|вітаю|добрий день|доброго дня|добрий ранок|добрий вечір",
        "привет|здравствуйте|здравствуй|добрый день|доброе утро|добрый вечер",
    )
    for word in words.split("|")
)
THANKS: Final = frozenset(
    plain(word)
    for words in (
        "dank u|dank u wel|dankuwel|dank je|dank je wel|dankjewel|bedankt|heel erg bedankt",
        "hartelijk dank|ok|oke|oké|okay",
        "thanks|thank you|thank you very much|many thanks|merci|merci beaucoup",
        "teşekkürler|teşekkür ederim|çok teşekkürler|sağ ol|sağol|sağ olun|sağolun|mahadsanid|waad mahadsantahay",
        "spas|gelek spas|شكرا|شكرا جزيلا|شكرا لك|شكرا لكم|shukran|ممنون|خیلی ممنون|متشکرم|مرسی|تشکر|سپاس",
        "مننه|ډېره مننه|سوپاس|زۆر سوپاس|የቐንየለይ|የቀንየለይ|አመሰግናለሁ|እናመሰግናለን|yekenyeley",
        "дякую|щиро дякую|спасибо|большое спасибо",
    )
    for word in words.split("|")
)
