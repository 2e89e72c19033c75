"""Every FAQ answer, in every language and for both groups, as each channel shows it (issue 27, 5).

The words are for readers to judge; here: nothing is lost, cut in the middle, left without its direction, or given in
marks and digits that the channel turns into something else.
"""

from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser

import pytest

from bot.channels.email.writing import html_of, plain_of, subject_of
from bot.channels.notify.gsm import segments
from bot.channels.notify.sms_wording import MOST_SEGMENTS, cut_text, whole_text
from bot.channels.telegram.wording import LONGEST, length, parts_of
from bot.channels.web.lines import content_of
from bot.channels.whatsapp.wording import LONGEST_TEXT, contents_of, text_of
from bot.dialogue.asking.answering import Asker, said_on, topic_for
from bot.dialogue.own.lines import OwnFacts
from locales.rendering.bidi import FSI, PDI
from locales.rendering.languages import LANGUAGES, Direction
from locales.rendering.message import Body, Button, Text
from locales.rendering.render import Rendered
from reminders.terms.rule_sets import LAW
from reminders.terms.terms import TermFacts, compute_terms
from storage.vocabulary import Group, Route
from tests.bot.dialogue.talk import FAQ, RENDERER

#: What an answer can have in its choices: short labels and a long one.
BUTTONS = (
    (Button(Text("question.helped_yes"), "helped:1", "👍"), Button(Text("question.helped_no"), "not_helped:1", "👎")),
    (Button(Text("menu.consultant"), "talk", "💬"),),
)


class Tags(HTMLParser):
    """The text of some HTML, and whether its tags close as they open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.text += " "
        if tag not in ("br", "meta", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        self.text += " "

    def handle_data(self, data: str) -> None:
        self.text += data


def text_in(html: str) -> str:
    parser = Tags()
    parser.feed(html)
    parser.close()
    assert parser.open == []
    return parser.text


def answers(locale: str) -> Iterator[Rendered]:
    """What both groups hear on every topic."""
    for group in Group:
        facts = TermFacts(group=group, route=Route.B1, plan_dated_on=date(2024, 3, 1))
        own = OwnFacts(
            facts=facts, terms=compute_terms(facts), rules=LAW.rules, consultant="Sanne", today=date(2026, 11, 29)
        )
        for topic in FAQ.topics.values():
            parts = said_on(FAQ, topic_for(FAQ, topic, group), Asker(group, None, own))
            yield RENDERER.render(Body(tuple(parts), BUTTONS), locale)


def words_of(message: Rendered) -> set[str]:
    """The words that must reach the reader: those of every block."""
    return {word for block in message.blocks for word in bare(block.text).split()}


def bare(text: str) -> str:
    """Without what only steers direction, and WhatsApp's joiners and marks."""
    return text.translate(dict.fromkeys(map(ord, FSI + PDI + "\u200f\u200e\u2060*_~`>"), None))


@pytest.mark.parametrize("locale", LANGUAGES)
def test_every_answer_on_every_channel(locale: str) -> None:
    rtl = LANGUAGES[locale].direction is Direction.RTL
    for message in answers(locale):
        own = [block for block in message.blocks if block.locale == locale]
        assert own, message.text
        wanted = words_of(message)

        parts = parts_of(message)
        assert all(length(text_in(part)) <= LONGEST for part in parts)
        assert wanted <= set(bare(" ".join(map(text_in, parts))).split()), message.text

        assert wanted <= set(bare(text_of(message)).split()), message.text
        for content in contents_of(message, "Kies"):
            body = content.get("text")
            if isinstance(body, dict):
                assert len(str(body["body"])) <= LONGEST_TEXT

        html = html_of(message, "maatje+secret@example.nl")
        assert wanted <= set(bare(text_in(html)).split()), message.text
        assert f'dir="{message.direction.value}"' in html
        assert "\n" not in subject_of(message)
        assert wanted <= set(bare(plain_of(message)).split())

        shown = content_of(message)
        assert shown["dir"] == ("rtl" if rtl else "ltr")

        sms = whole_text(message) or cut_text(message, "https://maatje.example/lees")
        assert sms is not None, message.text
        assert segments(sms) <= MOST_SEGMENTS, sms
        assert FSI not in sms
        assert sms.count("(") >= sms.count(")"), sms
