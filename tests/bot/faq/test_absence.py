"""What people write about coming is understood in every language, in dialect and haste; what is near it is not."""

import pytest

from bot.faq.absence import REPORT, ComingWords
from bot.faq.finder import TrainedFinder
from bot.faq.finding import Candidate, Finding, Heard
from locales.rendering.languages import LANGUAGES

WORDS = ComingWords()

ABSENT: dict[str, tuple[str, ...]] = {
    "nl": (
        "ik ben ziek",
        "mijn kind is ziek",
        "ziek",
        "kan vandaag niet komen",
        "ik ben ziek vandaag",
        "mn dochter heeft koorts",
        "ik kom niet morgen",
        "kan niet naar les vandaag",
        "ik moet naar dokter morgen",
        "baby ziek kan niet komen",
        "ik lig in het ziekenhuis",
        "bus rijdt niet ik kom niet",
        "ik heb griep",
        "ik wil me afmelden",
        "zoon ziek, geen les vandaag",
        "ik ben zwanger en misselijk kan niet komen",
        "ben verkouden",
        "ik moet werken kan niet komen",
        "ziekmelden",
    ),
    "en": (
        "I am ill",
        "my child is ill",
        "sick",
        "i cant come today",
        "im sick today teacher",
        "my son has fever",
        "I can not come tomorrow",
        "i have to see a doctor",
        "my baby is in hospital",
        "no bus, I cannot come",
        "i have flu",
        "my kid is sick",
        "I will not be there tomorrow",
        "i'm not coming to class",
        "my daughter is vomiting",
        "I have to work tomorrow so I can't come",
        "I need to report sick",
    ),
    "ar": (
        "انا مريض",
        "أنا مريضة اليوم",
        "ابني مريض",
        "بنتي عندها حرارة",
        "ما بقدر اجي اليوم",
        "لا أستطيع الحضور غدا",
        "مريض",
        "عندي موعد عند الدكتور",
        "طفلي مريض ما فيني اجي",
        "انا بالمشفى",
        "مو قادر اجي بكرا",
        "انا تعبان كتير اليوم",
        "عندي زكام",
        "لن أحضر الدرس اليوم",
        "ولدي عيان",
        "مش هقدر اجي النهارده",
    ),
    "ti": (
        "ሓሚመ",
        "ሓሚመ ኣለኹ",
        "ውላደይ ሓሚሙ",
        "ሎሚ ክመጽእ ኣይክእልን",
        "ጓለይ ረስኒ ኣለዋ",
        "ጽባሕ ክመጽእ ኣይክእልን እየ",
        "ናብ ሓኪም ክኸይድ ኣለኒ",
        "ቆልዓይ ሓሚሙ",
        "ኣነ ሓሚመ ኣለኩ",
        "ሕማም ኣሎኒ",
        "ናብ ትምህርቲ ኣይመጽእን",
        "hamime aleku lomi",
    ),
    "am": (
        "አሞኛል",
        "ልጄ ታሟል",
        "ዛሬ መምጣት አልችልም",
        "ልጄ ትኩሳት አለው",
        "ነገ አልመጣም",
        "ሐኪም ቤት መሄድ አለብኝ",
        "ታምሜያለሁ",
        "ዛሬ ትምህርት መምጣት አልችልም",
        "ልጄ አሞታል",
        "amognal",
    ),
    "tr": (
        "hastayım",
        "çocuğum hasta",
        "bugün gelemem",
        "hasta",
        "oğlumun ateşi var",
        "yarın gelemiyorum",
        "doktora gitmem lazım",
        "hastayim bugun gelemem",
        "kızım hasta",
        "bugün derse gelemeyeceğim",
        "grip oldum",
        "otobüs yok gelemiyorum",
        "cocugum hasta",
    ),
    "fa": (
        "من مریضم",
        "بچه ام مریض است",
        "امروز نمی توانم بیایم",
        "مریض",
        "پسرم تب دارد",
        "فردا نمیتونم بیام",
        "باید برم دکتر",
        "سرما خوردم",
        "بچم مریضه",
        "امروز کلاس نمیام",
        "marizam nemiam",
    ),
    "fa_AF": (
        "من مریض استم",
        "طفلم مریض است",
        "امروز آمده نمیتوانم",
        "مریض هستم",
        "بچیم تب دارد",
        "صبا آمده نمیتانم",
        "داکتر میروم",
        "اولادم مریض اس",
        "امروز صنف آمده نمی توانم",
    ),
    "ps": (
        "زه ناروغ یم",
        "زما ماشوم ناروغ دی",
        "نن نشم راتلی",
        "ناروغ",
        "زوی مې تبه لري",
        "سبا نه شم راتلای",
        "ډاکټر ته ځم",
        "زه مریض یم",
        "نن ټولګي ته نه راځم",
    ),
    "so": (
        "waan jirranahay",
        "waan xanuunsanahay",
        "ilmahaygu waa jiran yahay",
        "maanta ma imaan karo",
        "cudur",
        "wiilkaygu qandho ayuu leeyahay",
        "berri ma imaan karo",
        "dhakhtar baan tagayaa",
        "ilmaha waa xanuunsan yahay",
        "maanta fasalka ma imanayo",
        "waan bukaa",
    ),
    "ku": (
        "ez nexweş im",
        "zarokê min nexweş e",
        "îro nikarim bêm",
        "nexweş",
        "kurê min bi ta ye",
        "sibê nikarim bêm",
        "diçim doktor",
        "ez nexwesim",
        "zaroka min nexweşe",
        "îro nayêm dersê",
    ),
    "ckb": (
        "من نەخۆشم",
        "منداڵەکەم نەخۆشە",
        "ئەمڕۆ ناتوانم بێم",
        "نەخۆش",
        "کوڕەکەم تای هەیە",
        "سبەی ناتوانم بێم",
        "دەچم بۆ دکتۆر",
        "ئەمڕۆ نایەم بۆ وانە",
        "min naxoshm",
    ),
    "uk": (
        "я захворів",
        "я хвора",
        "дитина хвора",
        "сьогодні не зможу прийти",
        "хворий",
        "у сина температура",
        "завтра не прийду",
        "мені треба до лікаря",
        "я захворіла",
        "не можу прийти на урок",
    ),
    "ru": (
        "я заболел",
        "я болею",
        "ребенок заболел",
        "сегодня не смогу прийти",
        "болен",
        "у сына температура",
        "завтра не приду",
        "мне надо к врачу",
        "заболела",
        "не могу прийти на урок",
        "ya zabolela",
    ),
    "fr": (
        "je suis malade",
        "mon enfant est malade",
        "malade",
        "je ne peux pas venir aujourd'hui",
        "mon fils a de la fièvre",
        "je ne viens pas demain",
        "je dois aller chez le médecin",
        "ma fille est malade",
        "j'ai la grippe",
        "je peux pas venir",
        "je serai absent demain",
    ),
}
BETTER: dict[str, tuple[str, ...]] = {
    "nl": (
        "mijn kind is beter",
        "ik ben weer beter",
        "ik ben niet ziek",
    ),
    "en": (
        "my child is better",
        "I am better",
        "I am not ill",
    ),
    "ar": (
        "ابني تحسن",
        "أنا أحسن الآن",
        "انا لست مريض",
        "صرت منيح",
    ),
    "ti": (
        "ውላደይ ሓውዩ",
        "ሓውየ",
        "ሕጂ ደሓን ኣለኹ",
    ),
    "am": (
        "ልጄ ተሽሎታል",
        "ተሽሎኛል",
    ),
    "tr": (
        "çocuğum iyileşti",
        "iyileştim",
        "hasta değilim",
    ),
    "fa": (
        "بچه ام خوب شده",
        "خوب شدم",
    ),
    "fa_AF": (
        "طفلم جور شده",
        "جور شدم",
    ),
    "ps": (
        "ماشوم مې ښه شو",
        "ښه شوم",
    ),
    "so": (
        "ilmahaygu wuu fiicnaaday",
        "waan fiicnaaday",
    ),
    "ku": (
        "zarokê min baş bûye",
        "ez baş bûm",
    ),
    "ckb": (
        "منداڵەکەم چاک بووەوە",
        "چاک بوومەوە",
    ),
    "uk": (
        "дитина одужала",
        "я одужав",
    ),
    "ru": (
        "ребенок выздоровел",
        "я выздоровел",
    ),
    "fr": (
        "mon enfant va mieux",
        "je vais mieux",
        "je ne suis pas malade",
    ),
}
COMING: dict[str, tuple[str, ...]] = {
    "nl": (
        "ik kom morgen",
        "ik ben er",
        "ik kan morgen wel komen",
    ),
    "en": (
        "I will be there",
        "I will come tomorrow",
    ),
    "ar": (
        "سوف آتي",
        "سآتي غدا",
    ),
    "ti": (
        "ክመጽእ እየ",
        "ጽባሕ ክመጽእ እየ",
    ),
    "am": (
        "እመጣለሁ",
        "ነገ እመጣለሁ",
    ),
    "tr": (
        "geleceğim",
        "yarın geliyorum",
    ),
    "fa": (
        "می آیم",
        "فردا میام",
    ),
    "fa_AF": (
        "می آیم",
        "فردا می آیم",
    ),
    "ps": (
        "زه به راشم",
        "سبا راځم",
    ),
    "so": (
        "waan imanayaa",
        "berri waan imanayaa",
    ),
    "ku": (
        "ez ê bêm",
        "sibê têm",
    ),
    "ckb": (
        "دێم",
        "سبەی دێم",
    ),
    "uk": (
        "я прийду",
        "завтра прийду",
    ),
    "ru": (
        "я приду",
        "завтра приду",
    ),
    "fr": (
        "je viendrai",
        "je viens demain",
    ),
}
# Questions, conditions, the past, and what is about something else.
NEAR: dict[str, tuple[str, ...]] = {
    "nl": (
        "wat moet ik doen als ik ziek ben",
        "ik was vorige week ziek",
        "hoe vaak mag ik ziek zijn",
        "krijg ik een boete als ik niet kom",
        "mag ik afwezig zijn",
        "wanneer is de les",
        "kan ik een tolk krijgen",
        "ik kom uit Eritrea",
        "wil me afmelden voor berichten",
    ),
    "en": (
        "what should I do when I am ill",
        "I was ill last week",
        "do I get a fine if I do not come",
        "how often may I be absent",
        "my child is better now, I can come",
        "do I lose money when I am sick",
        "is the teacher ill?",
        "can't make ends meet",
        "next week is better for me",
        "I want to speak better Dutch",
    ),
    "ar": (
        "ماذا أفعل عندما أكون مريضا",
        "كنت مريضا الأسبوع الماضي",
        "هل احصل على غرامة اذا لم احضر",
    ),
    "ti": (
        "እንተሓሚመ እንታይ ክገብር",
        "ዝሓለፈ ሰሙን ሓሚመ ነይረ",
        "እንተዘይመጺአ መቕጻዕቲ ኣሎ ድዩ",
    ),
    "am": (
        "ስታመም ምን ማድረግ አለብኝ",
        "ባለፈው ሳምንት ታምሜ ነበር",
        "ካልመጣሁ ቅጣት አለ?",
    ),
    "tr": (
        "hasta olursam ne yapmalıyım",
        "geçen hafta hastaydım",
        "gelmezsem ceza var mı",
    ),
    "fa": (
        "اگر مریض شدم چه کار کنم",
        "هفته پیش مریض بودم",
        "اگر نیایم جریمه میشوم",
    ),
    "fa_AF": (
        "اگر مریض شدم چی کنم",
        "هفته گذشته مریض بودم",
    ),
    "ps": (
        "که ناروغ شم څه وکړم",
        "تېره اونۍ ناروغ وم",
    ),
    "so": (
        "haddii aan jirrado maxaan sameeyaa",
        "toddobaadkii hore waan jirranaa",
    ),
    "ku": (
        "eger nexweş bibim çi bikim",
        "hefteya borî ez nexweş bûm",
    ),
    "ckb": (
        "ئەگەر نەخۆش بم چی بکەم",
        "هەفتەی ڕابردوو نەخۆش بووم",
    ),
    "uk": (
        "що робити якщо я захворію",
        "минулого тижня я хворів",
        "чи буде штраф якщо я не прийду",
    ),
    "ru": (
        "что делать если я заболею",
        "на прошлой неделе я болел",
        "будет ли штраф если я не приду",
    ),
    "fr": (
        "que faire si je suis malade",
        "j'étais malade la semaine dernière",
        "est-ce que j'ai une amende si je ne viens pas",
    ),
}


