"""Questions, letters, plan, settings, privacy, media: what a linked person can do, and what the consultant gets."""

import io
import json
import zipfile

import pytest
from sqlalchemy import func, select

from bot.events import Command, Media, Payload, Pressed, Said
from storage.outbox.message import Message
from storage.people.contacts import Contact
from storage.people.conversations import Conversation
from storage.people.people import Person
from storage.people.relayed import Letter
from storage.vocabulary import Group, MediaKind, MessageState, Wishes
from tests.bot.dialogue.talk import Talk


async def test_an_answer_has_its_section_and_the_dutch(talk: Talk) -> None:
    amina = await talk.linked("Amina")
    await amina.says("?fine_when")
    amina.sees("question.source", section="1.11, 3.8")
    styles = [block.style.value for block in amina.messages[-1].blocks]
    assert "dutch" in styles


async def test_who_has_asylum_hears_first_that_there_is_no_fine_and_never_the_1000_euro(talk: Talk) -> None:
    amina = await talk.linked("Amina")
    await amina.says("?fine_not_in_time")
    answer = amina.messages[-1].blocks[1].text
    assert answer.startswith("Do you have asylum? Then DUO does not give a fine now")
    assert "1000" not in amina.news
    assert "2025" in amina.news


async def test_a_migrant_hears_what_holds_for_migrants(talk: Talk) -> None:
    amina = await talk.linked("Amina")
    await talk.known("Amina", group=Group.MIGRANT)
    await amina.says("?fine_not_in_time")
    assert "1000" in amina.news
    assert "asylum" not in amina.news
    await amina.says("?z_route")
    assert "800 hours" in amina.news
    assert "take part actively" not in amina.news


