"""What a conversation remembers comes back with its type; what an older version left is not remembered."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from bot.actions.access.challenges import Challenge
from bot.dialogue import memory
from bot.dialogue.memory import ALBUM, CHOICES, CODE, CODES_SENT, MEDIA, NEW_PERSON, QUESTION, Memory, PersonDraft
from locales.rendering.message import Button, Text
from storage.engine.columns import Json
from storage.people.sent_media import SentMedia
from storage.vocabulary import MediaKind

VOICE = SentMedia("web", MediaKind.VOICE, "v", datetime(2026, 3, 2, 8, 0, tzinfo=UTC))
AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
EACH = [
    pytest.param(QUESTION, "mag ik weg?", id="words"),
    pytest.param(MEDIA, (VOICE, SentMedia("web", MediaKind.PHOTO, "p")), id="media"),
    pytest.param(ALBUM, ("a1", "letter"), id="album"),
    pytest.param(CODES_SENT, (AT, AT + timedelta(minutes=1)), id="moments"),
    pytest.param(CODE, Challenge(7, "mark", AT, tries=2), id="challenge"),
    pytest.param(NEW_PERSON, PersonDraft("Amina T"), id="draft"),
    pytest.param(CHOICES, ((Button(Text("consent.yes"), "consent:yes", "✅"),), ()), id="buttons"),
]


@pytest.mark.parametrize(("what", "value"), EACH)
def test_what_is_remembered_comes_back(what: Memory[object], value: object) -> None:
    stored = json.loads(json.dumps(what.write(value)))
    assert what.read(stored) == value


@pytest.mark.parametrize("stored", [[], {"contact": 7, "hash": "x", "until": "x"}, 5])
def test_what_another_version_stored_is_not_remembered(stored: Json) -> None:
    assert (CODE.read(stored), NEW_PERSON.read(stored), QUESTION.read(stored)) == (None, None, None)


def test_each_value_has_a_name_of_its_own() -> None:
    names = [found.name for found in vars(memory).values() if isinstance(found, Memory)]
    assert len(set(names)) == len(names) >= 13
