"""Calls through an exchange with a password: registering, what UDP loses, calls to us, and the sound on the wire."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from bot.channels.phone.carrier import LINE_RATE, HungUp, Incoming, OpenLine
from bot.channels.phone.script import OPENING, CallState, Key
from bot.channels.phone.sip.check import asked
from bot.channels.phone.sip.trunk import SipCarrier, SipConfig
from bot.channels.phone.voice import CallVoice
from bot.channels.phone.wording import Callee, CallWriter
from bot.voice.sound import Pcm
from bot.voice.speech import SpeechWriter
from bot.voice.studio import build_speaker
from locales.glossary.reading import load_glossary
from locales.rendering.catalog import Catalogs
from locales.rendering.render import Renderer
from tests.bot.channels.phone.sip.exchange import PASSWORD, USER, Exchange, exchange

NUMBER = "+31612345678"
TONE = Pcm((np.sin(np.arange(LINE_RATE // 4) * 2 * np.pi * 440 / LINE_RATE) * 8000).astype(np.int16), LINE_RATE)


class Calls:
    """Who called us, on which line."""

    def __init__(self) -> None:
        self.rang: asyncio.Queue[tuple[str, OpenLine]] = asyncio.Queue()

    async def __call__(self, incoming: Incoming) -> None:
        self.rang.put_nowait((incoming.number, incoming.line))


@asynccontextmanager
async def registered(
    at: Exchange, calls: Calls | None = None, *, password: str = PASSWORD
) -> AsyncIterator[SipCarrier]:
    carrier = SipCarrier(
        SipConfig(
            at.address, "+31355281911", user=USER, password=password, bind=("127.0.0.1", 0), rtp_ports=(21_000, 21_200)
        )
    )
    await carrier.start(calls or Calls())
    yield carrier
    await carrier.stop()
    await carrier.close()


async def test_registers_and_calls_with_its_password() -> None:
    async with exchange() as (at, _), registered(at) as carrier:
        await at.hears("REGISTER")
        line = (await carrier.dial(NUMBER, ring=3.0)).line
        assert line is not None
        await line.ask(TONE, 0.0, lambda _: True)
        await line.hang_up()
        await at.hears("BYE")
    assert at.let_in["REGISTER"] >= 1
    assert at.let_in["INVITE"] == 1


async def test_what_udp_loses_is_sent_again() -> None:
    """The first INVITE, the answer to it and the first BYE go lost: there is a call all the same, and one only."""
    async with exchange(loses={"INVITE": 1, "BYE": 1}, loses_answers=1) as (at, sink), registered(at) as carrier:
        line = (await carrier.dial(NUMBER, ring=5.0)).line
        assert line is not None
        await at.hears("ACK")
        await line.ask(TONE, 0.0, lambda _: True)
        await line.hang_up()
        await at.hears("BYE")
    assert (at.let_in["INVITE"], at.heard["BYE"]) == (1, 2)
    assert len(sink.packets) >= 12


async def test_the_sound_of_a_call_is_what_was_said_and_begins_at_once() -> None:
    renderer = Renderer(Catalogs(), ZoneInfo("Europe/Amsterdam"))
    speaker = build_speaker(renderer)
    voice = CallVoice(speaker, CallWriter(SpeechWriter(renderer.catalogs, renderer.zone, load_glossary())))
    said = await voice.lines(OPENING, CallState(), Callee("Amina", "gemeente Huizen", "ar"), None)
    async with exchange() as (at, sink), registered(at) as carrier:
        line = (await carrier.dial(NUMBER, ring=3.0)).line
        assert line is not None
        short = Pcm(said.samples[: 3 * LINE_RATE], LINE_RATE)
        await line.ask(short, 0.0, lambda _: True)
        await line.hang_up()
    await voice.close()
    heard = sink.samples
    # All of it, as loud as it was made, and the very same sound.
    assert abs(len(heard) - len(short.samples)) <= LINE_RATE // 50
    made = short.samples[: len(heard)].astype(float)
    assert np.corrcoef(made, heard[: len(made)].astype(float))[0, 1] > 0.99
    assert 0.9 < np.sqrt((heard.astype(float) ** 2).mean()) / np.sqrt((made**2).mean()) < 1.1
    loud = np.flatnonzero(np.abs(heard) > 1000)[0] / LINE_RATE
    assert sink.packets[0][0] - at.answered_at + loud < 1.0
    moments = np.array([moment for moment, _ in sink.packets])
    # One packet every twenty milliseconds; how even they are under load is measured by `maatje bench phone`.
    assert np.median(np.diff(moments)) == pytest.approx(0.02, abs=0.005)
    numbers = [packet.sequence_number for _, packet in sink.packets]
    assert np.diff(numbers).tolist() == [1] * (len(numbers) - 1)


async def test_somebody_calls_us_and_presses_a_key() -> None:
    calls = Calls()
    async with exchange() as (at, sink), registered(at, calls) as carrier:
        await at.hears("REGISTER")
        assert carrier._transport is not None
        at.calls(carrier._transport.local_addr, "0031612345678")
        await at.answer_to_call()
        number, line = await calls.rang.get()
        assert number == NUMBER
        sink.presses("5", at.remote, 1)
        key = await line.ask(TONE, 5.0, lambda _: True)
        assert isinstance(key, Key)
        assert key.digit == "5"
        await line.hang_up()
        await at.hears("BYE")
        with pytest.raises(HungUp):
            await line.ask(TONE, 1.0, lambda _: True)
        assert calls.rang.empty()


async def test_a_wrong_password_is_told_and_not_tried_without_end() -> None:
    async with exchange() as (at, _), registered(at, password="wrong") as carrier:
        await at.hears("REGISTER")
        await asyncio.sleep(0)
        assert carrier._registration is not None
    assert at.let_in["REGISTER"] == 0
    assert at.heard["REGISTER"] <= 4


async def test_the_doctor_asks_whether_a_server_is_there() -> None:
    async with exchange() as (at, _):
        assert (await asked(at.address)).state == "ok"
    assert (await asked(("127.0.0.1", 9))).state == "fault"
