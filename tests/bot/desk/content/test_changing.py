"""Words are changed by two people: checked, looked at, proposed, answered by another, said at once, and taken back."""

import re

from sqlalchemy import select

from bot.content.live import OwnContent
from bot.content.texts import read_texts
from bot.desk.content.proposing import WAITING
from bot.desk.content.text import text_path
from bot.desk.content.texts import CONTENT
from locales.rendering.message import Text
from storage.privacy.audit import AuditEntry
from tests.bot.desk.conftest import Browser
from tests.bot.dialogue.talk import RENDERER, ZONE, Talk

ANSWER = "faq.answer.bot_talk_to_human"
LAW = "faq.answer.z_route"


def said(key: str, language: str) -> str:
    """What people read, without the marks of direction around numbers."""
    return re.sub("[\u2068\u2069]", "", RENDERER.say(Text(key), language))


async def proposed(browser: Browser, key: str, language: str, words: str | list[str], **more: str) -> str:
    """Propose words as the page does; the page that it leads to."""
    path = text_path(key, language)
    forms = [words] if isinstance(words, str) else words
    fields = {f"words_{number}": form for number, form in enumerate(forms)}
    return await browser.does(f"{path}/propose", path, **fields, **more)


async def answered(browser: Browser, change: int, answer: str, note: str = "") -> str:
    return await browser.does(f"{CONTENT}/changes/{change}/answer", WAITING, answer=answer, note=note)


async def test_words_hold_after_a_second_persons_yes_and_until_they_are_taken_back(
    talk: Talk, editor: Browser, second: Browser
) -> None:
    before = said(ANSWER, "en")
    words = "Yes. Write to your consultant here, and they write back."
    path = text_path(ANSWER, "en")
    looked = await editor.does(f"{path}/look", path, words_0=words, reviewer="Ann Smith")
    assert 'class="desk-message"' in looked
    assert "Nagekeken door Ann Smith." in looked
    assert "Voorgesteld." in await proposed(editor, ANSWER, "en", words, reviewer="Ann Smith")
    assert said(ANSWER, "en") == before
    assert "eigen voorstel" in await answered(editor, 1, "yes")
    assert "Er wacht al een voorstel" in (await proposed(second, ANSWER, "en", words)).replace("er wacht", "Er wacht")
    assert words in await second.look(WAITING)
    assert "Dit geldt nu" in await answered(second, 1, "yes")
    assert said(ANSWER, "en") == words
    assert "Nagekeken door Ann Smith" in (await second.look(f"{CONTENT}?language=en&only=changed&q={ANSWER}"))
    # Another process, or this one after a restart.
    others = read_texts(None, ZONE)
    assert others.renderer.say(Text(ANSWER), "en") == before
    await OwnContent(talk.database, others).refresh()
    assert others.renderer.say(Text(ANSWER), "en") == words
    page = await editor.look(path)
    assert before in page
    assert "Teruggedraaid" in await editor.does(f"{CONTENT}/changes/1/take-back", path)
    assert said(ANSWER, "en") == before
    async with talk.database.reading() as session:
        log = await session.execute(
            select(AuditEntry.actor, AuditEntry.action).where(AuditEntry.subject == "content:1")
        )
        acts = [(one.actor, one.action) for one in log]
    assert [act for _, act in acts] == ["proposed_content", "said_yes", "took_back"]
    assert acts[0][0] == acts[2][0] != acts[1][0]


async def test_what_is_refused_or_withdrawn_changes_nothing(editor: Browser, second: Browser) -> None:
    before = said(ANSWER, "en")
    await proposed(editor, ANSWER, "en", "Yes. Write to your consultant here.")
    assert "Geweigerd" in await answered(second, 1, "no", "Too short")
    assert "Too short" in await editor.look(text_path(ANSWER, "en"))
    await proposed(editor, ANSWER, "en", "Yes. You can write to your consultant here.")
    assert (await second.send(f"{CONTENT}/changes/2/answer", WAITING, answer="withdraw")).status_code == 404
    assert "Ingetrokken" in await answered(editor, 2, "withdraw")
    assert "is sindsdien veranderd" not in await answered(second, 2, "yes")
    assert said(ANSWER, "en") == before


