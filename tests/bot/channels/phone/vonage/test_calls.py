"""Calls over Vonage: what each end means, a whole report by keys, calls to us, and whose webhooks are let in."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import NamedTuple

import numpy as np
import pytest
from sqlalchemy import select

from bot.channels.phone.carrier import LINE_RATE, CarrierDown, DialResult, HungUp, Incoming, OpenLine
from bot.channels.phone.vonage.api import VonageConfig
from bot.channels.phone.vonage.carrier import VonageCarrier
from bot.channels.phone.vonage.check import let_in
from bot.voice.sound import Pcm
from storage.appointments.absences import Absence
from storage.engine.database import Database
from storage.engine.keys import KeyRing
from storage.vocabulary import AbsenceState, CallOutcome
from tests.bot.channels.phone.town import NUMBER, town
from tests.bot.channels.phone.vonage.counterpart import VonageCounterpart, vonage
from tests.clock import FakeClock

KEYS = KeyRing(["a secret of the tests that is long enough"])


def said(text: str) -> Pcm:
    """A sound that is its own text."""
    return Pcm(np.frombuffer(text.encode("utf-16-le"), np.int16), LINE_RATE)


class Calls(NamedTuple):
    at: VonageCounterpart
    carrier: VonageCarrier
    clock: FakeClock
    rang: list[Incoming]
    config: VonageConfig

    async def answered(self, *keys: str | None) -> "tuple[OpenLine, asyncio.Task[None]]":
        """A call that is answered, and the person at the telephone."""
        dialling = asyncio.create_task(self.carrier.dial(NUMBER, ring=5))
        await self.at.is_asked.wait()
        person = asyncio.create_task(self.at.answers(*keys))
        line = (await dialling).line
        assert line is not None
        return line, person


@pytest.fixture
async def calls(clock: FakeClock) -> AsyncIterator[Calls]:
    async with vonage(clock) as (at, config):
        carrier, rang = VonageCarrier(config, KEYS, clock), []

        async def ringing(incoming: Incoming) -> None:
            rang.append(incoming)
            key = await incoming.line.ask(said("Hello"), 5, lambda _: True)
            await incoming.line.ask(said(f"You pressed {key.digit if key else 'nothing'}"), 0, lambda _: True)
            await incoming.line.hang_up()

        at.serves(carrier.routes())
        await carrier.start(ringing)
        yield Calls(at, carrier, clock, rang, config)
        await carrier.close()


@pytest.mark.parametrize(
    ("status", "detail", "outcome"),
    [
        ("busy", "", CallOutcome.BUSY),
        ("unanswered", "unavailable", CallOutcome.NO_ANSWER),
        ("timeout", "", CallOutcome.NO_ANSWER),
        ("rejected", "declined", CallOutcome.REJECTED),
        ("failed", "number_out_of_service", CallOutcome.GONE),
        ("failed", "internal_error", CallOutcome.FAILED),
    ],
)
async def test_how_a_call_ends_that_nobody_answers(
    calls: Calls, status: str, detail: str, outcome: CallOutcome
) -> None:
    dialling = asyncio.create_task(calls.carrier.dial(NUMBER, ring=5))
    await calls.at.is_asked.wait()
    await calls.at.happens("ringing")
    await calls.at.happens(status, detail)
    assert await dialling == DialResult(outcome=outcome)


async def test_sound_is_ours_and_keys_come_back_in_their_order(calls: Calls) -> None:
    line, person = await calls.answered("5", "7", None)
    first = await line.ask(said("One"), 7, lambda _: True)
    # A key that is not asked for is passed over: the question is said again.
    second = await line.ask(said("Two"), 7, lambda key: key.digit == "1")
    await line.ask(said("Goodbye"), 0, lambda _: True)
    await line.hang_up()
    await person
    assert first is not None
    assert (first.digit, second) == ("5", None)
    assert calls.at.heard == ["One", "Two", "Two", "Goodbye"]
    with pytest.raises(HungUp):
        await line.ask(said("Too late"), 1, lambda _: True)


async def test_a_number_is_gathered_by_vonage_and_ends_with_its_hash(calls: Calls) -> None:
    """However fast it is typed: not a webhook a key."""
    line, person = await calls.answered("7123*7481923", None, "1")
    assert await line.ask_number(said("Your code?"), 7) == "7481923"
    assert await line.ask_number(said("Once more?"), 7) == ""
    assert await line.ask(said("One"), 7, lambda _: True) is not None
    await line.hang_up()
    await person
    assert [one["dtmf"] for one in calls.at.inputs] == [
        {"timeOut": 7, "maxDigits": 20, "submitOnHash": True},
        {"timeOut": 7, "maxDigits": 20, "submitOnHash": True},
        {"timeOut": 7, "maxDigits": 1},
    ]


async def test_who_hangs_up_has_hung_up(calls: Calls) -> None:
    line, person = await calls.answered("1")
    await line.ask(said("One"), 7, lambda _: True)
    with pytest.raises(HungUp):
        await line.ask(said("Two"), 7, lambda _: True)
    await person


async def test_a_call_that_rings_too_long_is_given_up_and_later_answers_find_nobody(calls: Calls) -> None:
    assert await calls.carrier.dial(NUMBER, ring=0.2) == DialResult(outcome=CallOutcome.NO_ANSWER)
    assert calls.at.ended == [calls.at.asked[0]["uuid"]]
    urls = calls.at.asked[0]["answer_url"]
    assert isinstance(urls, list)
    assert (await calls.at.tells(urls[0], uuid=calls.at.asked[0]["uuid"])).status_code == 404


@pytest.mark.parametrize("status", [401, 429])
async def test_a_call_that_vonage_refuses_costs_no_try(calls: Calls, status: int) -> None:
    calls.at.status = status
    with pytest.raises(CarrierDown, match=f"refused_{status}"):
        await calls.carrier.dial(NUMBER, ring=1)


async def test_a_call_of_which_no_answer_came_is_found_by_its_events(calls: Calls) -> None:
    """The connection broke after Vonage took the call: it is not made twice, and not lost."""
    calls.at.silent = True
    line, person = await calls.answered("2")
    key = await line.ask(said("One"), 7, lambda _: True)
    await line.hang_up()
    await person
    assert key is not None
    assert (key.digit, len(calls.at.asked)) == ("2", 1)


async def test_somebody_calls_us(calls: Calls) -> None:
    answer = await calls.at.tells("/phone/vonage/answer", uuid="in-1", **{"from": "31612345678", "to": "31355281911"})
    await calls.at.follows(answer, "in-1", "/phone/vonage/event", ["3"])
    assert [(one.number, one.called) for one in calls.rang] == [(NUMBER, "+31355281911")]
    assert calls.at.heard == ["Hello", "You pressed 3"]


async def test_what_vonage_did_not_tell_just_now_is_refused(calls: Calls) -> None:
    """Unsigned, forged, changed on its way, another's, old, from later on, and told before."""
    http = calls.at.http
    assert http is not None
    body = json.dumps({"uuid": "x", "status": "started"}, separators=(",", ":")).encode()
    now = calls.clock.now().timestamp()
    good = calls.at.signed(body)
    forged = dict(good, authorization=good["authorization"][:-4] + "AAAA")
    cases = {
        "unsigned": {},
        "forged": forged,
        "changed": calls.at.signed(b"{}"),
        "another's": calls.at.signed(body, api_key="somebody"),
        "another application's": calls.at.signed(body, application_id="another"),
        "old": calls.at.signed(body, iat=int(now - 400)),
        "from later on": calls.at.signed(body, iat=int(now + 400)),
        "without a moment": calls.at.signed(body, iat=None),
    }
    refused = {
        name: (await http.post("/phone/vonage/event", content=body, headers=headers)).status_code
        for name, headers in cases.items()
    }
    assert refused == dict.fromkeys(cases, 401)
    first, again = [(await http.post("/phone/vonage/event", content=body, headers=good)).status_code for _ in range(2)]
    assert (first, again) == (204, 401)


