"""Who administers one municipality brings in rows about its people only; of others' they hear which cell is wrong."""

from collections.abc import Mapping
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from bot.actions.acting import Acting, Actor, Proof, Role
from bot.actions.offers.taking_part import OfferRefused, shown_to, take
from bot.configuration.importers import IMPORTERS, importer_for
from storage.appointments.appointments import Appointment, LessonGroup, Membership
from storage.importing.run import run_import
from storage.offers.offers import ActivityOffer, OfferWish, offers_by_external_id
from storage.people.people import Consultant, Person
from storage.vocabulary import AppointmentKind, DeskRole, OfferKind, WishState
from tests.bot.desk.conftest import Browser
from tests.bot.desk.test_importing import TIMETABLE, uploads
from tests.bot.dialogue.talk import Talk
from tests.people import somebody
from tests.storage.privacy.all_values import everything

#: Of each table a row about somebody of Huizen, one about somebody of Laren, and the cell that is refused.
ROWS: Mapping[str, tuple[str, str, str, str]] = {
    "people": (
        "external_id,given_name,language,group,municipality,born_on,consultant_email",
        "H2,Sara,nl,asylum,huizen,1990-01-01,",
        "H3,Nour,nl,asylum,Laren,1991-01-01,",
        "municipality",
    ),
    "plans": ("person_external_id,route", "H1,b1", "L1,b1", "person_external_id"),
    "progress": ("person_external_id,part,status", "H1,pvt,busy", "L1,pvt,busy", "person_external_id"),
    "groups": ("group,person_external_id,from", "Ochtend,H1,2026-01-01", "Ochtend,L1,2026-01-01", "person_external_id"),
    "appointments": (
        "external_id,person_external_id,kind,starts_at",
        "N1,H1,progress_meeting,2026-03-10 10:00",
        "N2,L1,progress_meeting,2026-03-10 10:00",
        "person_external_id",
    ),
    "attendance": (
        "appointment_external_id,person_external_id,presence",
        "AH1,H1,present",
        "AL1,L1,present",
        "person_external_id",
    ),
    "offers": ("external_id,kind,title_nl", "O1,sport,Zwemmen", "OL,sport,Zwemmen", "external_id"),
}


@pytest.fixture
async def two_towns(talk: Talk) -> Talk:
    """H1 of Huizen and L1 of Laren, each with a meeting that was; L1 takes part in OL and is in the group of Laren."""
    now = talk.clock.now()
    async with talk.database.writing() as session:
        for external_id, place in (("H1", "Huizen"), ("L1", "Laren")):
            one = somebody(now, external_id=external_id, given_name="Omar")
            one.municipality, one.born_on = place, date(1980, 5, 5)
            session.add(one)
            await session.flush()
            met = Appointment(
                external_id=f"A{external_id}", person_id=one.id, kind=AppointmentKind.PROGRESS_MEETING,
                starts_at=now - timedelta(days=1), made_at=now, updated_at=now,
            )  # fmt: skip
            session.add(met)
        offer = ActivityOffer(external_id="OL", kind=OfferKind.SPORT, titles='{"nl": "Sport"}', updated_at=now)
        group = LessonGroup(name="Laren A")
        email = "bo@laren.example"
        bo = Consultant(
            email=email, email_hash=talk.database.keys.fingerprint(email, "email"), name="Bo", municipality="Laren",
            created_at=now,
        )  # fmt: skip
        session.add_all([offer, group, bo])
        await session.flush()
        session.add(OfferWish(person_id=one.id, offer_id=offer.id, state=WishState.TAKEN, asked_at=now))
        session.add(Membership(group_id=group.id, person_id=one.id, from_on=date(2026, 1, 1)))
    return talk


async def imported(talk: Talk, kind: str, *lines: str) -> list[tuple[int, str, str]]:
    """What was refused of these lines, when an administrator of Huizen brings them in."""
    importer = importer_for(kind, talk.app.parts, "huizen")
    return (await run_import(talk.database, importer, "\n".join(lines).encode())).rejected


def test_every_table_says_what_is_anothers() -> None:
    assert ROWS.keys() == IMPORTERS.keys()


@pytest.mark.parametrize("kind", ROWS)
async def test_rows_of_another_municipality_are_refused(two_towns: Talk, kind: str) -> None:
    header, own, others, cell = ROWS[kind]
    assert await imported(two_towns, kind, header, own) == []
    before = await everything(two_towns.database)
    (refused,) = await imported(two_towns, kind, header, others, own)
    assert refused[:2] == (2, cell)
    assert "huizen" in refused[2]
    assert await everything(two_towns.database) == before
    # Who imports for all of them may.
    importer = importer_for(kind, two_towns.app.parts, "")
    assert (await run_import(two_towns.database, importer, f"{header}\n{others}".encode())).rejected == []


