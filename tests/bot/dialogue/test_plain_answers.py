"""Answers without buttons: numbers, words and signs answer the newest question, in any language and never an older
one."""

from datetime import timedelta

import pytest

from bot.dialogue.answer_words import Numbered, numbered, plain, sign_says, word_says
from bot.events import Pressed, Reacted, Said
from locales.rendering.message import Body, Button, Part, Text
from reminders.delivery.channel import Capabilities
from reminders.intents import Act, asks
from reminders.kinds import Kind
from storage.appointments.appointments import Appointment, participation_in
from storage.outbox.message import Outgoing, put
from storage.people.people import Person
from storage.vocabulary import Answer, AppointmentStatus
from tests.bot.dialogue.talk import Phone, Talk

YES = {
    "Latin": ("Ja", "JA.", "ja!", "Oké", "ok", "yes", "Oui", "evet", "tamam", "haa", "Erê", "tak"),
    "Arabic": ("نعم", "أيوه", "بله", "بلی", "هو", "بەڵێ"),
    "others": ("እወ", "አዎ", "так", "да"),
    "signs": ("👍", "👍🏽", "✅"),
}
NO = {
    "Latin": ("Nee", "nee.", "no", "Non", "hayır", "maya", "na"),
    "Arabic": ("لا", "نه", "نخیر", "نەخێر"),
    "others": ("ኣይፋል", "አይ", "ні", "нет"),
    "signs": ("👎", "❌"),
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("1", Numbered(1, alone=True), id="bare"),
        pytest.param("٢", Numbered(2, alone=True), id="Arabic"),
        pytest.param("2️⃣", Numbered(2, alone=True), id="keycap"),
        pytest.param("(1)", Numbered(1, alone=True), id="in brackets"),
        pytest.param("1 ja", Numbered(1, "ja"), id="with yes"),
        pytest.param("1 = Ik kom", Numbered(1, "Ik kom", marked=True), id="as it was offered"),
        pytest.param("1=Ik kom", Numbered(1, "Ik kom", marked=True), id="without spaces"),
        pytest.param("1, but later", Numbered(1, "but later", marked=True), id="with words"),
        pytest.param("2\n\nSemhar T.", Numbered(2, "Semhar T.", alone=True), id="above a name"),
        pytest.param("2 maart kan ik niet", Numbered(2, "maart kan ik niet"), id="perhaps a date"),
        pytest.param("10:30", None, id="a time"),
        pytest.param("1.5 uur later", None, id="part of a number"),
        pytest.param("Om 1 uur", None, id="a number in a sentence"),
        pytest.param("123 ja", None, id="no choice has three digits"),
        pytest.param("ja", None, id="no number"),
    ],
)
def test_a_number_and_what_stands_behind_it(text: str, expected: Numbered | None) -> None:
    assert numbered(text) == expected


@pytest.mark.parametrize("text", [text for script in YES.values() for text in script])
def test_yes_in_any_language(text: str) -> None:
    assert (sign_says(text), word_says(plain(text))).count(True) == 1


@pytest.mark.parametrize("text", [text for script in NO.values() for text in script])
def test_no_in_any_language(text: str) -> None:
    assert (sign_says(text), word_says(plain(text))).count(False) == 1


@pytest.mark.parametrize("text", ["ja maar", "nee, ik ben ziek", "👍👎", "😀", "", "misschien", "jan"])
def test_what_is_neither(text: str) -> None:
    assert (sign_says(text), word_says(plain(text))) == (None, None)


async def asked(talk: Talk, *, buttons: bool = False) -> Phone:
    """Amina, on a channel without buttons, is asked whether she comes to her meeting: 1 yes, 2 no, 3 another time."""
    amina = await talk.linked("Amina")
    talk.channel.capabilities = Capabilities(buttons=buttons)
    await remind(talk)
    assert asks(Act.COME, talk.appointment_ids["Amina-meeting"]) in amina.intents()
    return amina


async def remind(talk: Talk) -> None:
    """The reminder of the meeting, as it is planned; nothing else comes after it."""
    async with talk.database.writing() as session:
        meeting = await session.get_one(Appointment, talk.appointment_ids["Amina-meeting"])
        await put(
            session,
            [
                Outgoing(
                    f"test:{next(talk.numbers)}",
                    Kind.REMINDER,
                    talk.clock.now(),
                    person_id=talk.person_ids["Amina"],
                    appointment_id=meeting.id,
                    appointment_version=meeting.version,
                )
            ],
            talk.clock.now(),
        )
    await talk.settle()


