"""The contract of every channel."""

import pytest

from bot.channels.base import AddressGone
from bot.events import Pressed, Said, Started
from locales.rendering.render import File
from reminders.delivery.degrade import degraded
from tests.bot.channels.web.rig import message
from tests.contract.door import Door, Shown

CODE = "ACDEFGHJKM"
CALENDAR = File("gesprek.ics", "text/calendar", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")


async def test_a_personal_link_brings_its_code(door: Door) -> None:
    await door.starts(CODE)

    [event] = door.heard
    assert event.payload == Started(CODE)
    assert (event.channel, event.address) == (door.channel.name, await door.address())


async def test_opening_without_a_link_brings_no_code(button_door: Door) -> None:
    await button_door.starts(None)
    assert [event.payload for event in button_door.heard] == [Started(None)]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Ik ben ziek", id="latin"),
        pytest.param("أنا مريض <b>&amp;</b>", id="arabic with markup"),
        pytest.param("👩‍👧‍👦\nሰላም", id="emoji and ethiopic"),
    ],
)
async def test_words_arrive_as_they_were_written(door: Door, text: str) -> None:
    await door.starts(CODE)
    await door.says(text)
    assert door.heard[-1].payload == Said(text)
    assert door.heard[-1].address == door.heard[0].address


async def test_a_repeated_event_has_the_same_id(door: Door) -> None:
    await door.starts(CODE)
    await door.says("Ik ben ziek")
    await door.repeats()
    assert len({event.event_id for event in door.heard[1:]}) == 1


async def test_different_events_have_different_ids(door: Door) -> None:
    await door.starts(CODE)
    await door.says("Ik ben ziek")
    await door.says("Ik ben ziek")
    assert len({event.event_id for event in door.heard}) == 3


@pytest.mark.parametrize("locale", ["nl", "ar"])
async def test_a_message_is_shown_with_its_buttons(button_door: Door, locale: str) -> None:
    await button_door.starts(CODE)
    sent = message("<b>&</b> _a_ *b*", locale=locale, buttons=[[("✅ Ja", "yes"), ("Nee <", "no")]])
    await button_door.channel.send(await button_door.address(), sent, reference="1")

    [shown] = await button_door.shown()
    assert "<b>&</b> _a_ *b*" in shown.text
    assert shown.buttons == ("✅ Ja", "Nee <")


async def test_a_press_brings_the_intent_and_the_message_it_was_on(button_door: Door) -> None:
    await button_door.starts(CODE)
    receipt = await button_door.channel.send(
        await button_door.address(), message("Komt u?", buttons=[[("✅ Ja", "come:12")]]), reference="1"
    )
    await button_door.taps("✅ Ja")
    assert button_door.heard[-1].payload == Pressed("come:12", receipt.provider_ref)
    await button_door.channel.acknowledge(button_door.heard[-1])


async def test_closed_buttons_are_not_shown(closing_door: Door) -> None:
    await closing_door.starts(CODE)
    address = await closing_door.address()
    receipt = await closing_door.channel.send(
        address, message("Komt u?", buttons=[[("✅ Ja", "come:12")]]), reference="1"
    )
    assert receipt.provider_ref is not None
    await closing_door.channel.close_buttons(address, receipt.provider_ref)
    assert await closing_door.shown() == [Shown("Komt u?")]


async def test_closing_what_is_not_there_is_no_fault(door: Door) -> None:
    await door.starts(CODE)
    await door.channel.close_buttons(await door.address(), "987654")
    await door.channel.close_buttons("987654", "rubbish")


async def test_without_buttons_a_message_has_numbered_answers(plain_door: Door) -> None:
    await plain_door.starts(CODE)
    channel = plain_door.channel
    sent = degraded(message("Komt u?", buttons=[[("Ja", "come:12")], [("Nee", "notcome:12")]]), channel.capabilities)
    await channel.send(await plain_door.address(), sent, reference="1")

    [shown] = await plain_door.shown()
    assert shown.buttons == ()
    assert [shown.text.count(answer) for answer in ("Ja", "Nee")] == [1, 1]
    await plain_door.taps("Nee")
    assert plain_door.heard[-1].payload == Said("2")


async def test_a_file_goes_with_its_message(file_door: Door) -> None:
    await file_door.starts(CODE)
    await file_door.channel.send(await file_door.address(), message("Uw afspraak", file=CALENDAR), reference="1")
    assert [shown.file for shown in await file_door.shown() if shown.file] == ["gesprek.ics"]


async def test_an_address_that_nothing_reaches_is_gone(door: Door) -> None:
    await door.starts(CODE)
    address = await door.address()
    await door.goes_away()
    with pytest.raises(AddressGone):
        await door.channel.send(address, message("Hallo"), reference="1")


async def test_the_link_carries_the_code(door: Door) -> None:
    link = door.channel.link(CODE)
    assert link is not None
    assert link.startswith(("https://", "sms:", "mailto:"))
    assert link.endswith(CODE)


async def test_after_stop_nothing_is_handed_over(door: Door) -> None:
    await door.starts(CODE)
    await door.channel.stop()
    await door.says("Hallo")
    assert len(door.heard) == 1
