"""Whatever arrives: no parser stumbles, and nothing that somebody wrote is lost without a word.

FUZZ_INPUTS sets how many inputs each parser gets (200; 5000 were run by hand). The inputs are the same every time.
"""

import json
import os
import random
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from typing import Any

import pytest
import structlog

from bot.channels.email.bounces import Bounced
from bot.channels.email.calendar_answers import calendar_answer
from bot.channels.email.reading import OpenedMail, open_mail
from bot.channels.email.replies import Ours, lines_of_page, own_words, words_of
from bot.channels.notify.callbacks import Inbound, event_of
from bot.channels.notify.words import SmsWords
from bot.channels.telegram import parsing as telegram
from bot.channels.whatsapp.inbound import LeftAside, items_of
from bot.events import InboundEvent, Said
from tests.bot.channels.email.replies.forms import OURS, PERSON, forms
from tests.clock import START

INPUTS = int(os.environ.get("FUZZ_INPUTS", "200"))
# Made up, so that it is in nothing else.
MARK = "zwqoxj"
ODD: list[object] = [
    None, True, False, 0, -1, 1.5, 2**70, "", " ", "\0", "\ud800", "x" * 5_000, "ja", "1", [], {}, [None], {"a": 1},
    [[[]]], "ى\u202e", "👍", "1" * 400, {"text": "x"}, ["x"] * 50,
]  # fmt: skip
CALENDAR = (
    "BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nPRODID:-//x//y\r\nBEGIN:VEVENT\r\nUID:appointment-12@maatje\r\n"
    f"ATTENDEE;PARTSTAT=DECLINED:mailto:{PERSON}\r\nDTSTART:20261130T090000Z\r\nCOMMENT:ziek\r\nEND:VEVENT\r\n"
    "END:VCALENDAR\r\n"
)
_AMONG = ["", "-- ", "____________", "> x", "Van: x", "\u202e", "On", "</div>"]
NUMBER, ID = "31600000000", "NL.134"


def chances() -> Iterator[random.Random]:
    return (random.Random(number) for number in range(INPUTS))