async def test_a_migrant_whose_family_has_asylum_is_brought_to_the_consultant(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await talk.known("Amina", group=Group.MIGRANT)
    await amina.says("?right_free_course")
    assert "have asylum in the Netherlands? Then the municipality pays" in amina.news
    await amina.taps("question.family_asylum")
    assert "Mijn familie heeft asiel" in sanne.news


async def test_who_may_stand_in_the_wrong_group_is_brought_to_the_consultant(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await talk.known("Amina", group=Group.MIGRANT)
    words = "I came to my husband, he has asylum"
    await amina.says(f"~family_migrant_offer {words}")
    amina.sees("question.not_understood")
    await amina.taps("question.family_asylum")
    amina.sees("letter.sent")
    assert words in sanne.news
    assert "Mijn familie heeft asiel" in sanne.news
    # An answer of their own says so too, whatever it is about.
    await amina.says("?z_route")
    await amina.taps("question.family_asylum")
    assert sanne.news.count("Mijn familie heeft asiel") >= 2


async def test_who_has_asylum_is_not_asked_about_the_family(talk: Talk) -> None:
    amina = await talk.linked("Amina")
    await amina.says("?family_migrant_costs")
    amina.sees("faq.question.right_free_course")
    assert "My family has asylum" not in amina.news


@pytest.mark.parametrize(
    ("benefit", "said", "none_known"),
    [
        pytest.param(False, True, True, id="none"),
        pytest.param(None, True, False, id="unknown"),
        pytest.param(True, False, False, id="yes"),
    ],
)
async def test_who_has_no_benefit_is_told_whose_rule_it_is(
    talk: Talk, benefit: bool | None, said: bool, none_known: bool
) -> None:
    amina = await talk.linked("Amina")
    await talk.known("Amina", benefit=benefit)
    await amina.says("?benefit_measure")
    assert ("for people with a welfare benefit" in amina.news) is said
    assert ("My data say that you do not get a benefit" in amina.news) is none_known


async def test_what_is_not_understood_is_offered_to_the_consultant_and_comes_back(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await amina.says("How do I bake bread?")
    amina.sees("question.offer")
    await amina.taps("question.pass_on")
    sanne.sees("consultant.letter_question", person="Amina Tesfay")
    assert "How do I bake bread?" in sanne.news
    await sanne.taps("consultant.answer")
    await sanne.says("Ask the library.")
    assert "Ask the library." in amina.news
    async with talk.database.reading() as session:
        question, answer = await session.scalars(select(Letter).order_by(Letter.id))
    assert answer.answers_id == question.id
    assert question.answered_at is not None


async def test_a_cry_for_help_gets_the_numbers_and_an_urgent_note(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await amina.says("! help")
    for number in ("112", "113", "0800-2000"):
        assert number in amina.news
    sanne.sees("consultant.letter_urgent", person="Amina Tesfay")


async def test_letters_both_ways(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await amina.taps("menu.consultant")
    await amina.says("May I come an hour later?")
    amina.sees("letter.sent")
    assert "May I come an hour later?" in sanne.news
    await sanne.does(Pressed("lseen:1"))
    amina.sees("letter.seen_by", consultant="Sanne")
    await sanne.does(Pressed("reply:1"))
    await sanne.taps("consultant.ready.please_call")
    amina.sees("ready.please_call")


async def test_a_letter_to_who_cannot_be_reached_yet_is_said_to_wait(talk: Talk) -> None:
    amina = await talk.linked("Amina")
    await amina.taps("menu.consultant")
    await amina.says("May I come an hour later?")
    amina.sees("letter.kept")
    amina.sees("letter.telephone", telephone="035 528 19 11")
    sanne = await talk.linked("Sanne")
    assert any("May I come an hour later?" in message.text for message in sanne.messages)


@pytest.mark.parametrize(
    "act", [Pressed("appts"), Pressed("ask"), Pressed("settings"), Pressed("gone"), Command("plan"), Command("menu")]
)
async def test_a_letter_that_was_left_for_something_else_is_let_go(talk: Talk, act: Payload) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await amina.taps("menu.consultant")
    told = len(sanne.messages)
    await amina.does(act)
    await amina.says("Can I be fined?")
    assert len(sanne.messages) == told


async def test_a_letter_is_still_open_after_it_was_read_aloud(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await amina.taps("menu.consultant")
    await amina.does(Pressed("hear:1"))
    await amina.says("May I come an hour later?")
    assert "May I come an hour later?" in sanne.news


async def test_a_voice_note_goes_to_the_consultant_when_asked(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await amina.does(Media(MediaKind.VOICE, "file-1"))
    amina.sees("media.cannot_voice")
    await amina.taps("menu.consultant")
    await amina.does(Media(MediaKind.VOICE, "file-1"))
    sanne.sees("consultant.letter_message", person="Amina Tesfay")


@pytest.mark.parametrize("kind", [k for k in MediaKind if k is not MediaKind.VOICE])
async def test_other_media_are_answered_kindly(talk: Talk, kind: MediaKind) -> None:
    amina = await talk.linked("Amina")
    await amina.does(Media(kind, "f"))
    assert amina.labels()


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Hallo!", "menu.ask"),
        ("السلام عليكم", "menu.ask"),
        ("ሰላም", "menu.ask"),
        ("Dank u wel.", "question.helped_thanks"),
        ("شكراً 🙏", "question.helped_thanks"),
        ("Hallo, mag ik stoppen", "question.offer"),
    ],
)
async def test_a_greeting_is_no_question(talk: Talk, text: str, key: str) -> None:
    amina = await talk.linked("Amina")
    await amina.says(text)
    amina.sees(key)


@pytest.mark.parametrize(
    ("kind", "content", "name"),
    [
        pytest.param(MediaKind.PHOTO, "a photo", "photo.jpg", id="photo"),
        pytest.param(MediaKind.VIDEO, "a film", "video.mp4", id="film"),
        pytest.param(MediaKind.DOCUMENT, "%PDF-1.7 a letter", "document.pdf", id="letter"),
        pytest.param(MediaKind.DOCUMENT, "anything", "document", id="file"),
    ],
)
async def test_what_was_sent_goes_along_with_one_press(talk: Talk, kind: MediaKind, content: str, name: str) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await amina.does(Media(kind, content))
    amina.sees("media.cannot")
    await amina.taps("menu.consultant")
    amina.sees("letter.sent")
    file = sanne.messages[-1].file
    assert file is not None
    assert (file.name, file.content) == (name, content.encode())


@pytest.mark.parametrize("open_letter", [True, False])
async def test_all_of_an_album_goes_along(talk: Talk, open_letter: bool) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    if open_letter:
        await amina.taps("menu.consultant")
    before = len(amina.messages)
    for number in range(3):
        await amina.does(Media(MediaKind.PHOTO, f"page-{number}", album="a1"))
    assert len(amina.messages) == before + 1
    if not open_letter:
        await amina.taps("menu.consultant")
    amina_got = [message.text for message in amina.messages[before:]]
    assert len(amina_got) == (1 if open_letter else 2)
    assert [m.file.content for m in sanne.messages if m.file is not None] == [b"page-0", b"page-1", b"page-2"]


async def test_a_question_under_a_photo_is_passed_on_with_it(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await amina.does(Media(MediaKind.PHOTO, "the-letter", "What does this say?"))
    await amina.taps("question.pass_on")
    assert "What does this say?" in sanne.news
    assert sanne.messages[-1].file is not None


@pytest.mark.parametrize("under", [0, 1, 2])
async def test_a_question_under_an_album_is_passed_on_with_all_of_it(talk: Talk, under: int) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    for number in range(3):
        words = "What does this say?" if number == under else ""
        await amina.does(Media(MediaKind.PHOTO, f"page-{number}", words, album="a1"))
    await amina.taps("question.pass_on")
    assert "What does this say?" in sanne.news
    assert [m.file.content for m in sanne.messages if m.file is not None] == [b"page-0", b"page-1", b"page-2"]


async def test_what_was_sent_long_ago_is_not_meant(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await amina.does(Media(MediaKind.PHOTO, "old"))
    talk.clock.forward(hours=1)
    await amina.taps("menu.consultant")
    amina.sees("letter.how")
    assert all(message.file is None for message in sanne.messages)


async def test_a_place_is_no_letter(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await amina.taps("menu.consultant")
    told = len(sanne.messages)
    await amina.does(Media(MediaKind.LOCATION))
    amina.sees("letter.how")
    await amina.says("In the library")
    assert len(sanne.messages) == told + 1


async def test_who_stopped_and_writes_is_answered_and_told_how_to_go_on(talk: Talk) -> None:
    amina = await talk.linked("Amina")
    await amina.does(Pressed("stop:yes"))
    await amina.says("?fine_when")
    amina.sees("privacy.stopped")
    assert "resume" in amina.intents()
    assert "privacy.stopped" not in amina.messages[-1].text
    assert amina.labels()


async def test_the_calendar_file_leaves_the_answers_open(talk: Talk) -> None:
    amina = await talk.linked("Amina")
    meeting = talk.appointment_ids["Amina-meeting"]
    await amina.does(Pressed(f"cal:{meeting}"))
    assert {b.intent for row in amina.messages[-1].buttons for b in row} >= {f"come:{meeting}", "menu"}
    await amina.does(Pressed(f"come:{meeting}"))
    await amina.does(Pressed(f"cal:{meeting}"))
    assert [b.intent for row in amina.messages[-1].buttons for b in row] == ["menu"]


async def test_an_edited_message_is_not_taken_as_a_new_one(talk: Talk) -> None:
    amina = await talk.linked("Amina")
    await amina.does(Said("?fine_when", edited=True))
    amina.sees("error.edited")


async def test_my_plan_has_computed_terms(talk: Talk) -> None:
    amina = await talk.linked("Amina")
    await amina.taps("menu.plan")
    assert "Friday 2 March 2029" in amina.news  # signed on 2 March 2026: from the 3rd, three years
    assert "2 maart 2029" in amina.news


async def test_settings_are_kept(talk: Talk) -> None:
    amina = await talk.linked("Amina")
    await amina.does(Pressed("wish:weekly"))
    await amina.does(Pressed("quiet:1"))
    await amina.does(Pressed("lang:ar"))
    await amina.does(Pressed("wish:nonsense"))
    await amina.does(Pressed("quiet:99"))
    async with talk.database.reading() as session:
        person = await session.get_one(Person, talk.person_ids["Amina"])
    assert (person.wishes, person.quiet_hours, person.language) == (Wishes.WEEKLY, "20:00-09:00", "ar")


async def test_stop_and_resume(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await amina.does(Command("stop"))
    await amina.taps("privacy.stop_yes")
    amina.sees("privacy.stopped")
    sanne.sees("consultant.stopped", person="Amina Tesfay")
    await sanne.does(Pressed(f"ready:{talk.person_ids['Amina']}:thanks"))
    assert "Sanne" not in amina.news
    await amina.taps("privacy.resume")
    await sanne.does(Pressed(f"ready:{talk.person_ids['Amina']}:get_well"))
    amina.sees("ready.get_well")


async def test_a_copy_of_the_data_is_the_persons_own(talk: Talk) -> None:
    amina = await talk.linked("Amina")
    await amina.does(Pressed("export"))
    file = amina.messages[-1].file
    assert file is not None
    assert (file.name, file.media_type) == ("maatje.zip", "application/zip")
    with zipfile.ZipFile(io.BytesIO(file.content)) as copy:
        data = copy.read("data.json").decode()
    assert json.loads(data)["person"]["given_name"] == "Amina"
    assert "Omar" not in data


async def test_erasing_leaves_the_municipalitys_administration_only(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await amina.says("Something personal")
    await amina.taps("question.pass_on")
    assert "Something personal" in sanne.news
    await amina.does(Pressed("erase"))
    await amina.taps("privacy.erase_yes")
    amina.sees("privacy.erased")
    sanne.sees("consultant.erased", person="Amina Tesfay")
    await amina.does(Command("plan"))
    amina.sees("stranger.how_to_link")
    async with talk.database.reading() as session:
        person_id = talk.person_ids["Amina"]
        linked = select(func.count()).select_from(Contact).where(Contact.person_id == person_id)
        assert await session.scalar(linked) == 0
        assert await session.get(Person, person_id) is not None
        # What the consultant was told of her is gone too, but for the news that she erased it.
        told = await session.scalars(select(Message.key).where(Message.about_id == person_id))
        assert [key.split(":")[0] for key in told] == ["erased"]
        kept = await session.scalars(select(Conversation.party))
        assert f"person:{person_id}" not in list(kept)
    again = await talk.linked("Amina", "another phone")
    again.sees("menu.ask")


async def test_an_appointment_and_its_calendar_file(talk: Talk) -> None:
    amina = await talk.linked("Amina")
    await amina.does(Pressed(f"appt:{talk.appointment_ids['Amina-meeting']}"))
    assert "Gemeentehuis" in amina.news
    await amina.taps("button.calendar")
    file = amina.messages[-1].file
    assert file is not None
    assert file.content.startswith(b"BEGIN:VCALENDAR")


async def test_another_time_please(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await amina.does(Pressed(f"othertime:{talk.appointment_ids['Amina-meeting']}"))
    sanne.sees("consultant.other_time", person="Amina Tesfay")
    await amina.says("Friday morning")
    assert "Friday morning" in sanne.news


@pytest.mark.parametrize(
    "intent",
    [
        "",
        ":",
        "appt",
        "appt:",
        "appt:-1",
        "appt:1e9",
        "faq:",
        "faq:nothing",
        "pass:maybe",
        "lang:",
        "lang:tlh",
        "x" * 64,
    ],
)
async def test_nonsense_on_a_button_is_answered(talk: Talk, intent: str) -> None:
    amina = await talk.linked("Amina")
    await amina.does(Pressed(intent))
    assert amina.news
    await amina.does(Command("menu"))
    amina.sees("menu.ask")


async def test_who_has_no_telephone_linked_is_shown_as_not_reached(talk: Talk) -> None:
    sanne = await talk.linked("Sanne")
    await sanne.does(Pressed(f"ready:{talk.person_ids['Amina']}:thanks"))
    async with talk.database.reading() as session:
        message = (await session.scalars(select(Message).where(Message.person_id == talk.person_ids["Amina"]))).one()
    assert (message.state, message.reason) == (MessageState.FAILED, "no_channel")
