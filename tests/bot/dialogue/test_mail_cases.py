"""What comes by mail beside words reaches the consultant: a photo with words, a PDF alone, a comment to a refusal."""

from bot.events import Media, Pressed
from reminders.intents import Act, asks
from storage.vocabulary import MediaKind
from tests.bot.dialogue.talk import Talk


def files(talk: Talk, name: str) -> list[str]:
    return [message.file.name for message in talk.channel.sent[name] if message.file is not None]


def texts(talk: Talk, name: str) -> str:
    return "\n".join(message.text for message in talk.channel.sent[name])


async def test_words_with_a_photo_and_the_photo_both_reach_the_consultant(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await amina.does(Media(MediaKind.PHOTO, "photo", "My son has spots"))
    await amina.taps("question.pass_on")
    assert "My son has spots" in texts(talk, "Sanne")
    assert len(files(talk, "Sanne")) == 1
    assert sanne.messages


async def test_a_pdf_alone_reaches_the_consultant(talk: Talk) -> None:
    amina, _ = await talk.linked("Amina"), await talk.linked("Sanne")
    await amina.does(Media(MediaKind.DOCUMENT, "pdf"))
    await amina.taps("menu.consultant")
    assert len(files(talk, "Sanne")) == 1


async def test_a_refused_invitation_counts_and_its_comment_is_passed_on(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    intent = asks(Act.NOT_COME, talk.appointment_ids["Amina-meeting"])
    await amina.does(Pressed(intent, words="My child is ill"))
    amina.sees("absence.why")
    assert "My child is ill" in texts(talk, "Sanne")
    assert sanne.messages