def places(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place in a JSON document."""
    yield path
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inside:
        yield from places(one, (*path, key))


def _odd(chance: random.Random) -> Any:
    return json.loads(json.dumps(chance.choice(ODD)))


def damaged(document: object, chance: random.Random) -> Any:
    """A copy with one to three places odd, missing or twice."""
    copy = json.loads(json.dumps(document))
    for _ in range(chance.randint(1, 3)):
        open_places = [path for path in places(copy) if path]
        if not open_places:
            break
        *way, last = chance.choice(open_places)
        around = copy
        for step in way:
            around = around[step]
        match chance.randrange(3):
            case 0 if isinstance(around, dict):
                del around[last]
            case 1 if isinstance(around, list):
                around.insert(0, _odd(chance))
            case _:
                around[last] = _odd(chance)
    return copy


def test_telegram() -> None:
    me = {"id": 7, "is_bot": False, "first_name": "A", "language_code": "nl"}
    chat = {"id": 7, "type": "private"}
    said = {"message_id": 3, "date": 1, "chat": chat, "from": me, "text": MARK, "entities": [{"type": "bold"}]}
    sign = {"chat": chat, "user": me, "message_id": 3, "new_reaction": [{"type": "emoji", "emoji": "👍"}]}
    updates: list[dict[str, object]] = [
        {"update_id": 1, "message": {**said, "reply_to_message": {"message_id": 2}}},
        {"update_id": 1, "edited_message": said},
        {"update_id": 1, "message_reaction": {**sign, "old_reaction": []}},
        {"update_id": 1, "callback_query": {"id": "1", "from": me, "message": said, "data": "come:1"}},
        {"update_id": 1, "message": {**said, "text": None, "photo": [{"file_id": "a"}], "caption": MARK}},
    ]
    for chance in chances():
        raw = damaged(chance.choice(updates), chance)
        with structlog.testing.capture_logs() as logs:
            event = telegram.parse(raw)
        assert event is not None or logs, raw


def test_whatsapp() -> None:
    kinds: list[dict[str, object]] = [
        {"type": "text", "text": {"body": MARK}, "context": {"id": "wamid.T"}},
        {"type": "edit", "edit": {"original_message_id": "x", "message": {"type": "text", "text": {"body": MARK}}}},
        {"type": "reaction", "reaction": {"message_id": "wamid.T", "emoji": "👍"}},
        {"type": "system", "system": {"type": "user_changed_user_id", "user_id": "NL.2", "previous_user_id": ID}},
        {"type": "image", "image": {"id": "1", "caption": MARK}},
        {"type": "interactive", "interactive": {"type": "button_reply", "button_reply": {"id": "come:1"}}},
    ]
    for chance in chances():
        stamp = str(int(START.timestamp()))
        message = {"from": NUMBER, "from_user_id": ID, "id": "wamid.A", "timestamp": stamp, **chance.choice(kinds)}
        value: dict[str, object] = {
            "metadata": {"phone_number_id": "1"},
            "contacts": [{"wa_id": NUMBER, "user_id": ID, "profile": {"name": "S"}}],
            "messages": [damaged(message, chance)],
        }
        raw = {"entry": [{"changes": [{"field": "messages", "value": value}]}]}
        found = list(items_of(raw, "1", START))
        # One message, one item: an event, or a word that says why there is none.
        assert len(found) == 1, message
        assert isinstance(found[0], InboundEvent | LeftAside)
        list(items_of(damaged(raw, chance), "1", START))


def test_text_messages() -> None:
    words = SmsWords.load()
    for chance in chances():
        text = "".join(chance.choice(f"{MARK} 12\n\0👍ى1️⃣=.") for _ in range(chance.randint(1, 40)))
        inbound = Inbound(id="1", source_number=NUMBER, message=text, date_received=START)
        event = event_of(inbound, "sms", words)
        assert event is not None or not text.strip(" \0\r\n\t")


def _written(raw: bytes) -> str:
    mail = message_from_bytes(raw, policy=default)
    assert isinstance(mail, EmailMessage)
    body = mail.get_body(("plain", "html"))
    return str(body.get_content()) if body is not None else ""


SEEDS = [(form.name, _written(form.mail), form.words) for form in forms()]


def shuffled(lines: list[str], chance: random.Random) -> list[str]:
    """Lines that are missing, twice, in another order, broken, or among others."""
    lines = list(lines)
    for _ in range(chance.randint(1, 6)):
        if not lines:
            break
        place, other = chance.randrange(len(lines)), chance.randrange(len(lines))
        match chance.randrange(6):
            case 0:
                del lines[place]
            case 1:
                lines.insert(place, lines[other])
            case 2:
                lines[place], lines[other] = lines[other], lines[place]
            case 3:
                at = chance.randrange(len(lines[place]) + 1)
                lines[place : place + 1] = [lines[place][:at], lines[place][at:]]
            case 4:
                lines.insert(place, chance.choice(_AMONG))
            case _:
                lines = lines[: place + 1]
    return lines


def test_what_stands_above_everything_is_heard() -> None:
    """Nothing below can take the words above it away, however it is built."""
    plain = [(text, words) for _, text, words in SEEDS if not text.lstrip().startswith("<") and text.startswith(words)]
    assert len(plain) > 80
    for chance in chances():
        text, words = chance.choice(plain)
        below = shuffled(text[len(words) :].split("\n"), chance)
        mail = EmailMessage(policy=SMTP)
        mail["From"], mail["To"], mail["Subject"] = PERSON, "maatje@gemeente.example", "Re: Gesprek"
        written = f"Ik {MARK} vandaag niet.\n\n" + "\n".join(below)
        mail.set_content(written)
        opened = open_mail(mail.as_bytes(), "1", None, chance.choice([None, Ours(sent=(tuple(OURS),))]))
        assert isinstance(opened, OpenedMail)
        assert MARK in opened.text, written


def test_pages() -> None:
    """A page that is broken anywhere below the words still has them."""
    pages = [text for _, text, _ in SEEDS if text.lstrip().startswith("<")]
    for chance in chances():
        page = chance.choice(pages)
        at = page.index(">") + 1 if page.startswith("<div") else page.index("<body")
        below = page[at:]
        for _ in range(chance.randint(1, 5)):
            cut = chance.randrange(len(below) + 1)
            odd = chance.choice(["<", ">", "</div>", "<p>", '"', "&", "<b", "\0", "</"])
            below = below[:cut] + odd + below[cut + chance.randrange(4) :]
        written = f"<p>Ik {MARK} vandaag niet.</p>{below}"
        assert MARK in words_of(lines_of_page(written)), written


def test_mails_that_are_broken_as_bytes() -> None:
    seeds = [form.mail for form in forms()]
    for chance in chances():
        raw = bytearray(chance.choice(seeds))
        for _ in range(chance.randint(1, 8)):
            at = chance.randrange(len(raw))
            raw[at : at + chance.randrange(12)] = bytes(chance.randrange(256) for _ in range(chance.randrange(6)))
        found = open_mail(bytes(raw), "1", None)
        # A mail that is not opened says why.
        assert isinstance(found, OpenedMail | Bounced) or found.why


def test_answers_of_calendars() -> None:
    for chance in chances():
        lines = shuffled(CALENDAR.split("\r\n"), chance)
        if chance.random() < 0.5 and lines:
            place = chance.randrange(len(lines))
            lines[place] = lines[place].replace(chance.choice(":;=-AT"), chance.choice(["", "::", "\0", "é", "=;"]), 1)
        mail = EmailMessage(policy=SMTP)
        mail["From"], mail["To"] = PERSON, "maatje@gemeente.example"
        mail.set_content(f"{MARK}\n")
        mail.add_alternative("\r\n".join(lines), subtype="calendar")
        opened = open_mail(mail.as_bytes(), "1", None)
        assert isinstance(opened, OpenedMail)
        assert opened.calendar is not None or MARK in opened.text
        try:
            calendar_answer("\r\n".join(lines), PERSON)
        except ValueError:
            continue


@pytest.mark.parametrize("text", ["1", f"{MARK}", "\n\n1\n"])
def test_the_mark_is_heard_at_all(text: str) -> None:
    """The tests above would hold for a reader that hears nothing, were it not for this one."""
    assert own_words(text).strip() == text.strip()
    event = telegram.parse({"update_id": 1, "message": {"message_id": 1, "chat": {"id": 7, "type": "private"},
                                                        "from": {"id": 7}, "text": text}})  # fmt: skip
    assert event is not None
    assert event.payload == Said(text)