async def test_a_sound_is_fetched_at_its_own_address_while_it_is_fresh(calls: Calls) -> None:
    line, person = await calls.answered(None)
    await line.ask(said("One"), 7, lambda _: True)
    http, url = calls.at.http, calls.at.wavs[0]
    assert http is not None
    assert (await http.get(url)).status_code == 200
    assert (await http.get(url.replace(".wav", "0.wav"))).status_code == 404
    name = url.rpartition("/")[2]
    longer = name[:25] + "f" + name[26:]
    assert (await http.get(url.replace(name, longer))).status_code == 404
    calls.clock.set(calls.clock.now() + timedelta(minutes=6))
    assert (await http.get(url)).status_code == 404
    await line.hang_up()
    person.cancel()


async def test_the_doctor_asks_whether_we_are_let_in(calls: Calls) -> None:
    assert [one.state for one in await let_in(calls.config, calls.clock, is_public=True)] == ["ok"]
    assert [one.state for one in await let_in(calls.config, calls.clock, is_public=False)] == ["fault", "ok"]
    config = VonageConfig("nobody", calls.config.private_key, "", "", "", "", calls.config.api_url)
    assert [one.state for one in await let_in(config, calls.clock, is_public=True)] == ["fault"]
    config = VonageConfig("nobody", "no key", "", "", "", "", calls.config.api_url)
    assert [one.state for one in await let_in(config, calls.clock, is_public=True)] == ["fault"]


async def test_the_main_job_over_vonage(sqlite_database: Database, clock: FakeClock) -> None:
    """A reminder, "I can't come", its reason, sent: by keys, through the real channel, dialogue and outbox."""
    async with vonage(clock) as (counterpart, config):
        carrier = VonageCarrier(config, KEYS, clock)
        counterpart.serves(carrier.routes())
        async with town(sqlite_database, clock, carrier) as at:
            sanne = await at.talk.linked("Sanne")
            await at.agrees()
            ringing = asyncio.create_task(at.until_it_rings())
            await counterpart.is_asked.wait()
            person = asyncio.create_task(counterpart.answers("1", "2", "1", "2", "1"))
            await ringing
            while not person.done():
                await at.talk.settle()
                await asyncio.sleep(0.005)
            await person
            await at.ends()
            assert "Are you Amina?" in counterpart.heard[0]
            assert not any("Gemeentehuis" in text for text in counterpart.heard[:1])
            assert any("Gemeentehuis" in text for text in counterpart.heard)
            sanne.sees("consultant.absence", person="Amina Tesfay")
            async with at.talk.database.reading() as session:
                [absence] = (await session.scalars(select(Absence))).all()
            assert absence.state is AbsenceState.REPORTED
            [call] = await at.calls()
            assert call.outcome is CallOutcome.TALKED
