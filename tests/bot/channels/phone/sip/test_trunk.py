"""Calls over SIP, with SIPp as the network: what each refusal means, keys, sound, and what UDP loses."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from bot.bench.sipp import (
    HangsUp,
    MovesSound,
    PressesKey,
    SippAct,
    SpeaksOn,
    Waits,
    answers,
    asks_who_we_are,
    can_play,
    network,
    refuses,
    rings,
    sipp,
)
from bot.channels.phone.carrier import LINE_RATE, CarrierDown, HungUp, Incoming
from bot.channels.phone.sip.trunk import SipCarrier, SipConfig
from bot.voice.sound import Pcm
from storage.vocabulary import CallOutcome

NUMBER = "+31612345678"
PORTS = count(15_100)
TONE = Pcm((np.sin(np.arange(LINE_RATE // 2) * 2 * np.pi * 440 / LINE_RATE) * 8000).astype(np.int16), LINE_RATE)

with_sipp = pytest.mark.skipif(sipp() is None, reason="SIPp is not installed (python -m tests.sipp)")
with_keys = pytest.mark.skipif(not can_play(), reason="SIPp plays keys as root only")


@asynccontextmanager
async def trunk(scenario: str, folder: Path, *, password: str = "", calls: int = 1) -> AsyncIterator[SipCarrier]:
    port = next(PORTS)
    with network(scenario, folder, port, calls=calls):
        carrier = SipCarrier(
            SipConfig(
                ("127.0.0.1", port),
                "+31355281911",
                user="maatje" if password else "",
                bind=("127.0.0.1", 0),
                rtp_ports=(20_000, 20_400),
            )
        )
        await carrier.start(_nobody_calls)
        yield carrier
        await carrier.close()


async def _nobody_calls(_incoming: Incoming) -> None:
    raise AssertionError("nobody calls")


@with_sipp
@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        pytest.param(486, CallOutcome.BUSY, id="busy"),
        pytest.param(480, CallOutcome.NO_ANSWER, id="switched off"),
        pytest.param(603, CallOutcome.REJECTED, id="rejects"),
        pytest.param(404, CallOutcome.GONE, id="no such number"),
        pytest.param(484, CallOutcome.GONE, id="a number with too few digits"),
        pytest.param(500, CallOutcome.FAILED, id="the trunk stumbles"),
    ],
)
async def test_what_a_refusal_means(tmp_path: Path, status: int, outcome: CallOutcome) -> None:
    async with trunk(refuses(status, "No"), tmp_path) as carrier:
        found = await carrier.dial(NUMBER, ring=3.0)
    assert (found.outcome, found.line) == (outcome, None)
    # SIPp took our confirmation: it does not repeat its refusal.
    assert not (tmp_path / "errors.log").exists() or not (tmp_path / "errors.log").read_text()


@with_sipp
async def test_nobody_answers(tmp_path: Path) -> None:
    async with trunk(rings(), tmp_path) as carrier:
        found = await carrier.dial(NUMBER, ring=0.4)
    assert found.outcome is CallOutcome.NO_ANSWER


async def test_a_trunk_that_is_not_there_is_no_fault_of_the_person() -> None:
    carrier = SipCarrier(SipConfig(("127.0.0.1", 15_099), "+31355281911", bind=("127.0.0.1", 0)))
    await carrier.start(_nobody_calls)
    with pytest.raises(CarrierDown, match="no_answer_from_trunk"):
        await carrier.dial(NUMBER, ring=0.3)
    await carrier.close()


@with_sipp
async def test_a_trunk_that_does_not_let_us_in_is_told_as_down(tmp_path: Path) -> None:
    async with trunk(refuses(403, "Forbidden"), tmp_path) as carrier:
        with pytest.raises(CarrierDown, match="refused_403"):
            await carrier.dial(NUMBER, ring=3.0)


@with_keys
async def test_keys_are_heard_in_their_order_and_one_ends_what_is_said(tmp_path: Path) -> None:
    acts: list[SippAct] = [Waits(0.3), PressesKey("1"), Waits(0.6), PressesKey("#"), Waits(0.6), PressesKey("7")]
    async with trunk(answers(*acts), tmp_path) as carrier:
        line = (await carrier.dial(NUMBER, ring=3.0)).line
        assert line is not None
        long = Pcm(np.tile(TONE.samples, 20), LINE_RATE)
        pressed = [await line.ask(long, 2.0, lambda _: True) for _ in range(3)]
        assert [key.digit for key in pressed if key is not None] == ["1", "#", "7"]
        assert line.seconds < 4.0
        assert await line.ask(TONE, 0.1, lambda _: True) is None
        await line.hang_up()
        with pytest.raises(HungUp):
            await line.ask(TONE, 0.1, lambda _: True)


@with_keys
async def test_a_key_that_is_not_asked_for_does_not_end_what_is_said(tmp_path: Path) -> None:
    acts: list[SippAct] = [Waits(0.2), PressesKey("6"), Waits(0.6), PressesKey("2")]
    async with trunk(answers(*acts), tmp_path) as carrier:
        line = (await carrier.dial(NUMBER, ring=3.0)).line
        assert line is not None
        key = await line.ask(TONE, 3.0, lambda key: key.digit == "2")
        assert key is not None
        await line.hang_up()
    assert key.digit == "2"


@with_keys
async def test_a_person_who_hangs_up_and_a_machine_that_speaks(tmp_path: Path) -> None:
    async with trunk(answers(SpeaksOn(), Waits(0.5), HangsUp()), tmp_path) as carrier:
        line = (await carrier.dial(NUMBER, ring=3.0)).line
        assert line is not None
        with pytest.raises(HungUp):
            await line.ask(TONE, 5.0, lambda _: True)


@with_keys
async def test_the_sound_is_moved_in_the_middle_of_a_call(tmp_path: Path) -> None:
    acts: list[SippAct] = [Waits(0.2), MovesSound(), Waits(0.3), PressesKey("1"), Waits(0.3)]
    async with trunk(answers(*acts), tmp_path) as carrier:
        line = (await carrier.dial(NUMBER, ring=3.0)).line
        assert line is not None
        key = await line.ask(TONE, 3.0, lambda _: True)
        await line.hang_up()
    assert key is not None
    assert key.digit == "1"


@with_sipp
async def test_a_trunk_that_wants_a_password(tmp_path: Path) -> None:
    async with trunk(asks_who_we_are(), tmp_path) as carrier:
        with pytest.raises(CarrierDown, match="refused_407"):
            await carrier.dial(NUMBER, ring=3.0)
