"""One person's page: what is known, what is written, made, moved and ended from there."""

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from bot.events import Pressed
from locales.rendering.message import Text
from storage.appointments.appointments import Appointment
from storage.attention.contact_moments import ContactMoment
from storage.outbox.message import Message
from storage.people.contacts import Contact
from storage.privacy.audit import AuditEntry
from storage.vocabulary import AppointmentKind, AppointmentStatus, ContactHow, ContactState
from tests.bot.desk.conftest import Browser
from tests.bot.dialogue.talk import Talk


def page_of(talk: Talk, name: str = "Amina") -> str:
    return f"/desk/people/{talk.person_ids[name]}"


async def looks(talk: Talk) -> list[str]:
    async with talk.database.reading() as session:
        wanted = select(AuditEntry.subject).where(AuditEntry.action == "looked_at")
        return list(await session.scalars(wanted))


async def test_a_page_shows_plan_terms_and_what_comes(talk: Talk, sanne: Browser) -> None:
    page = await sanne.look(page_of(talk))
    assert "B1-route" in page
    assert "care" in page
    # Signed on 2 March 2026: three years from the day after.
    assert "2 maart 2029" in page
    assert "PVT" in page
    assert "voortgangsgesprek" in page.lower()


async def test_a_part_is_noted_and_the_person_reads_it_as_done(talk: Talk, sanne: Browser) -> None:
    amina = await talk.linked("Amina")
    path = page_of(talk)
    await sanne.does(f"{path}/progress", path, part="knm", status="done")
    page = await sanne.look(path)
    assert re.search(r'<select[^>]*id="status-knm"[^>]*>.*?value="done" selected', page, re.DOTALL)
    await amina.does(Pressed("plan"))
    amina.sees("progress.done", part=Text("progress.part.knm"))
    assert "niets gedaan" in await sanne.does(f"{path}/progress", path, part="certificate", status="done")
    assert "niets gedaan" in await sanne.does(f"{path}/progress", path, part="knm", status="excellent")


async def test_a_talk_is_noted_once(talk: Talk, sanne: Browser) -> None:
    for _ in range(2):
        await sanne.does(f"{page_of(talk)}/talk", page_of(talk), how="visited")
    async with talk.database.reading() as session:
        assert [one.how for one in await session.scalars(select(ContactMoment))] == [ContactHow.VISITED]
    assert "niets gedaan" in await sanne.does(f"{page_of(talk)}/talk", page_of(talk), how="dreamt")


async def test_each_look_is_one_line_of_the_log(talk: Talk, sanne: Browser) -> None:
    before = len(await looks(talk))
    await sanne.look(page_of(talk))
    assert (await looks(talk))[before:] == [f"person:{talk.person_ids['Amina']}"]


async def test_somebody_elses_person_is_not_found(talk: Talk, karim: Browser) -> None:
    before = len(await looks(talk))
    answer = await karim.client.get(page_of(talk))
    assert answer.status_code == 404
    assert "Amina" not in answer.text
    assert answer.text == (await karim.client.get("/desk/people/999999")).text
    assert len(await looks(talk)) == before


async def test_a_ready_sentence_reaches_them_in_their_language(talk: Talk, sanne: Browser) -> None:
    amina = await talk.linked("Amina")
    await sanne.does(f"{page_of(talk)}/write", page_of(talk), ready="get_well", once="a")
    await sanne.does(f"{page_of(talk)}/write", page_of(talk), ready="get_well", once="a")
    amina.mark()
    await talk.settle()
    amina.sees("ready.get_well")
    async with talk.database.reading() as session:
        sent = await session.scalars(select(Message.key).where(Message.key.startswith("ready:desk:")))
        assert len(list(sent)) == 1


async def test_at_night_the_page_says_when_it_goes(talk: Talk, sanne: Browser) -> None:
    await talk.linked("Amina")
    talk.clock.forward(hours=15)
    await sanne.signs_in("sanne@huizen.example")
    page = await sanne.does(f"{page_of(talk)}/write", page_of(talk), ready="get_well", once="a")
    assert "Het bericht gaat weg op dinsdag 3 maart 08:00" in page


async def test_a_message_is_shown_as_it_was_and_in_dutch(talk: Talk, sanne: Browser) -> None:
    await talk.linked("Amina")
    await sanne.does(f"{page_of(talk)}/write", page_of(talk), ready="get_well", once="a")
    await talk.settle()
    async with talk.database.reading() as session:
        (number,) = await session.scalars(select(Message.id).where(Message.key.startswith("ready:desk:")))
    page = await sanne.look(f"{page_of(talk)}/messages/{number}")
    assert "Beterschap" in page
    assert 'lang="en"' in page
    assert "verstuurd" in page