async def answer(talk: Talk) -> Answer | None:
    async with talk.database.reading() as session:
        found = await participation_in(session, talk.appointment_ids["Amina-meeting"], talk.person_ids["Amina"])
        return found.answer if found is not None else None


@pytest.mark.parametrize(
    "text",
    [
        "1",
        "1.",
        "1 ja",
        "1 = I'm coming",
        "1) yes",
        "I'm coming",
        "✅ i'm coming",
        "ja",
        "OK",
        "Yes.",
        "نعم",
        "👍",
        "haa",
    ],
)
async def test_a_question_is_answered_as_people_write(talk: Talk, text: str) -> None:
    amina = await asked(talk)
    await amina.says(text)
    amina.sees("appointment.thanks_coming")
    assert await answer(talk) is Answer.COMING


@pytest.mark.parametrize("text", ["2", "2. nee", "no", "Nee", "👎", "لا", "I can't come"])
async def test_no_begins_a_report_of_that_very_meeting(talk: Talk, text: str) -> None:
    amina = await asked(talk)
    await amina.says(text)
    amina.sees("absence.why")
    assert await answer(talk) is None


async def test_words_behind_a_number_are_passed_on(talk: Talk) -> None:
    amina, sanne = await asked(talk), await talk.linked("Sanne")
    await amina.says("1, but ten minutes later")
    assert await answer(talk) is Answer.COMING
    assert "but ten minutes later" in "\n".join(message.text for message in sanne.messages)


async def test_a_sentence_that_begins_with_a_number_is_no_answer(talk: Talk) -> None:
    amina = await asked(talk)
    await amina.says("1 maart kan ik niet")
    assert await answer(talk) is None


async def test_what_says_two_things_at_once_is_no_answer(talk: Talk) -> None:
    amina = await asked(talk)
    await amina.says("1 nee")
    assert await answer(talk) is None


async def test_a_number_that_is_not_there_is_said_to_be_not_there(talk: Talk) -> None:
    amina = await asked(talk)
    await amina.says("7")
    amina.sees("answer.not_there", number=7)
    amina.sees("button.coming")
    assert await answer(talk) is None
    await amina.says("1")
    assert await answer(talk) is Answer.COMING


async def test_the_newest_question_is_the_one_that_is_answered(talk: Talk) -> None:
    amina = await asked(talk)
    await amina.does(Pressed("erase"))
    await amina.says("no")
    assert await answer(talk) is None
    amina.sees("menu.ask")


@pytest.mark.parametrize("sign", ["👍", "👌", "✅"])
async def test_a_sign_under_a_question_is_its_answer(talk: Talk, sign: str) -> None:
    amina = await asked(talk, buttons=True)
    reference = talk.channel.references["Amina"][-1]
    await amina.does(Pressed("menu"))
    await amina.does(Reacted(sign, reference))
    amina.sees("appointment.thanks_coming")
    assert await answer(talk) is Answer.COMING


@pytest.mark.parametrize(("sign", "there"), [("😀", True), ("👍", False)])
async def test_a_sign_that_answers_nothing_is_left_at_that(talk: Talk, sign: str, there: bool) -> None:
    amina = await asked(talk, buttons=True)
    before = len(amina.messages)
    await amina.does(Reacted(sign, talk.channel.references["Amina"][-1] if there else "nothing"))
    assert (len(amina.messages), await answer(talk)) == (before, None)


async def moved(talk: Talk) -> None:
    """The meeting is a day later now; nobody heard it yet."""
    async with talk.database.writing() as session:
        meeting = await session.get_one(Appointment, talk.appointment_ids["Amina-meeting"])
        meeting.starts_at += timedelta(days=1)
        meeting.version += 1


