"""Colleagues who leave, or hand their people over; the operator's to do."""

from enum import StrEnum

from bot.actions.access.logged_in import end_all_of
from bot.actions.acting import Acting, Role
from storage.people.people import Consultant
from storage.privacy.leaving import delete_consultant, hand_over_people, people_left


class LeavingRefused(StrEnum):
    """Why nobody left."""

    NOT_THEIRS = "not_theirs"  # not for whoever acts to do
    SAME = "same"  # to themselves
    HAS_PEOPLE = "has_people"  # and nobody to take them over
    ELSEWHERE = "elsewhere"  # a colleague of another municipality


async def hand_over(acting: Acting, one: Consultant, other: Consultant) -> list[int] | LeavingRefused:
    """All people of the one are the other's from now on; answers with their ids."""
    if acting.by.role is not Role.OPERATOR:
        return LeavingRefused.NOT_THEIRS
    if one.id == other.id:
        return LeavingRefused.SAME
    if one.municipality != other.municipality:
        return LeavingRefused.ELSEWHERE
    mine = await hand_over_people(acting.session, one, other)
    acting.audit("handed_over", f"consultant:{one.id}")
    acting.audit("took_over", f"consultant:{other.id}")
    for person_id in mine:
        acting.audit("handed_over", f"person:{person_id}")
    await acting.replan(*mine)
    return mine


async def remove(acting: Acting, gone: Consultant, to: Consultant | None) -> int | LeavingRefused:
    """A colleague is no consultant any more: logged out everywhere, their people with `to`; answers with how many."""
    if acting.by.role is not Role.OPERATOR:
        return LeavingRefused.NOT_THEIRS
    mine: list[int] = []
    if to is not None:
        handed = await hand_over(acting, gone, to)
        if isinstance(handed, LeavingRefused):
            return handed
        mine = handed
    elif await people_left(acting.session, gone):
        return LeavingRefused.HAS_PEOPLE
    await end_all_of(acting, gone)
    acting.audit("removed", f"consultant:{gone.id}")
    await acting.session.flush()
    await delete_consultant(acting.session, gone)
    return len(mine)
