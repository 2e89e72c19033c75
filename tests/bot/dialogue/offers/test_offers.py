"""Looking through what there is, taking part, asking for it, the waiting list; on a canned town."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.configuration.border import border_of
from bot.configuration.settings import Settings
from bot.events import Pressed
from locales.rendering.message import Text, verbatim
from storage.appointments.appointments import Appointment
from storage.importing.offers import OffersImporter
from storage.importing.run import Report, run_import
from storage.offers.offers import OfferWish
from storage.people.people import Person
from storage.privacy.audit import AuditEntry
from storage.privacy.erasure import erase_conversation
from storage.privacy.export import export_person
from storage.vocabulary import AppointmentStatus, WishState
from tests.bot.dialogue.talk import Phone, Talk

HEAD = "external_id;kind;title_nl;title_en;audience;location;starts_at;places\n"
CAFE = "1;language_cafe;Praten in de bieb;Talk at the library;;Bibliotheek;2026-03-05 14:00;1\n"
WORKSHOP = "2;workshop;Zorg in Nederland;;;Gemeentehuis;2026-03-06 10:00;\n"
BUDDY = "3;buddy;Een taalmaatje;;;;;\n"


async def offered(talk: Talk, *rows: str) -> Report:
    border = border_of(Settings(_env_file=None), talk.database.keys, talk.clock.now())
    importer = OffersImporter(border, talk.planner.on_changes)
    report = await run_import(talk.database, importer, (HEAD + "".join(rows)).encode())
    assert report.rejected == []
    await talk.settle()
    return report


async def takes_place(talk: Talk, name: str) -> list[str]:
    """Where this person is expected, of what was offered."""
    async with talk.database.reading() as session:
        wanted = select(Appointment.location).where(
            Appointment.person_id == talk.person_ids[name],
            Appointment.external_id.startswith("offer-"),
            Appointment.status == AppointmentStatus.PLANNED,
        )
        return [place or "" for place in await session.scalars(wanted)]


async def states(talk: Talk) -> list[WishState]:
    async with talk.database.reading() as session:
        return list(await session.scalars(select(OfferWish.state).order_by(OfferWish.id)))


async def looks(phone: Phone) -> None:
    await phone.does(Pressed("menu"))
    await phone.taps("menu.offers")


async def test_one_after_the_other_in_ones_own_language_with_dutch_beside(talk: Talk) -> None:
    await offered(talk, CAFE, WORKSHOP, BUDDY, "4;sport;Alleen voor de Z-route;;z;;;\n")
    amina = await talk.linked("Amina")
    await looks(amina)
    amina.sees("offers.place", number="1", total="3")
    amina.sees("offers.what", icon=verbatim("🗣️"), what="Talk at the library")
    amina.sees("offers.in_dutch", title="Praten in de bieb")
    amina.sees("offers.places_left", number="1")
    await amina.taps("offers.next")
    # Without a title in English: what kind of thing it is.
    amina.sees("offers.what", icon=verbatim("🛠️"), what=Text("offers.kind.workshop"))
    amina.sees("offers.agreed_first")
    await amina.taps("offers.next")
    amina.sees("offers.any_time")
    await amina.taps("offers.next")
    amina.sees("offers.place", number="1", total="3")


async def test_who_takes_part_has_an_appointment_like_any_other(talk: Talk) -> None:
    await offered(talk, CAFE)
    amina = await talk.linked("Amina")
    await looks(amina)
    await amina.taps("offers.take")
    amina.sees("offers.taken")
    # They chose it themselves: it is not told as news.
    amina.sees_nothing_of("notice.new", kind=Text("kind.activity"))
    assert await takes_place(talk, "Amina") == ["Bibliotheek"]
    # Pressed once more nothing happens twice.
    await amina.does(Pressed("offertake:1"))
    assert await states(talk) == [WishState.TAKEN]
    # It moves with the table.
    await offered(talk, CAFE.replace("14:00", "15:00"))
    amina.mark()
    await talk.planner.plan_ahead(talk.database)
    await talk.settle()
    assert any("15:00" in message.text or "3:00" in message.text for message in amina.messages[-2:])
    await looks(amina)
    await amina.taps("offers.leave")
    amina.sees("offers.left")
    assert await takes_place(talk, "Amina") == []
    assert await states(talk) == [WishState.LEFT]


async def test_who_waits_gets_the_place_that_becomes_free(talk: Talk) -> None:
    await offered(talk, CAFE)
    amina, omar = await talk.linked("Amina"), await talk.linked("Omar")
    await amina.does(Pressed("offertake:1"))
    await looks(omar)
    omar.sees("offers.full")
    await omar.taps("offers.wait")
    omar.sees("offers.waiting")
    assert await takes_place(talk, "Omar") == []
    await amina.does(Pressed("offerleave:1"))
    omar.mark()
    await talk.app.scheduler.plan_everything()
    await talk.settle()
    omar.sees("notice.new", kind=Text("kind.activity"))
    assert await takes_place(talk, "Omar") == ["Bibliotheek"]
    assert await states(talk) == [WishState.LEFT, WishState.TAKEN]


@pytest.mark.parametrize("agrees", [True, False])
async def test_the_consultant_agrees_to_a_workshop_or_does_not(talk: Talk, agrees: bool) -> None:
    await offered(talk, WORKSHOP)
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await looks(amina)
    sanne.mark()
    await amina.taps("offers.ask")
    amina.sees("offers.asked")
    what = Text("offers.what", {"icon": verbatim("🛠️"), "what": verbatim("Zorg in Nederland")})
    sanne.sees("consultant.offer_asked", person="Amina Tesfay", what=what)
    assert await takes_place(talk, "Amina") == []
    amina.mark()
    await sanne.taps("consultant.offer_agree" if agrees else "consultant.offer_refuse")
    name = Text("offers.what", {"icon": verbatim("🛠️"), "what": Text("offers.kind.workshop")})
    if agrees:
        amina.sees("notice.new", kind=Text("kind.workshop"))
    else:
        amina.sees("offers.refused", what=name)
    assert await takes_place(talk, "Amina") == (["Gemeentehuis"] if agrees else [])
    # Decided once.
    await sanne.does(Pressed("offerno:1"))
    assert await states(talk) == [WishState.TAKEN if agrees else WishState.REFUSED]
    async with talk.database.reading() as session:
        actions = set(await session.scalars(select(AuditEntry.action)))
    assert {"asked_offer", "agreed_offer" if agrees else "refused_offer"} <= actions


async def test_a_language_buddy_in_ones_own_words_is_a_task(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await looks(amina)
    amina.sees("offers.none")
    sanne.mark()
    await amina.says("I want a language buddy")
    amina.sees("offers.asked")
    sanne.sees("consultant.wants_something", person="Amina Tesfay")
    sanne.sees("consultant.offer_words", words="I want a language buddy")
    amina.mark()
    await sanne.taps("consultant.offer_agree")
    sanne.sees("consultant.offer_make_meeting")
    amina.sees("offers.agreed", what="I want a language buddy")


async def test_nobody_decides_for_anothers_people_and_none_has_what_is_over(talk: Talk) -> None:
    await offered(talk, WORKSHOP, CAFE)
    amina, karim = await talk.linked("Amina"), await talk.linked("Karim")
    await amina.does(Pressed("offertake:1"))
    await karim.does(Pressed("offeryes:1"))
    assert await states(talk) == [WishState.ASKED]
    await amina.does(Pressed("offeryes:1"))
    assert await states(talk) == [WishState.ASKED]
    talk.clock.forward(days=10)
    await amina.does(Pressed("offertake:2"))
    amina.sees("offers.gone")
    assert await states(talk) == [WishState.ASKED]


async def test_it_is_handed_out_and_its_words_are_erased(talk: Talk) -> None:
    amina = await talk.linked("Amina")
    await looks(amina)
    await amina.says("Ik wil zwemmen")
    async with talk.database.writing() as session:
        person = await session.get_one(Person, talk.person_ids["Amina"])
        held = await export_person(session, person)
        assert "Ik wil zwemmen" in str(held["taking_part"])
        await erase_conversation(session, person.id, talk.clock.now() + timedelta(minutes=1))
        assert list(await session.scalars(select(OfferWish))) == []
