"""Changes of content in order: what holds, what waits, what is forgotten; on both engines."""

from storage.content.changes import (
    ContentChange,
    changes_by_id,
    changes_of,
    count_waiting,
    live_after,
    live_changes,
    newest_by_place,
    newest_revision,
    next_revision,
    waiting_changes,
)
from storage.engine.database import Database
from storage.privacy.retention import forget_old
from storage.vocabulary import ContentKind, ContentState
from tests.clock import FakeClock


def change(clock: FakeClock, state: ContentState, place: str, revision: int | None = None) -> ContentChange:
    return ContentChange(
        kind=ContentKind.TEXT,
        key="hello",
        place=place,
        value='["Dag"]',
        before='["Hoi"]',
        reviewer="Olena",
        note="too short",
        state=state,
        proposed_by_id=None,
        proposed_at=clock.now(),
        revision=revision,
    )


async def test_the_order_of_changes_says_what_holds(database: Database, clock: FakeClock) -> None:
    async with database.writing() as session:
        assert await newest_revision(session) == 0
        assert await next_revision(session) == 1
        waits = change(clock, ContentState.PROPOSED, "uk")
        session.add_all(
            [
                waits,
                change(clock, ContentState.LIVE, "nl", 3),
                change(clock, ContentState.LIVE, "uk", 1),
                change(clock, ContentState.TAKEN_BACK, "uk", 4),
                change(clock, ContentState.LIVE, "ar", 5),
                change(clock, ContentState.REFUSED, "ar"),
            ]
        )
    async with database.writing() as session:
        assert await newest_revision(session) == await newest_revision(session, ContentKind.TEXT) == 5
        assert await newest_revision(session, ContentKind.POLICY) == 0
        assert await next_revision(session) == 6
        live = await live_changes(session, ContentKind.TEXT)
        assert [(one.place, one.revision, one.reviewer) for one in live] == [
            ("uk", 1, "Olena"),
            ("nl", 3, "Olena"),
            ("ar", 5, "Olena"),
        ]
        assert [one.place for one in await live_after(session, live[1])] == ["ar"]
        assert await newest_by_place(session, ContentKind.TEXT) == {
            ("hello", "uk"): 4,
            ("hello", "nl"): 3,
            ("hello", "ar"): 5,
        }
        assert await count_waiting(session) == 1
        assert [one.id for one in await waiting_changes(session, place="uk")] == [waits.id]
        assert await waiting_changes(session, place="ar") == []
        assert [one.note for one in await changes_by_id(session, [waits.id, 999])] == ["too short"]


async def test_what_holds_or_waits_is_kept_and_the_rest_a_year(database: Database, clock: FakeClock) -> None:
    async with database.writing() as session:
        session.add_all(change(clock, state, "uk") for state in ContentState)
    for days, kept in ((399, len(ContentState)), (2, 2)):
        clock.forward(days=days)
        async with database.writing() as session:
            await forget_old(session, clock.now(), kept_with_person=())
        async with database.reading() as session:
            states = [one.state for one in await changes_of(session, ContentKind.TEXT, "hello", "uk", 99)]
        assert len(states) == kept
    assert set(states) == {ContentState.LIVE, ContentState.PROPOSED}