def _each(table: dict[str, tuple[str, ...]]) -> list[object]:
    return [pytest.param(text, id=f"{language} {text}") for language, texts in table.items() for text in texts]


@pytest.mark.parametrize("text", _each(ABSENT))
def test_who_cannot_come_is_understood(text: str) -> None:
    assert WORDS.heard_in(text) is Heard.ABSENT
    assert WORDS.heard_in(f"  {text.upper()}!! ") is Heard.ABSENT


@pytest.mark.parametrize("text", _each(BETTER))
def test_who_is_better_is_understood(text: str) -> None:
    assert WORDS.heard_in(text) is Heard.BETTER


@pytest.mark.parametrize("text", _each(COMING))
def test_who_does_come_is_understood(text: str) -> None:
    assert WORDS.heard_in(text) is Heard.COMING


@pytest.mark.parametrize("text", [*_each(NEAR), "", "🙂", "12", "x" * 10_000])
def test_what_is_near_it_reports_nothing(text: str) -> None:
    assert WORDS.heard_in(text) in (None, Heard.ASKING)


@pytest.mark.parametrize(("language", "text"), [(language, texts[1]) for language, texts in ABSENT.items()])
def test_the_finder_answers_with_the_topic_that_begins_a_report(
    finder: TrainedFinder, language: str, text: str
) -> None:
    found = finder.find(text, language)
    assert (found.outcome, found.topic, found.heard) == ("answer", REPORT, Heard.ABSENT)


