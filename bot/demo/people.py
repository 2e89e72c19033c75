"""The demo's people: two consultants and 36 adults (16 education, 13 B1, 7 Z; start note, bijlage 2), all made up.

They are made as tables in the form a municipality exports, and go in through the importers, around the day it is.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

CONSULTANTS = (("linda.devries@hbel.example", "Linda de Vries"), ("karim.bouali@hbel.example", "Karim Bouali"))
TOWNS = ("Huizen", "Blaricum", "Eemnes", "Laren")
ROUTES = ("education",) * 16 + ("b1",) * 13 + ("z",) * 7
# By their places in NAMES: two who are half-way, and one who has done everything.
HALF_WAY, HALF_WAY_Z, FINISHED = 21, 32, 28
_EVERY_PART = ("pvt", "map", "exam_reading", "exam_listening", "exam_writing", "exam_speaking", "knm")
GROUPS = {"education": "Taalschakeltraject 1", "b1": "B1 dinsdag", "z": "Z-route ochtend"}

# Given name, family name, language: common names where the people come from; nobody in particular.
NAMES: tuple[tuple[str, str, str], ...] = (
    ("Yohannes", "Tesfay", "ti"), ("Rahel", "Gebremedhin", "ti"), ("Selam", "Kidane", "ti"), ("Filmon", "Haile", "ti"),
    ("Omar", "al-Khatib", "ar"), ("Hala", "Darwish", "ar"), ("Samir", "Haddad", "ar"), ("Rania", "Mansour", "ar"),
    ("Khaled", "Nasser", "ar"), ("Yasmin", "Saleh", "ar"), ("Bilal", "Hamdan", "ar"), ("Noor", "Aziz", "ar"),
    ("Mustafa", "Demir", "tr"), ("Elif", "Kaya", "tr"), ("Emre", "Yıldız", "tr"),
    ("Parisa", "Ahmadi", "fa"), ("Reza", "Karimi", "fa"), ("Farid", "Noori", "fa_AF"), ("Zahra", "Sadat", "fa_AF"),
    ("Wahid", "Stanikzai", "ps"), ("Spogmai", "Zadran", "ps"), ("Abdi", "Warsame", "so"), ("Hodan", "Farah", "so"),
    ("Dawit", "Bekele", "am"), ("Meron", "Tadesse", "am"), ("Azad", "Bakir", "ckb"), ("Shilan", "Rashid", "ckb"),
    ("Berfin", "Aslan", "ku"), ("Oleksandr", "Kovalenko", "uk"), ("Iryna", "Shevchenko", "uk"),
    ("Elena", "Morozova", "ru"),
    ("Jean", "Niyonzima", "fr"), ("Divine", "Kabongo", "fr"), ("Grace", "Okello", "en"), ("Samuel", "Mensah", "en"),
    ("Amina", "Yusuf", "ar"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tables:
    """The municipality's tables as CSV bytes, and the classes of each group as (name, local start, local end)."""

    people: bytes
    plans: bytes
    appointments: bytes
    progress: bytes
    offers: bytes
    memberships: Sequence[tuple[str, str]]
    classes: Sequence[tuple[str, datetime, datetime]]


def _csv(rows: Sequence[dict[str, object]]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0]), delimiter=";")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode("utf-8-sig")


def make_tables(today: date) -> Tables:
    """Tables around a day: plans signed in the last two years, meetings in the coming weeks, classes for six weeks."""
    people, plans, appointments = [], [], []
    memberships: list[tuple[str, str]] = []
    taken: dict[str, set[datetime]] = {}
    for number, ((given, family, language), route) in enumerate(zip(NAMES, ROUTES, strict=True)):
        external_id = f"P{number + 1:03}"
        email, name = CONSULTANTS[0 if number % 7 < 4 else 1]
        signed = today - timedelta(days=20 + number * 19)
        people.append(_person(number, external_id, (given, family, language), signed, (email, name)))
        plans.append(_plan(external_id, route, signed))
        starts_at = _free_time(number, route, today, taken.setdefault(name, set()))
        appointments.append(_meeting(number, external_id, starts_at, name))
        memberships.append((GROUPS[route], external_id))
    progress, offers = _csv(_progress(today)), _csv(_offers(today))
    tables = (_csv(people), _csv(plans), _csv(appointments), progress, offers)
    return Tables(*tables, memberships, _classes(today))


def _person(
    number: int, external_id: str, who: tuple[str, str, str], signed: date, consultant: tuple[str, str]
) -> dict[str, object]:
    given, family, language = who
    return {
        "external_id": external_id,
        "given_name": given,
        "family_name": family,
        "language": language,
        "group": "migrant" if number % 9 == 8 else "asylum",
        "municipality": TOWNS[number % 4],
        "born_on": date(1980 + number % 25, 1 + number % 12, 1 + number % 27).isoformat(),
        "phone": f"+3161000{number:04}",
        "email": f"persoon{number}@example.org",
        "brp_registered_on": (signed - timedelta(days=60)).isoformat(),
        "housed_on": (signed - timedelta(days=55)).isoformat(),
        "consultant_email": consultant[0],
        "consultant_name": consultant[1],
    }


def _plan(external_id: str, route: str, signed: date) -> dict[str, object]:
    goals = {
        "education": "MBO-opleiding niveau 2",
        "b1": "B1 en werk in de zorg",
        "z": "Zelfredzaam zijn en meedoen in de buurt",
    }
    return {
        "person_external_id": external_id,
        "route": route,
        "intake_on": (signed - timedelta(days=21)).isoformat(),
        "plan_signed_on": signed.isoformat(),
        "relief_started_on": (signed - timedelta(days=50)).isoformat(),
        "progress_meetings_per_year": 4,
        "goal": goals[route],
    }


