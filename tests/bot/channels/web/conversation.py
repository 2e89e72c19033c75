"""A conversation with everything a line can hold, in Dutch and in Arabic."""

from locales.rendering.message import Style
from locales.rendering.render import Block, File, Rendered
from tests.bot.channels.web.rig import Rig, message

CALENDAR = File("gesprek.ics", "text/calendar", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
TOWN_HALL = "Gemeentehuis Huizen, Graaf Wichmanlaan 10"
MAP = "https://www.openstreetmap.org/?mlat=52.29"

IN_DUTCH = (
    message(
        "Over 1 dag: voortgangsgesprek",
        more=(
            Block(
                "📅 dinsdag 10 maart, 14:00 – 15:00\n📍 Gemeentehuis Huizen, Graaf Wichmanlaan 10", Style.NORMAL, "nl"
            ),
            Block(
                "Of online: https://vergadering.example/kamer/voortgangsgesprek-haddad-1234567890", Style.NORMAL, "nl"
            ),
        ),
        buttons=[
            [("✅ Ik kom", "come:12")],
            [("🙋 Ik kan niet komen", "absent:12"), ("🔁 Graag een andere tijd", "other:12")],
            [("🗺️ Kaart", MAP)],
        ],
        file=CALENDAR,
    ),
    message(
        "Uw inburgeringstermijn",
        more=(
            Block("U heeft tijd tot en met 1 maart 2029.", Style.OFFICIAL, "nl"),
            Block("Sanne schrijft:", Style.TITLE, "nl"),
            Block("Dag Amina, kunt u mij morgen even bellen?", Style.QUOTE, "nl"),
        ),
    ),
    message(
        "Wat wilt u doen?",
        buttons=[
            [("📅 Mijn afspraken", "appointments")],
            [("❓ Ik heb een vraag", "ask")],
            [("👍 Ja", "y"), ("👎 Nee", "n")],
        ],
    ),
)
IN_ARABIC = (
    message(
        "بعد يوم واحد: لقاء متابعة",
        locale="ar",
        more=(
            Block("📅 الثلاثاء 10 مارس، \u206814:00\u2069 – \u206815:00\u2069", Style.NORMAL, "ar"),
            Block(f"📍 \u2068{TOWN_HALL}\u2069", Style.NORMAL, "ar"),
        ),
        buttons=[
            [("✅ سآتي", "come:12")],
            [("🙋 لا أستطيع الحضور", "absent:12"), ("🔁 أريد وقتًا آخر", "other:12")],
            [("🗺️ الخريطة", MAP)],
        ],
        file=CALENDAR,
    ),
    message(
        "مدة الاندماج الخاصة بك",
        locale="ar",
        more=(
            Block("لديك وقت حتى 1 مارس 2029.", Style.OFFICIAL, "ar"),
            Block("U heeft tijd tot en met 1 maart 2029.", Style.DUTCH, "nl"),
            Block("كتبت \u2068Sanne\u2069:", Style.TITLE, "ar"),
            Block("مرحبا أمينة، هل يمكنك الاتصال بي غدًا؟", Style.QUOTE, "ar"),
        ),
    ),
    message(
        "ماذا تريد أن تفعل؟",
        locale="ar",
        buttons=[[("📅 مواعيدي", "appointments")], [("❓ لدي سؤال", "ask")], [("👍 نعم", "y"), ("👎 لا", "n")]],
    ),
)
CONVERSATIONS: dict[str, tuple[Rendered, ...]] = {"nl": IN_DUTCH, "ar": IN_ARABIC}


async def speak(rig: Rig, address: str, locale: str) -> None:
    """Say it all, a day after whatever was said before."""
    rig.clock.forward(days=1)
    for rendered in CONVERSATIONS[locale]:
        rig.clock.forward(minutes=7)
        await rig.bot_says(address, rendered)
