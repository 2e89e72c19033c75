"""One sender under two names: WhatsApp's user ids beside and instead of telephone numbers."""

from sqlalchemy import select

from bot.actions.acting import Proof
from bot.events import InboundEvent, Payload, Renamed, Said, Started
from storage.people.contacts import Contact
from tests.bot.dialogue.talk import Talk

NUMBER, ID, NEXT = "31600000000", "NL.134", "NL.135"


async def brings(talk: Talk, address: str, also: str | None, payload: Payload) -> None:
    await talk.inbox.receive(
        InboundEvent("web", address, f"n{next(talk.numbers)}", payload, also=also, proof=Proof.ACCOUNT)
    )
    await talk.settle()


async def contacts(talk: Talk) -> list[tuple[str, str | None, bool]]:
    async with talk.database.reading() as session:
        found = await session.scalars(select(Contact).order_by(Contact.id))
        return [(one.address, one.also, one.person_id is not None) for one in found]


async def linked(talk: Talk, also: str | None) -> None:
    await talk.linked("Amina", NUMBER)
    await brings(talk, NUMBER, also, Said("?fine_when"))


async def test_an_id_that_came_with_the_number_is_the_same_person_later(talk: Talk) -> None:
    await linked(talk, ID)
    await brings(talk, ID, None, Said("?fine_when"))
    assert talk.channel.sent[ID], "answered to the id, for that is where they wrote from"
    assert await contacts(talk) == [(ID, NUMBER, True)]
    await brings(talk, NUMBER, ID, Said("?fine_when"))
    assert await contacts(talk) == [(NUMBER, ID, True)]


async def test_who_came_by_an_id_alone_before_is_found_when_the_number_comes(talk: Talk) -> None:
    await linked(talk, None)
    await brings(talk, ID, None, Said("hallo"))
    assert await contacts(talk) == [(NUMBER, None, True), (ID, None, False)]
    await brings(talk, NUMBER, ID, Said("?fine_when"))
    assert await contacts(talk) == [(NUMBER, ID, True)]


async def test_who_linked_by_an_id_is_found_by_the_number(talk: Talk) -> None:
    await talk.linked("Amina", ID)
    await brings(talk, NUMBER, None, Said("hallo"))
    await brings(talk, NUMBER, ID, Said("?fine_when"))
    assert await contacts(talk) == [(NUMBER, ID, True)]
    assert len(talk.channel.sent[NUMBER]) > 1


async def test_two_people_never_become_one(talk: Talk) -> None:
    await linked(talk, None)
    await brings(talk, ID, None, Started(await talk.code_for("Omar")))
    before = await contacts(talk)
    await brings(talk, NUMBER, ID, Said("?fine_when"))
    await brings(talk, NUMBER, ID, Renamed(ID, ID))
    assert await contacts(talk) == before


async def test_a_changed_id_is_followed(talk: Talk) -> None:
    await linked(talk, ID)
    await brings(talk, NUMBER, ID, Renamed(ID, NEXT))
    assert await contacts(talk) == [(NUMBER, NEXT, True)]
    await brings(talk, NEXT, None, Said("?fine_when"))
    assert talk.channel.sent[NEXT]


async def test_a_changed_id_is_followed_where_it_is_all_that_is_known(talk: Talk) -> None:
    await talk.linked("Amina", ID)
    sent = len(talk.channel.sent[ID])
    await brings(talk, ID, None, Renamed(ID, NEXT))
    assert await contacts(talk) == [(NEXT, None, True)]
    await brings(talk, NEXT, None, Said("?fine_when"))
    assert len(talk.channel.sent[ID]) == sent
    assert talk.channel.sent[NEXT]


async def test_a_stranger_with_the_new_id_gives_way(talk: Talk) -> None:
    await linked(talk, ID)
    await brings(talk, NEXT, None, Said("hallo"))
    await brings(talk, NUMBER, ID, Renamed(ID, NEXT))
    assert await contacts(talk) == [(NUMBER, NEXT, True)]