def test_a_cry_for_help_goes_before_absence(finder: TrainedFinder) -> None:
    assert finder.find("ik ben ziek en ik wil niet meer leven", "nl").outcome == "urgent"


@pytest.mark.parametrize(
    ("finding", "outcome", "topic"),
    [
        pytest.param(Finding("answer", "long_absence"), "answer", "long_absence", id="another topic is sure"),
        pytest.param(
            Finding("handover", None, (Candidate("benefit_measure", 0.7),)), "choices", None, id="another is likely"
        ),
        pytest.param(
            Finding("choices", None, (Candidate("reschedule_appointment", 0.7),)),
            "answer",
            "reschedule_appointment",
            id="another that begins a report",
        ),
        pytest.param(
            Finding("choices", None, (Candidate("long_absence", 0.4),)), "answer", REPORT, id="none is likely"
        ),
        pytest.param(Finding("handover"), "answer", REPORT, id="none"),
        pytest.param(Finding("urgent"), "urgent", None, id="a cry for help"),
    ],
)
def test_another_topic_goes_before_absence_only_when_it_is_likely(
    finding: Finding, outcome: str, topic: str | None
) -> None:
    heeded = WORDS.heeded(finding, "ik ben ziek")
    assert (heeded.outcome, heeded.topic) == (outcome, topic)


def test_every_language_has_words() -> None:
    for table in (ABSENT, BETTER, COMING):
        assert table.keys() == LANGUAGES.keys()
        assert all(table.values())