@pytest.mark.parametrize(
    ("row", "cell"),
    [
        pytest.param("L1,Omar,nl,asylum,Huizen,1980-05-05,", "external_id", id="their number"),
        pytest.param("H4,Sara,nl,asylum,Huizen,,bo@laren.example", "consultant_email", id="their consultant"),
    ],
)
async def test_people_of_another_municipality_stay_there(two_towns: Talk, row: str, cell: str) -> None:
    before = await everything(two_towns.database)
    (refused,) = await imported(two_towns, "people", ROWS["people"][0], row)
    assert refused[:2] == (2, cell)
    assert await everything(two_towns.database) == before


@pytest.mark.parametrize("told", [pytest.param("", id="not said"), pytest.param(" HUIZEN", id="said")])
async def test_an_offer_is_for_the_own_municipality(two_towns: Talk, told: str) -> None:
    header, own, _, _ = ROWS["offers"]
    assert await imported(two_towns, "offers", f"{header},municipality", f"{own},{told}") == []
    # And it may be changed by whoever made it.
    assert await imported(two_towns, "offers", header, "O1,sport,Zwemmen voor allen") == []
    seen = {}
    async with two_towns.database.writing() as session:
        for person in await session.scalars(select(Person)):
            acting = Acting(
                Actor(Role.PERSON, Proof.ACCOUNT, person.id), session, two_towns.clock.now(), two_towns.app.parts
            )
            shown = await shown_to(acting, person.id)
            seen[person.external_id] = {one.offer.external_id for one in shown}
            taken = await take(acting, person.id, (await offers_by_external_id(session, ["O1"]))["O1"].id)
            assert (taken is OfferRefused.NOT_THEIRS) is (person.external_id == "L1")
    assert (seen["H1"], seen["L1"]) == ({"O1", "OL"}, {"OL"})


async def test_an_offer_to_others_is_refused(two_towns: Talk) -> None:
    (refused,) = await imported(two_towns, "offers", "external_id,kind,title_nl,municipality", "O1,sport,Zwemmen,Laren")
    assert refused[:2] == (2, "municipality")


async def test_nobody_is_asked_about_people_of_another_municipality(two_towns: Talk) -> None:
    # Of the same name and day of birth as somebody there, whose number would be told by the question.
    assert await imported(two_towns, "people", ROWS["people"][0], "H5,Omar,nl,asylum,Huizen,1980-05-05,") != []
    async with two_towns.database.writing() as session:
        session.add(other := somebody(two_towns.clock.now(), external_id="L2", given_name="Hamid"))
        other.municipality, other.born_on = "Laren", date(1985, 6, 6)
    assert await imported(two_towns, "people", ROWS["people"][0], "H6,Hamid,nl,asylum,Huizen,1985-06-06,") == []


async def test_own_people_stay_out_of_a_group_of_others(two_towns: Talk) -> None:
    header, row = ROWS["groups"][0], "laren a,H1,2026-02-01"
    (refused,) = await imported(two_towns, "groups", header, row, "Laren B,H1,2026-02-01")
    assert refused[:2] == (2, "group")
    # Whoever imports for all may, and then it is a group of both.
    everybodys = importer_for("groups", two_towns.app.parts, "")
    assert (await run_import(two_towns.database, everybodys, f"{header}\n{row}".encode())).rejected == []
    assert await imported(two_towns, "groups", header, "Laren A,H1,2026-03-01") == []


async def test_a_group_of_others_keeps_its_timetable(two_towns: Talk) -> None:
    admin = await Browser(two_towns).signs_in("beheer@huizen.example", DeskRole.ADMINISTRATOR, "huizen")
    page = await uploads(admin, TIMETABLE.encode(), "timetable", "Laren A")
    assert '<th scope="row">1</th><td>group</td>' in page
    assert "<dt>Nieuw</dt><dd>3</dd>" not in page
    assert "<dt>Nieuw</dt><dd>3</dd>" in await uploads(admin, TIMETABLE.encode(), "timetable", "Ochtend C")
    people = await uploads(admin, "\n".join([ROWS["people"][0], ROWS["people"][2]]).encode())
    assert '<th scope="row">2</th><td>municipality</td>' in people
    await admin.client.aclose()
