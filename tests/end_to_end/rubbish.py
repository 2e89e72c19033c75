"""Updates that no honest client sends: wrong types, missing and foreign fields, sizes, other people's buttons."""

import random
from collections.abc import Iterator

ODD: list[object] = [None, True, -1, 0, 2**70, 1.5, "", "x", [], {}, [[]], {"id": {}}, "\ud800", "\0", "🤯" * 50]
KINDS = ("message", "edited_message", "callback_query", "my_chat_member")
FOREIGN = ("channel_post", "inline_query", "poll", "chat_join_request", "message_reaction", "business_message", "new")
FIELDS = ("text", "voice", "photo", "contact", "location", "sticker", "document", "entities", "reply_to_message")


def rubbish_updates(mine: int, others_buttons: list[str], seed: int = 7) -> Iterator[dict[str, object]]:
    """Endlessly many updates without update_id, in the name of chat `mine` where they have one."""
    chance = random.Random(seed)
    number = 0
    while True:
        number += 1
        yield _one(chance, number, mine, others_buttons)


def _one(chance: random.Random, number: int, mine: int, others_buttons: list[str]) -> dict[str, object]:
    match number % 10:
        case 0:
            return {chance.choice(KINDS): chance.choice(ODD)}
        case 1:
            return {chance.choice(FOREIGN): message(mine, number, text="hello")}
        case 2:
            return {"message": {**message(mine, number), chance.choice(("chat", "from")): chance.choice(ODD)}}
        case 3:
            return {"message": {**message(mine, number), chance.choice(FIELDS): chance.choice(ODD)}}
        case 4:
            return {"callback_query": press(mine, number, chance.choice(others_buttons))}
        case 5:
            data = chance.choice(["", "x", "come", "come:", "come:x", "come:-1", "ab:9:send", "erase:yes:no", ":" * 64])
            return {"callback_query": press(mine, number, data)}
        case 6:
            broken = press(mine, number, "menu")
            broken[chance.choice(("id", "from", "message", "data"))] = chance.choice(ODD)
            return {"callback_query": broken}
        case 7:
            return {"my_chat_member": {"chat": {"id": mine, "type": "private"}, "new_chat_member": chance.choice(ODD)}}
        case 8:
            group = {"id": -mine, "type": chance.choice(("group", "supergroup", "channel")), "title": "t"}
            return {"message": {**message(mine, number, text="/start ABCDEFGHJK"), "chat": group}}
        case _:
            whole = message(mine, number, text="a")
            for name in chance.sample(sorted(whole), chance.randint(1, len(whole))):
                del whole[name]
            return {"message": whole}


def message(chat: int, number: int, **content: object) -> dict[str, object]:
    """A message as Telegram sends it."""
    return {
        "message_id": 10_000 + number,
        "date": 1_700_000_000 + number,
        "chat": {"id": chat, "type": "private", "first_name": "R"},
        "from": {"id": chat, "is_bot": False, "first_name": "R", "language_code": "nl"},
        **content,
    }


def press(chat: int, number: int, data: str) -> dict[str, object]:
    """A press of a button with this callback data."""
    return {
        "id": str(number),
        "from": {"id": chat, "is_bot": False, "first_name": "R"},
        "message": message(chat, number, text="?"),
        "chat_instance": "1",
        "data": data,
    }