def _progress(today: date) -> list[dict[str, object]]:
    """Two people half-way, on the B1-route and on the Z-route, and somebody who has done everything last week."""
    ago = {days: (today - timedelta(days=days)).isoformat() for days in (5, 60, 200)}
    done: tuple[tuple[int, str, str, str, str, str], ...] = (
        (HALF_WAY, "pvt", "done", ago[200], "12", ""),
        (HALF_WAY, "lessons", "busy", ago[5], "430", ""),
        (HALF_WAY, "exam_reading", "done", ago[60], "", "1"),
        (HALF_WAY, "exam_listening", "done", ago[60], "", "1"),
        (HALF_WAY, "exam_writing", "failed", ago[60], "", "1"),
        (HALF_WAY, "map", "busy", ago[60], "20", ""),
        (HALF_WAY_Z, "pvt", "done", ago[200], "12", ""),
        (HALF_WAY_Z, "lessons", "busy", ago[5], "412", ""),
        (HALF_WAY_Z, "participation", "busy", ago[5], "385", ""),
        *((FINISHED, part, "done", ago[200 if part in ("pvt", "map") else 5], "", "") for part in _EVERY_PART),
    )
    return [
        {
            "person_external_id": f"P{number + 1:03}",
            "part": part,
            "status": status,
            "on": on,
            "hours": hours,
            "attempt": attempt,
        }
        for number, part, status, on, hours, attempt in done
    ]


def _free_time(number: int, route: str, today: date, taken: set[datetime]) -> datetime:
    """When somebody meets a consultant: in the next two weeks, before or after the lessons of the route, when nobody
    else sits there; it is `taken` from then on."""
    times = (time(9), time(16)) if route == "b1" else (time(13), time(13, 45), time(14, 30), time(15, 15))
    day = today + timedelta(days=1 + number % 12)
    while True:
        day += timedelta(days={5: 2, 6: 1}.get(day.weekday(), 0))
        for of_day in times:
            starts_at = datetime.combine(day, of_day)
            if starts_at not in taken:
                taken.add(starts_at)
                return starts_at
        day += timedelta(days=1)


def _meeting(number: int, external_id: str, starts_at: datetime, consultant: str) -> dict[str, object]:
    kinds = ("progress_meeting", "progress_meeting", "progress_meeting", "pvt", "workshop", "map")
    return {
        "external_id": f"A{number + 1:03}",
        "person_external_id": external_id,
        "kind": kinds[number % len(kinds)],
        "starts_at": starts_at.isoformat(" ", "minutes"),
        "ends_at": (starts_at + timedelta(minutes=45)).isoformat(" ", "minutes"),
        "location": "Gemeentehuis Huizen, Graaf Wichman 10" if number % 3 else "Bibliotheek Laren, Klaaskampen 18",
        "with_whom": consultant,
        "mandatory": "yes",
        "status": "planned",
    }


def _offers(today: date) -> list[dict[str, object]]:
    """What there is to take part in (start note 3.4, 3.6), in the next two weeks."""

    def on(days: int, hour: int, minutes: int) -> dict[str, object]:
        day = today + timedelta(days=days)
        starts_at = datetime.combine(day + timedelta(days={5: 2, 6: 1}.get(day.weekday(), 0)), time(hour))
        ends_at = starts_at + timedelta(minutes=minutes)
        return {"starts_at": starts_at.isoformat(" ", "minutes"), "ends_at": ends_at.isoformat(" ", "minutes")}

    never: dict[str, object] = {"starts_at": "", "ends_at": ""}
    rows = (
        (
            "cafe",
            "language_cafe",
            "Praten bij de koffie",
            "حديث مع القهوة",
            "Bibliotheek Huizen",
            "",
            12,
            on(4, 10, 90),
        ),
        (
            "swim",
            "swimming",
            "Zwemles voor volwassenen",
            "تعلّم السباحة للكبار",
            "Zwembad Sijsjesberg",
            "",
            1,
            on(6, 19, 60),
        ),
        ("sport", "sport", "Voetbal op zondag", "كرة القدم", "Buurtsportcoach", "", "", on(8, 14, 90)),
        (
            "care",
            "workshop",
            "Zorg en verzekering",
            "الرعاية الصحية والتأمين",
            "Versa Welzijn",
            "asylum",
            10,
            on(9, 10, 120),
        ),
        ("buddy", "buddy", "Een taalmaatje", "رفيق لغة", "Versa Welzijn", "", "", never),
    )
    return [
        {
            "external_id": f"demo-{name}",
            "kind": kind,
            "title_nl": dutch,
            "title_ar": arabic,
            "provider": provider,
            "audience": audience,
            "languages": "nl",
            "location": "" if name == "buddy" else f"{provider}, Huizen",
            "places": places,
            **times,
        }
        for name, kind, dutch, arabic, provider, audience, places, times in rows
    ]


def _classes(today: date) -> list[tuple[str, datetime, datetime]]:
    monday = today - timedelta(days=today.weekday())
    weekly = {
        GROUPS["education"]: ((0, 9), (1, 9), (2, 9), (3, 9), (4, 9)),
        GROUPS["b1"]: ((1, 13), (3, 13), (4, 10)),
        GROUPS["z"]: ((0, 10), (2, 10), (3, 10)),
    }
    return [
        (group, start, start + timedelta(hours=3))
        for group, hours in weekly.items()
        for week in range(6)
        for weekday, hour in hours
        for start in [datetime.combine(monday + timedelta(weeks=week, days=weekday), time(hour))]
    ]