@pytest.mark.parametrize("how", ["number", "word", "press", "sign", "reply"])
async def test_a_late_answer_to_what_moved_is_asked_again_with_the_new_time(talk: Talk, how: str) -> None:
    amina = await asked(talk, buttons=how == "press")
    reference = talk.channel.references["Amina"][-1]
    await moved(talk)
    match how:
        case "number":
            await amina.does(Said("1"))
        case "word":
            await amina.does(Said("ja"))
        case "press":
            await amina.does(Pressed(asks(Act.COME, talk.appointment_ids["Amina-meeting"]), reference))
        case "sign":
            await amina.does(Reacted("👍", reference))
        case _:
            await amina.replies("1")
    amina.sees("appointment.changed_meanwhile")
    assert await answer(talk) is None
    # Asked again, the answer counts.
    await amina.says("ja")
    amina.sees("appointment.thanks_coming")
    assert await answer(talk) is Answer.COMING


async def test_who_heard_the_new_time_is_not_asked_again(talk: Talk) -> None:
    amina = await asked(talk)
    await moved(talk)
    await remind(talk)
    await amina.says("1")
    amina.sees("appointment.thanks_coming")
    assert await answer(talk) is Answer.COMING


async def test_a_press_on_the_old_reminder_is_asked_again_although_the_new_time_was_heard(talk: Talk) -> None:
    amina = await asked(talk, buttons=True)
    old = talk.channel.references["Amina"][-1]
    await moved(talk)
    await remind(talk)
    await amina.does(Pressed(asks(Act.COME, talk.appointment_ids["Amina-meeting"]), old))
    amina.sees("appointment.changed_meanwhile")


@pytest.mark.parametrize(("text", "seen"), [("ja", "appointments.title"), ("nee", "absence.which")])
async def test_one_word_for_two_meetings_asks_which(talk: Talk, text: str, seen: str) -> None:
    amina = await talk.linked("Amina")
    talk.channel.capabilities = Capabilities(buttons=False)
    ids = [talk.appointment_ids["Amina-meeting"], talk.appointment_ids["Amina-class2"]]
    buttons = tuple((Button(Text("button.coming"), asks(act, one)),) for one in ids for act in (Act.COME, Act.NOT_COME))
    body = Body((Part(Text("reminder.ask")),), buttons)
    async with talk.database.writing() as session:
        message = Outgoing("test:two", Kind.SAY, talk.clock.now(), body.to_json(), person_id=talk.person_ids["Amina"])
        await put(session, [message], talk.clock.now())
    await talk.settle()
    await amina.says(text)
    amina.sees(seen)
    assert await answer(talk) is None


@pytest.mark.parametrize("buttons", [True, False], ids=["buttons", "numbers"])
async def test_what_comes_in_between_does_not_take_the_answer(talk: Talk, buttons: bool) -> None:
    amina = await talk.linked("Amina")
    talk.channel.capabilities = Capabilities(buttons=buttons)
    await amina.does(Pressed("erase"))
    await remind(talk)
    # The reminder's first button is "I come"; the question was whether to erase.
    await amina.says("no")
    assert await answer(talk) is None
    amina.sees("menu.ask")
    # Now it is the menu that was said last; a while later the reminder is what is answered.
    talk.clock.forward(minutes=1)
    await remind(talk)
    await amina.says("yes")
    assert await answer(talk) is Answer.COMING


async def test_a_question_of_long_ago_is_not_what_is_answered(talk: Talk) -> None:
    amina = await talk.linked("Amina")
    await amina.does(Pressed("erase"))
    talk.clock.forward(hours=2)
    await remind(talk)
    await amina.says("yes")
    assert await answer(talk) is Answer.COMING


@pytest.mark.parametrize("answer", ["1", "Ja, afzeggen"])
async def test_a_consultants_answer_goes_to_what_was_asked_and_not_to_an_alert_about_another_person(
    talk: Talk, answer: str
) -> None:
    talk.channel.capabilities = Capabilities(buttons=False)
    omar, sanne = await talk.linked("Omar"), await talk.linked("Sanne")
    async with talk.database.writing() as session:
        (await session.get_one(Person, talk.person_ids["Omar"])).consultant_id = talk.consultant_ids["Sanne"]
        meeting = await session.get_one(Appointment, talk.appointment_ids["Amina-meeting"])
    await sanne.does(Pressed(f"cx:{meeting.id}:{meeting.version}"))
    asked = sanne.labels()
    await omar.does(Pressed(f"othertime:{talk.appointment_ids['Omar-meeting']}"))
    assert sanne.labels() != asked
    await sanne.says(answer)
    async with talk.database.reading() as session:
        assert (await session.get_one(Appointment, meeting.id)).status is AppointmentStatus.CANCELLED
