"""The WhatsApp channel against Meta's counterpart."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import aiohttp
import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.base import AddressGone, NewsState, Rejected, RetryLater
from bot.channels.whatsapp.api import GraphApi
from bot.channels.whatsapp.channel import WhatsAppChannel
from bot.channels.whatsapp.inbound import LeftAside, items_of
from bot.channels.whatsapp.subscription import subscription_fault
from bot.channels.whatsapp.templates import META_CODES, catalog, missing
from bot.channels.whatsapp.wording import cut, plain_of, split
from bot.demo.counterparts import whatsapp as side
from bot.events import Command, Media, Moved, Pressed, Said, Started
from locales.rendering.message import Style
from locales.rendering.render import Block, File, Picture, Rendered
from storage.vocabulary import MediaKind
from tests.bot.channels.web.rig import message
from tests.bot.channels.whatsapp.rig import PERSON, RENDERER, Rig, rigged
from tests.clock import START

ASKS = [
    [("✅ Ik kom", "come:12")],
    [("🤒 Ik kan niet komen", "notcome:12")],
    [("🔁 Een andere tijd graag", "othertime:12")],
]
PNG = File("kaart.png", "image/png", b"\x89PNG....")
OGG = File("message.ogg", "audio/ogg", b"OggS....")


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with rigged() as running:
        yield running


async def _talks(rig: Rig) -> None:
    await rig.meta.says(PERSON, "Hallo")


async def _shown(rig: Rig) -> list[side.Shown]:
    await rig.meta.settled()
    return [shown for shown in rig.meta.messages_of(PERSON) if not shown.from_person]


@pytest.mark.parametrize(
    ("buttons", "kind", "labels"),
    [
        pytest.param([[("✅ Ja", "a")], [("Nee", "b")]], "button", ["✅ Ja", "Nee"], id="three or fewer short ones"),
        pytest.param([[(f"Keuze {n}", f"i:{n}")] for n in range(4)], "list", ["Keuze 0"], id="more become a list"),
        pytest.param(ASKS, "list", ["✅ Ik kom", "🤒 Ik kan niet komen"], id="one long label makes a list"),
        pytest.param([[("a" * 80, "x")]], "list", ["a" * 71 + "…"], id="a very long label is cut"),
        pytest.param([[("Les 9:30", "a")], [("Les 9:30", "b")]], "list", ["Les 9:30"] * 2, id="two alike make a list"),
        pytest.param([[("Open", "https://chat.example/x")]], "cta_url", [], id="a page"),
    ],
)
async def test_choices(rig: Rig, buttons: list[list[tuple[str, str]]], kind: str, labels: list[str]) -> None:
    await _talks(rig)
    await rig.channel.send(PERSON, message("Komt u?", buttons=buttons), reference="1")
    interactive = rig.meta.requests[-1]["interactive"]
    assert isinstance(interactive, dict)
    assert interactive["type"] == kind
    assert [label for label, _ in (await _shown(rig))[-1].buttons][: len(labels)] == labels


async def test_a_press_of_each_kind_brings_the_intent(rig: Rig) -> None:
    await _talks(rig)
    receipt = await rig.channel.send(PERSON, message("Komt u?", buttons=ASKS), reference="1")
    await rig.meta.settled()
    await rig.meta.presses(PERSON, "Ik kan niet komen")
    assert rig.heard[-1].payload == Pressed("notcome:12", receipt.provider_ref)


async def test_long_texts_come_in_parts_of_which_a_repeat_sends_only_the_rest(rig: Rig) -> None:
    await _talks(rig)
    long = message("woord " * 600, buttons=[[("Ja", "yes")]])
    await rig.channel.send(PERSON, long, reference="7")
    whole = len(rig.meta.requests)
    assert whole == 4
    original = rig.meta.refusals
    rig.meta.requests.clear()

    class SecondFails(list[side.RefusedByGraph]):
        """Lets one request through."""

        def __bool__(self) -> bool:
            return len(rig.meta.requests) == 1 and super().__len__() > 0

    rig.meta.refusals = SecondFails([side.RefusedByGraph(503, 131016, "down")])
    with pytest.raises(RetryLater):
        await rig.channel.send(PERSON, long, reference="8")
    rig.meta.refusals = original
    rig.meta.requests.clear()
    await rig.channel.send(PERSON, long, reference="8")
    assert len(rig.meta.requests) == whole - 1


async def test_outside_the_window_the_message_goes_as_a_template_with_its_own_answers(rig: Rig) -> None:
    rig.approve()
    receipt = await rig.channel.send(PERSON, message("Morgen\n10:00\t   hier", buttons=ASKS), reference="1")
    [shown] = await _shown(rig)
    assert (shown.template, shown.text) == ("maatje_question", "Morgen 10:00 hier")
    assert [intent for _, intent in shown.buttons] == ["come:12", "notcome:12", "othertime:12"]
    await rig.meta.presses(PERSON, "maatje_question 1")
    assert rig.heard[-1].payload == Pressed("notcome:12", receipt.provider_ref)
    await rig.channel.send(PERSON, message("Goed."), reference="2")
    assert (await _shown(rig))[-1].template == ""


@pytest.mark.parametrize("locale", ["ar", "ti", "so", "fa_AF"])
async def test_a_template_in_a_language_that_meta_does_not_know_is_the_dutch_one(rig: Rig, locale: str) -> None:
    rig.approve()
    await rig.channel.send(PERSON, message("ሰላም", locale=locale), reference="1")
    template = rig.meta.requests[-1]["template"]
    assert isinstance(template, dict)
    assert template["language"] == {"code": META_CODES.get(locale, "nl")}
    assert (await _shown(rig))[-1].buttons == [("maatje_message 0", "menu")]


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(message("Kies", buttons=[[("Dinsdag", "prop:1:0")], [("Woensdag", "prop:1:1")]]), id="choices"),
        pytest.param(message("woord " * 400), id="too long for a template"),
        pytest.param(replace(message("Hallo"), voice=OGG), id="to be heard"),
    ],
)
async def test_a_template_that_could_not_say_it_all_brings_the_whole_message(rig: Rig, said: Rendered) -> None:
    rig.approve()
    await rig.channel.send(PERSON, said, reference="41")
    assert (await _shown(rig))[-1].buttons == [("maatje_message 0", "whole:41")]


async def test_a_window_that_closed_meanwhile(rig: Rig) -> None:
    rig.approve()
    await _talks(rig)
    rig.clock.forward(hours=24, seconds=1)
    rig.heard_at[PERSON] = rig.clock.now() - timedelta(hours=1)
    await rig.channel.send(PERSON, message("Hallo"), reference="1")
    assert (await _shown(rig))[-1].template == "maatje_message"


async def test_a_window_that_was_closed_after_all_is_told_later_and_the_next_try_is_a_template(rig: Rig) -> None:
    rig.approve()
    await _talks(rig)
    rig.meta.fails_next(131047)
    receipt = await rig.channel.send(PERSON, message("Hallo"), reference="1")
    await rig.meta.settled()
    [news] = rig.news
    assert (news.provider_ref, news.reference, news.reason) == (receipt.provider_ref, "1", "window_closed")
    assert (news.again, news.at, news.gone) == (timedelta(seconds=5), rig.clock.now(), False)
    await rig.channel.send(PERSON, message("Hallo"), reference="1")
    await rig.channel.send(PERSON, message("Iets anders"), reference="2")
    assert [s.template for s in await _shown(rig)] == ["maatje_message", ""]


@pytest.mark.parametrize(
    ("code", "reason", "seconds", "gone"),
    [
        (131000, "provider_fault", 5, False),
        (131016, "provider_fault", 30, False),
        (130429, "rate_limited", 5, False),
        (80007, "rate_limited", 60, False),
        (131048, "spam_limited", None, False),
        (131049, "held_back_by_meta", None, False),
        (131026, "undeliverable", None, True),
        (999999, "failed_999999", None, False),
    ],
)
async def test_what_failed_after_it_was_taken(
    rig: Rig, code: int, reason: str, seconds: int | None, gone: bool
) -> None:
    await _talks(rig)
    rig.meta.fails_next(code)
    await rig.channel.send(PERSON, message("Hallo"), reference="1")
    await rig.meta.settled()
    [news] = rig.news
    again = None if seconds is None else timedelta(seconds=seconds)
    assert (news.state, news.reason, news.again, news.gone) == (NewsState.FAILED, reason, again, gone)


async def test_a_template_that_is_not_approved_is_refused_and_the_check_names_it(rig: Rig) -> None:
    with pytest.raises(Rejected, match="template_refused"):
        await rig.channel.send(PERSON, message("Hallo"), reference="1")
    api = GraphApi(rig.config)
    assert "maatje_message nl" in missing(catalog(RENDERER), await api.templates())
    rig.approve()
    assert missing(catalog(RENDERER), await api.templates()) == []
    await api.close()


async def test_the_check_names_what_keeps_meta_from_bringing_us_what_people_write(rig: Rig) -> None:
    api, url = GraphApi(rig.config), f"{rig.meta.callbacks}/whatsapp/webhook"
    assert await subscription_fault(api, url) is None
    assert "set https://maatje.example/x" in (await subscription_fault(api, "https://maatje.example/x") or "")
    rig.meta.webhook_fields = ["account_alerts"]
    assert "field messages" in (await subscription_fault(api, url) or "")
    rig.meta.webhook_fields, rig.meta.webhook = ["messages"], {"active": False}
    assert "switched off" in (await subscription_fault(api, url) or "")
    # Of another app our secret opens nothing; ours among them is enough.
    rig.meta.apps = ["1"]
    assert "MAATJE_WHATSAPP_APP_SECRET" in (await subscription_fault(api, url) or "")
    rig.meta.webhook, rig.meta.apps = {}, ["1", side.APP_ID]
    assert await subscription_fault(api, url) is None
    rig.meta.apps = []
    assert "no app is subscribed" in (await subscription_fault(api, url) or "")
    await api.close()


def test_the_catalog_of_templates_can_be_submitted() -> None:
    for template in catalog(RENDERER):
        assert template.body.count("{{1}}") == 1
        # Meta refuses a template that begins or ends with its variable.
        assert not template.body.startswith("{{")
        assert not template.body.endswith("}}")
        assert all(len(button) <= 25 for button in template.buttons)
    assert missing(catalog(RENDERER), []) == [f"{t.name} {t.language}" for t in catalog(RENDERER)]


async def test_picture_sound_and_file_go_with_the_words(rig: Rig) -> None:
    await _talks(rig)
    said = message("Uw afspraak", buttons=[[("Ja", "yes")]])
    picture = Picture(PNG, "een kaart")
    await rig.channel.send(PERSON, replace(said, picture=picture, voice=OGG), reference="1")
    assert [(s.media, s.text) for s in await _shown(rig)] == [("image", ""), ("audio", ""), ("", "Uw afspraak")]
    await rig.channel.send(PERSON, replace(said, buttons=(), picture=picture), reference="2")
    assert [(s.media, s.text) for s in await _shown(rig)][3:] == [("image", "Uw afspraak")]


async def test_the_words_still_go_where_the_picture_is_refused(rig: Rig) -> None:
    await _talks(rig)
    rig.meta.refuses_next(400, 131053)
    await rig.channel.send(PERSON, replace(message("Hallo"), picture=Picture(PNG, "x")), reference="1")
    assert [(s.media, s.text) for s in await _shown(rig)] == [("", "Hallo")]


@pytest.mark.parametrize(
    ("status", "code", "error", "reason"),
    [
        (400, 131026, AddressGone, "undeliverable"),
        (400, 131021, AddressGone, "refused_by_person"),
        # Who stopped marketing, and a number that an account in test may not write to, are no lost addresses.
        (400, 131050, Rejected, "stopped_marketing"),
        (400, 131030, Rejected, "not_on_the_test_list"),
        (400, 131037, RetryLater, "account_refused"),
        (400, 131064, RetryLater, "account_refused"),
        (403, 130497, RetryLater, "account_refused"),
        (400, 133016, RetryLater, "account_refused"),
        (402, 131042, RetryLater, "account_refused"),
        (400, 133004, RetryLater, "server_down"),
        (400, 132015, Rejected, "template_refused"),
        (429, 130429, RetryLater, "rate_limited"),
        (400, 131056, RetryLater, "pair_limited"),
        (400, 131048, RetryLater, "spam_limited"),
        (400, 80007, RetryLater, "rate_limited"),
        (503, 131016, RetryLater, "provider_fault"),
        (500, 0, RetryLater, "provider_fault"),
        (401, 190, RetryLater, "token_refused"),
        (403, 10, RetryLater, "token_refused"),
        (400, 132001, Rejected, "template_refused"),
        (400, 100, Rejected, "refused_100"),
        (400, 131049, Rejected, "held_back_by_meta"),
        (400, 131031, RetryLater, "account_refused"),
        (403, 368, RetryLater, "account_refused"),
        (400, 133010, RetryLater, "account_refused"),
    ],
)
async def test_errors(rig: Rig, status: int, code: int, error: type[Exception], reason: str) -> None:
    await _talks(rig)
    rig.meta.refuses_next(status, code)
    with pytest.raises(error, match=reason):
        await rig.channel.send(PERSON, message("Hallo"), reference="1")


async def test_a_wrong_number_id_is_no_fault_of_the_message(rig: Rig) -> None:
    await _talks(rig)
    config = replace(rig.config, phone_number_id="4711")
    channel = WhatsAppChannel(config, clock=rig.clock, report=rig.report, window=rig.window, renderer=RENDERER)
    with pytest.raises(RetryLater, match="account_refused"):
        await channel.send(PERSON, message("Hallo"), reference="1")
    await channel.close()


async def test_an_api_that_is_out_of_reach() -> None:
    async with rigged() as running:
        rig = running
    rig.heard_at[PERSON] = rig.clock.now()
    with pytest.raises(RetryLater, match="unreachable"):
        await rig.channel.send(PERSON, message("Hallo"), reference="1")
    assert await rig.channel.fetch("abc") is None
    await rig.channel.close()


async def test_what_becomes_of_messages_is_told(rig: Rig) -> None:
    await _talks(rig)
    await rig.channel.send(PERSON, message("een"), reference="41")
    await rig.meta.settled()
    await rig.meta.reads(PERSON)
    rig.meta.blocks(PERSON)
    await rig.channel.send(PERSON, message("twee"), reference="42")
    await rig.meta.settled()
    told = [(news.state, news.reference, news.gone) for news in rig.news]
    assert told == [
        (NewsState.DELIVERED, "41", False),
        (NewsState.READ, "41", False),
        (NewsState.FAILED, "42", True),
    ]


async def test_a_webhook_that_was_not_handled_is_brought_again(rig: Rig) -> None:
    rig.fails = [ConnectionError(), ConnectionError()]
    await rig.meta.says(PERSON, "Ik ben ziek")
    assert [event.payload for event in rig.heard] == [Said("Ik ben ziek")]


async def test_a_webhook_waits_in_line_for_less_than_a_second(rig: Rig) -> None:
    await rig.meta.says(PERSON, "Ik ben ziek")
    [event] = rig.heard
    assert event.patience is not None
    assert 0 <= event.patience <= 0.8


async def test_a_voice_note_is_fetched(rig: Rig) -> None:
    await rig.meta.sends(PERSON, "audio", b"OggS-voice")
    [event] = rig.heard
    assert isinstance(event.payload, Media)
    assert event.payload.kind is MediaKind.VOICE
    assert await rig.channel.fetch(event.payload.file or "") == b"OggS-voice"
    assert await rig.channel.fetch("../secret") is None


def _webhook(*messages: dict[str, object], number: str = side.PHONE_NUMBER_ID) -> dict[str, object]:
    value = {"metadata": {"phone_number_id": number}, "messages": list(messages)}
    return {"entry": [{"changes": [{"field": "messages", "value": value}]}]}


def _message(**content: object) -> dict[str, object]:
    return {"from": PERSON, "id": "wamid.1", "timestamp": str(int(START.timestamp())), **content}


@pytest.mark.parametrize(
    ("content", "payload"),
    [
        ({"type": "text", "text": {"body": "acde-fghj-km"}}, Started("ACDEFGHJKM")),
        ({"type": "text", "text": {"body": "/menu"}}, Command("menu")),
        ({"type": "text", "text": {"body": "half \ud83d"}}, Said("half ?")),
        ({"type": "button", "button": {"payload": "come:1"}}, Pressed("come:1")),
        ({"type": "location", "location": {"latitude": 1}}, Media(MediaKind.LOCATION)),
        ({"type": "contacts", "contacts": []}, Media(MediaKind.CONTACT)),
        ({"type": "order", "order": {}}, Media(MediaKind.OTHER)),
        ({"type": "unsupported"}, Media(MediaKind.OTHER)),
        ({"type": "request_welcome"}, Started(None)),
        ({"type": "system", "system": {"type": "user_changed_number", "wa_id": "31687654321"}}, Moved()),
        ({"type": "system", "system": {"type": "customer_identity_changed"}}, None),
        ({"type": "reaction", "reaction": {"emoji": "👍"}}, None),
        ({"type": "text", "text": {"body": "  "}}, None),
    ],
)
def test_kinds_of_messages(content: dict[str, object], payload: object) -> None:
    items = items_of(_webhook(_message(**content)), side.PHONE_NUMBER_ID, START)
    # What is left aside is told apart from events, for operators (test_inbound_2026.py).
    found = [getattr(item, "payload", None) for item in items if not isinstance(item, LeftAside)]
    assert found == ([payload] if payload is not None else [])


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(_webhook(_message(type="text", text={"body": "x"}), number="5"), id="another number's"),
        pytest.param(_webhook({**_message(type="text", text={"body": "x"}), "timestamp": "1"}), id="stale"),
        pytest.param(_webhook({**_message(type="text", text={"body": "x"}), "timestamp": "x"}), id="no time"),
        pytest.param(_webhook({**_message(type="text", text={"body": "x"}), "from": "me"}), id="no number"),
        pytest.param(_webhook({**_message(type="text", text={"body": "x"}), "id": "i" * 121}), id="a huge id"),
        pytest.param({"entry": [{"changes": [{"field": "account_update", "value": {}}]}]}, id="another field"),
        pytest.param([1, 2], id="no object"),
    ],
)
def test_what_is_passed_over(raw: object) -> None:
    assert [item for item in items_of(raw, side.PHONE_NUMBER_ID, START) if not isinstance(item, LeftAside)] == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["entry", "changes", "value", "messages", "statuses", "type", "text", "id", "from", "errors"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


@given(JSON, JSON)
@settings(max_examples=300)
def test_no_webhook_makes_it_stumble(raw: object, message: object) -> None:
    list(items_of(raw, side.PHONE_NUMBER_ID, START))
    whole = _webhook(message if isinstance(message, dict) else {})
    list(items_of(whole, side.PHONE_NUMBER_ID, START))


async def test_forged_and_malformed_webhooks_change_nothing(rig: Rig) -> None:
    body = json.dumps(_webhook(_message(type="text", text={"body": "vals"}))).encode()
    assert await rig.meta.brings(body, signature="sha256=" + "0" * 64) == 403
    assert await rig.meta.brings(body, signature="") == 403
    assert await rig.meta.brings(body, signature="é") == 403
    assert await rig.meta.brings(b"{" * 100_000) == 400
    assert await rig.meta.brings(b"x" * 1_000_001) == 413
    assert rig.heard == []
    assert await rig.meta.brings(body) == 200
    assert len(rig.heard) == 1


async def test_the_webhooks_verification(rig: Rig) -> None:
    async with aiohttp.ClientSession() as http:
        for token, status in ((side.VERIFY_TOKEN, 200), ("wrong", 403), ("", 403)):
            asked = {"hub.mode": "subscribe", "hub.verify_token": token, "hub.challenge": "1158201444"}
            async with http.get(f"{rig.meta.callbacks}/whatsapp/webhook", params=asked) as answer:
                assert answer.status == status
                assert (await answer.text() == "1158201444") is (status == 200)


async def test_secrets_and_texts_stay_out_of_the_logs(rig: Rig) -> None:
    await _talks(rig)
    with structlog.testing.capture_logs() as logs:
        for status, code in ((401, 190), (400, 100), (400, 132001)):
            rig.meta.refuses_next(status, code)
            with pytest.raises((RetryLater, Rejected)):
                await rig.channel.send(PERSON, message("Geheim bericht"), reference="1")
        await rig.meta.brings(b"[")
    assert logs
    for secret in (side.TOKEN, side.APP_SECRET, side.VERIFY_TOKEN, PERSON, "Geheim"):
        assert secret not in repr(logs)


def test_wording_by_hand() -> None:
    assert cut("een twee drie vier", 10) == "een twee…"
    assert split("a. b. c", 100) == ["a. b. c"]
    assert "".join(split("woord " * 400, 100)).replace(" ", "") == "woord" * 400
    rendered = message("een\n\n twee")
    blocks = (*rendered.blocks, Block("Nederlands", Style.DUTCH, "nl"))
    assert plain_of(replace(rendered, blocks=blocks), 100) == "een twee"
