"""From updates to events: every kind in a table, and whatever else may come."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.telegram.parsing import LONGEST_TEXT, parse, update_id_of
from bot.events import Command, Left, Media, Payload, Pressed, Returned, Said, Started
from storage.vocabulary import MediaKind

ME: dict[str, object] = {"id": 7, "is_bot": False, "first_name": "A", "language_code": "ti"}
CHAT: dict[str, object] = {"id": 7, "type": "private", "first_name": "A"}


def update(kind: str = "message", *, sender: object = ME, **content: object) -> dict[str, object]:
    """An update of this kind from person 7."""
    message = {"message_id": 3, "date": 1_700_000_000, "chat": CHAT, "from": sender, **content}
    return {"update_id": 12, kind: message}


def press(data: object = "come:1", **other: object) -> dict[str, object]:
    message = {"message_id": 3, "date": 1_700_000_000, "chat": CHAT, "text": "?"}
    query = {"id": "99", "from": ME, "chat_instance": "1", "message": message, "data": data, **other}
    return {"update_id": 12, "callback_query": query}


def member(status: str, chat: dict[str, object] = CHAT) -> dict[str, object]:
    user = {"id": 4242424242, "is_bot": True, "first_name": "M"}
    old = {"status": "member" if status == "kicked" else "kicked", "user": user, "until_date": 0}
    new = {"status": status, "user": user, "until_date": 0}
    change = {"chat": chat, "from": ME, "date": 1_700_000_000, "old_chat_member": old, "new_chat_member": new}
    return {"update_id": 12, "my_chat_member": change}


FILE = {"file_id": "F1", "file_unique_id": "u"}
SIZED = {**FILE, "width": 9, "height": 9}


@pytest.mark.parametrize(
    ("raw", "payload"),
    [
        pytest.param(update(text="Ik ben ziek"), Said("Ik ben ziek"), id="text"),
        pytest.param(update(text="/start ACDEFGHJKM"), Started("ACDEFGHJKM"), id="deep link"),
        pytest.param(update(text="/start"), Started(None), id="start"),
        pytest.param(update(text="/menu@MaatjeBot"), Command("menu"), id="command with the bot's name"),
        pytest.param(update(text="/1/2"), Said("/1/2"), id="no command"),
        pytest.param(update("edited_message", text="beter", edit_date=1), Said("beter", edited=True), id="edited"),
        pytest.param(update("edited_message", text="/start X", edit_date=1), Said("/start X", edited=True), id="edit"),
        pytest.param(update(voice={**FILE, "duration": 3}), Media(MediaKind.VOICE, "F1", ""), id="voice"),
        pytest.param(
            update(photo=[SIZED, {**SIZED, "file_id": "F2"}], caption="brief"),
            Media(MediaKind.PHOTO, "F2", "brief"),
            id="the largest photo",
        ),
        pytest.param(update(document=FILE), Media(MediaKind.DOCUMENT, "F1", ""), id="document"),
        pytest.param(
            update(contact={"phone_number": "06", "first_name": "B"}), Media(MediaKind.CONTACT, None, ""), id="contact"
        ),
        pytest.param(
            update(location={"longitude": 5.2, "latitude": 52.3}), Media(MediaKind.LOCATION, None, ""), id="location"
        ),
        pytest.param(
            update(sticker={**SIZED, "is_animated": False, "is_video": False, "type": "regular"}),
            Media(MediaKind.STICKER, "F1", ""),
            id="sticker",
        ),
        pytest.param(update(poll={"question": "q"}), Media(MediaKind.OTHER, None, ""), id="a poll of a later Bot API"),
        pytest.param(
            update(voice={"file_id": "F1"}), Media(MediaKind.VOICE, "F1", ""), id="no more than the file's id"
        ),
        pytest.param(
            update(text="Ik ben ziek", reply_to_message=7, entities="x", forward_origin=[], from_=None),
            Said("Ik ben ziek"),
            id="odd corners",
        ),
        pytest.param(press(), Pressed("come:1", "3"), id="press"),
        pytest.param(
            press(chat_instance=None, message={"chat": CHAT, "message_id": 3, "date": 0}),
            Pressed("come:1", "3"),
            id="a press on what is not there any more",
        ),
        pytest.param(member("kicked"), Left(), id="blocked"),
        pytest.param(member("member"), Returned(), id="unblocked"),
    ],
)
def test_what_people_do(raw: dict[str, object], payload: Payload) -> None:
    event = parse(raw)
    assert event is not None
    assert event.payload == payload
    assert (event.channel, event.address, event.event_id, event.language) == ("telegram", "7", "12", "ti")


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(None, id="nothing"),
        pytest.param([], id="a list"),
        pytest.param({"message": {}}, id="no number"),
        pytest.param({"update_id": True, "message": update()["message"]}, id="a flag for a number"),
        pytest.param({"update_id": -1}, id="a negative number"),
        pytest.param({"update_id": 12}, id="no kind"),
        pytest.param({"update_id": 12, "poll": {}}, id="another kind"),
        pytest.param(update(), id="an empty message"),
        pytest.param(update(text="x", chat={"id": -5, "type": "group", "title": "g"}), id="a group"),
        pytest.param(update(text="x", sender={**ME, "is_bot": True}), id="a bot"),
        pytest.param(update("channel_post", text="x"), id="a channel"),
        pytest.param(update(text="x", sender={**ME, "id": 8}), id="somebody else in a private chat"),
        pytest.param(press(**{"from": {**ME, "id": 8}}), id="somebody else's button"),
        pytest.param(
            update("edited_message", location={"longitude": 5.2, "latitude": 52.3}, edit_date=1), id="a live place"
        ),
        pytest.param(update(pinned_message={"message_id": 1}), id="a service message"),
        pytest.param(press("x" * 65), id="too long data"),
        pytest.param(press(None), id="no data"),
        pytest.param(press(message=None), id="a press on nothing"),
        pytest.param(member("kicked", {"id": -5, "type": "group", "title": "g"}), id="thrown out of a group"),
    ],
)
def test_what_is_nothing_for_us(raw: object) -> None:
    assert parse(raw) is None


def test_a_text_is_cut_and_cleaned() -> None:
    event = parse(update(text="a\0\ud800" + "b" * 1_000_000))
    assert event is not None
    assert isinstance(event.payload, Said)
    assert len(event.payload.text) <= LONGEST_TEXT
    assert event.payload.text.startswith("a\ufffdb")
    event.payload.text.encode()


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
_paths = st.sampled_from(
    [(), ("message",), ("message", "from"), ("message", "chat"), ("message", "chat", "id"), ("message", "text"),
     ("message", "photo"), ("message", "voice"), ("message", "entities"), ("message", "date"), ("update_id",)]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(_paths, _json)
def test_whatever_stands_anywhere_is_an_event_or_nothing(path: tuple[str, ...], odd: object) -> None:
    raw = json.loads(json.dumps(update(text="hello")))
    target = raw
    for step in path[:-1]:
        target = target[step]
    if path:
        target[path[-1]] = odd
    else:
        raw = odd
    event = parse(raw)
    if event is not None:
        assert event.address.lstrip("-").isdecimal()
        assert int(event.event_id) == update_id_of(raw)
        assert event.language is None or isinstance(event.language, str)
        text = getattr(event.payload, "text", "")
        assert isinstance(text, str)
        text.encode()
