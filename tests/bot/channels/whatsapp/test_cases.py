"""Payloads that once went wrong (inbound.json), each with what it has to become."""

import json
from pathlib import Path

import pytest

from bot.channels.whatsapp.inbound import items_of
from bot.events import InboundEvent, Payload, Reacted, Renamed, Said
from tests.clock import START

CASES: list[dict[str, object]] = json.loads((Path(__file__).parent / "inbound.json").read_text())
# By what each is about: who it is, what else they are called, what came. What follows from it in a conversation:
# tests/bot/dialogue/test_called_otherwise.py and test_plain_answers.py.
EXPECTED: dict[str, tuple[str, str | None, Payload]] = {
    "no telephone number: the sender took a username": ("NL.13491208655302741918", None, Said("ik ben ziek")),
    "the sender's number changed and the user id with it": ("31600000000", "NL.134", Renamed("NL.134", "NL.135")),
    "edited message": ("31600000000", None, Said("ik kom NIET", edited=True)),
    "thumb under a reminder": ("31600000000", None, Reacted("👍", "wamid.T")),
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["about"]))
def test_what_a_payload_becomes(case: dict[str, object]) -> None:
    value = json.loads(json.dumps(case["value"]).replace('"NOW"', json.dumps(str(int(START.timestamp())))))
    value["metadata"] = {"phone_number_id": "1"}
    [found] = items_of({"entry": [{"changes": [{"field": "messages", "value": value}]}]}, "1", START)
    assert isinstance(found, InboundEvent)
    assert (found.address, found.also, found.payload) == EXPECTED[str(case["about"])]


def test_every_case_is_here() -> None:
    assert {str(case["about"]) for case in CASES} == set(EXPECTED)