async def test_a_message_of_another_person_is_not_shown(talk: Talk, sanne: Browser, karim: Browser) -> None:
    await talk.linked("Omar")
    await karim.does(f"{page_of(talk, 'Omar')}/write", page_of(talk, "Omar"), ready="get_well", once="a")
    await talk.settle()
    async with talk.database.reading() as session:
        (number,) = await session.scalars(select(Message.id).where(Message.key.startswith("ready:desk:")))
    assert (await sanne.client.get(f"{page_of(talk)}/messages/{number}")).status_code == 404


async def test_a_meeting_is_made_moved_and_cancelled_and_the_person_hears_each(talk: Talk, sanne: Browser) -> None:
    amina = await talk.linked("Amina")
    path = page_of(talk)
    said = await sanne.does(f"{path}/meetings", path, kind="workshop", on="2026-03-05", at="14:00", place="Zaal 2")
    assert "Afspraak gemaakt" in said
    made = await workshop(talk)
    assert made.starts_at == datetime(2026, 3, 5, 13, tzinfo=UTC)
    twice = await sanne.does(f"{path}/meetings", path, kind="workshop", on="2026-03-05", at="14:00", place="Zaal 2")
    assert "al zo&#39;n afspraak" in twice
    moved = await sanne.does(
        f"{path}/meetings/{made.id}/move", path, version=str(made.version), on="2026-03-06", at="09:30"
    )
    assert "Afspraak verzet" in moved
    late = await sanne.does(f"{path}/meetings/{made.id}/cancel", path, version=str(made.version))
    assert "intussen veranderd" in late
    now = await workshop(talk)
    amina.mark()
    assert "Afspraak afgezegd" in await sanne.does(f"{path}/meetings/{now.id}/cancel", path, version=str(now.version))
    await talk.settle()
    assert (await workshop(talk)).status is AppointmentStatus.CANCELLED


async def workshop(talk: Talk) -> Appointment:
    async with talk.database.reading() as session:
        found = await session.scalars(select(Appointment).where(Appointment.kind == AppointmentKind.WORKSHOP))
        return found.one()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"kind": "workshop", "on": "2026-03-01", "at": "14:00"}, "tijd is al voorbij"),
        ({"kind": "workshop", "on": "31-02-2026", "at": "14:00"}, "kies een soort"),
        ({"kind": "class", "on": "2026-03-05", "at": "14:00"}, "kies een soort"),
        ({"kind": "workshop", "on": "2026-03-05", "at": "14:00+02:00"}, "kies een soort"),
        ({}, "kies een soort"),
    ],
)
async def test_what_is_no_meeting_is_said(talk: Talk, sanne: Browser, fields: dict[str, str], said: str) -> None:
    assert said in await sanne.does(f"{page_of(talk)}/meetings", page_of(talk), **fields)
    async with talk.database.reading() as session:
        assert len(list(await session.scalars(select(Appointment)))) == 6


async def test_a_lost_telephone_is_ended_and_a_code_given(talk: Talk, sanne: Browser) -> None:
    await talk.linked("Amina")
    async with talk.database.reading() as session:
        wanted = select(Contact.id).where(Contact.person_id == talk.person_ids["Amina"])
        (contact,) = await session.scalars(wanted)
    said = await sanne.does(f"{page_of(talk)}/end-way", page_of(talk), contact=str(contact))
    assert "Deze weg is dicht" in said
    async with talk.database.reading() as session:
        ended = await session.get_one(Contact, contact)
        assert ended.person_id is None or ended.state is not ContactState.ACTIVE
    page = await sanne.does(f"{page_of(talk)}/code", page_of(talk))
    code = re.search(r'class="desk-code">([A-Z0-9]{10})<', page)
    assert code is not None
    again = talk.phone("new phone")
    await again.starts(code[1])
    assert "How can I help you?" in again.news


async def test_people_are_found_by_name_and_by_what_is_missing(talk: Talk, sanne: Browser) -> None:
    assert "Amina Tesfay" in await sanne.look("/desk/people?q=tesf+ami")
    assert "Amina Tesfay" not in await sanne.look("/desk/people?q=omar")
    assert "Amina Tesfay" in await sanne.look("/desk/people?only=unreachable")
    await talk.linked("Amina")
    assert "Amina Tesfay" not in await sanne.look("/desk/people?only=unreachable")
    assert "Amina Tesfay" in await sanne.look("/desk/people?route=b1&language=en")
    assert "Amina Tesfay" not in await sanne.look("/desk/people?route=z")
