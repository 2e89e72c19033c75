"""What came of a telephone call to somebody whom no message reached, and what follows from each."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.actions.calls import AGAIN_IN, LATER_IN
from bot.events import Pressed
from storage.attention.contact_moments import ContactMoment
from storage.engine.database import Database
from storage.people.contacts import contact_made_at
from storage.people.people import Person
from storage.people.phone_tasks import PhoneTask
from storage.vocabulary import CallResult, ContactHow, ContactState, TaskState
from tests.bot.dialogue.talk import Phone, Talk, town
from tests.clock import FakeClock

NUMBER = "+31612345678"


@pytest.fixture
async def talk(sqlite_database: Database, clock: FakeClock) -> AsyncIterator[Talk]:
    async with town(sqlite_database, clock, more=("sms",)) as settled:
        yield settled


async def to_call(talk: Talk) -> tuple[Phone, PhoneTask]:
    """Sanne, and her task to telephone Amina."""
    sanne = await talk.linked("Sanne")
    async with talk.database.writing() as session:
        person = await session.get_one(Person, talk.person_ids["Amina"])
        person.phone = NUMBER
        contact = await contact_made_at(session, talk.database.keys, "sms", NUMBER, talk.clock.now())
        contact.person_id = person.id
        task = PhoneTask(person_id=person.id, opened_at=talk.clock.now())
        session.add(task)
        await session.flush()
    await sanne.does(Pressed(f"call:{task.id}"))
    return sanne, task


@pytest.mark.parametrize(
    ("result", "state", "again_in", "says"),
    [
        pytest.param(CallResult.REACHED, TaskState.REACHED, None, "consultant.call_reached", id="agreed"),
        pytest.param(CallResult.LATER, TaskState.OPEN, LATER_IN, "consultant.call_later", id="later"),
        pytest.param(CallResult.NO_ANSWER, TaskState.OPEN, AGAIN_IN, "consultant.call_again", id="no answer"),
        pytest.param(CallResult.WRONG_NUMBER, TaskState.WRONG_NUMBER, None, "consultant.call_wrong", id="wrong number"),
        pytest.param(CallResult.MOVED, TaskState.MOVED, None, "consultant.call_moved", id="moved"),
        pytest.param(CallResult.OTHER, TaskState.OTHER, None, "consultant.call_other", id="other"),
    ],
)
async def test_each_result_has_its_consequence(
    talk: Talk, result: CallResult, state: TaskState, again_in: timedelta | None, says: str
) -> None:
    sanne, task = await to_call(talk)
    await sanne.taps(f"consultant.call.{result.value}")
    sanne.sees(says, person="Amina Tesfay")
    async with talk.database.reading() as session:
        found = await session.get_one(PhoneTask, task.id)
        contact = await contact_made_at(session, talk.database.keys, "sms", NUMBER, talk.clock.now())
        talks = [one.how for one in await session.scalars(select(ContactMoment))]
    assert found.state is state
    # Who was spoken with has had a contact.
    assert talks == ([ContactHow.CALLED] if result is CallResult.REACHED else [])
    assert found.again_at == (talk.clock.now() + again_in if again_in is not None else None)
    # What is somebody else's number now gets nothing any more.
    gone = result is CallResult.WRONG_NUMBER
    assert contact.state is (ContactState.GONE if gone else ContactState.ACTIVE)
    offered = [button.intent for row in sanne.messages[-1].buttons for button in row]
    assert any(intent.startswith("moved:") for intent in offered) is (result is CallResult.MOVED)