async def test_words_that_would_go_wrong_cannot_be_proposed(editor: Browser) -> None:
    async def faults(key: str, language: str, words: str | list[str], **more: str) -> set[str]:
        page = await proposed(editor, key, language, words, **more)
        return set(re.findall('lang="en">([^<]+)</span></li>', page)) or {page[-80:]}

    assert await faults("reminder.tomorrow", "tr", "🔔 Yarın") == {"lacks {kind}"}
    assert "icons differ from the Dutch: 🔔" in await faults("reminder.tomorrow", "tr", "Yarın: {kind}")
    assert await faults("reminder.tomorrow", "nl", "🔔 Morgen: {kind} {clock}") == {"has {clock}"}
    assert "U+202E" in "".join(await faults(ANSWER, "en", "Yes\u202e. Write to your consultant here."))
    page = await proposed(editor, "reminder.in_days", "uk", ["🔔 {kind}: {count}", "", "🔔 {kind}: {count}"])
    assert "Een tekst is leeg" in page
    # What the law states is no municipality's to change, whatever the facts.
    dutch = said(LAW, "nl")
    assert "800" in await faults(LAW, "nl", dutch.replace("800", "900"), facts="yes")
    assert "Dit getal staat in de wet" in await proposed(editor, LAW, "nl", dutch.replace("800", "900"), facts="yes")
    # Other numbers are facts, of which it is said that they changed.
    assert await faults(ANSWER, "nl", "Ja. Bel 035 123 45 67 voor uw consulent.") == {"45, 67, 35123"}
    assert "Voorgesteld." in await proposed(
        editor, ANSWER, "nl", "Ja. Bel 035 123 45 67 voor uw consulent.", facts="yes"
    )


async def test_where_the_dutch_says_other_facts_other_languages_say_it_until_they_follow(
    editor: Browser, second: Browser
) -> None:
    arabic, dari = said(ANSWER, "ar"), said(ANSWER, "fa_AF")
    dutch = "Ja. Bel 035 123 45 67 voor uw consulent."
    await proposed(editor, ANSWER, "nl", dutch, facts="yes")
    await answered(second, 1, "yes")
    assert said(ANSWER, "nl") == said(ANSWER, "ar") == said(ANSWER, "fa_AF") == dutch
    assert (
        "mensen lezen het Nederlands" in (await editor.look(f"{CONTENT}?language=ar&only=behind")).partition("tbody")[2]
    )
    # The Arabic of before lacks the number; one that follows has it.
    assert "035" in await proposed(editor, ANSWER, "ar", arabic)
    followed = "نعم. اتصل بالرقم 035 123 45 67 للتحدث مع مستشارك."
    assert "Voorgesteld." in await proposed(editor, ANSWER, "ar", followed)
    await answered(second, 2, "yes")
    assert said(ANSWER, "ar") == followed
    assert said(ANSWER, "fa_AF") == dutch
    # A comma mended in the Dutch says no other facts.
    await proposed(second, ANSWER, "nl", dutch.replace("Ja.", "Ja!"))
    await answered(editor, 3, "yes")
    assert said(ANSWER, "ar") == followed
    # Taken back with what followed it: nobody hears a number that holds no more.
    await editor.does(f"{CONTENT}/changes/1/take-back", text_path(ANSWER, "nl"))
    assert said(ANSWER, "ar") == arabic
    assert said(ANSWER, "fa_AF") == dari


async def test_a_proposal_is_out_of_date_when_the_dutch_changed_meanwhile(editor: Browser, second: Browser) -> None:
    await proposed(editor, ANSWER, "en", "Yes. Write to your consultant here, and they write back.")
    await proposed(editor, ANSWER, "nl", "Ja. Bel 035 123 45 67 voor uw consulent.", facts="yes")
    assert "Dit geldt nu" in await answered(second, 2, "yes")
    assert "sindsdien veranderd" in await answered(second, 1, "yes")
    assert said(ANSWER, "en") == said(ANSWER, "nl")


async def test_a_mark_of_a_native_speaker_is_a_change_too(editor: Browser, second: Browser) -> None:
    forms = [RENDERER.catalogs.lookup("reminder.in_days", "uk", count)[0] for count in (1, 2, 5)]
    assert "niets veranderd" in await proposed(editor, "reminder.in_days", "uk", forms)
    await proposed(editor, "reminder.in_days", "uk", forms, reviewer="Olena")
    await answered(second, 1, "yes")
    page = await editor.look(f"{CONTENT}?language=uk&only=reviewed")
    assert "Nagekeken door Olena" in page
    counted = [RENDERER.say(Text("reminder.in_days", {"kind": "x"}, count), "uk") for count in (1, 3, 5)]
    assert len(set(counted)) == 3
