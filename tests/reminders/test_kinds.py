"""Every kind of message has its traits and its composer before anything is sent."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from reminders.kinds import KEPT_WITH_PERSON, REPLANNED, TOLD_WHEN_LOST, TRAITS, Kind, WordedBy, useful_for
from reminders.terms.rule_sets import LAW
from reminders.wording.composers import ComposersByKind, SayComposer, every_composer
from storage.attendance.patterns import TalkRule


def test_every_kind_has_traits_and_a_composer() -> None:
    assert set(TRAITS) == set(Kind)
    every_composer(ZoneInfo("Europe/Amsterdam"), lambda _: LAW.rules, lambda _: TalkRule())


def test_composers_that_leave_a_kind_unworded_are_refused_before_anything_is_sent() -> None:
    with pytest.raises(LookupError, match=f"nobody words .*{WordedBy.DIGEST}"):
        ComposersByKind({WordedBy.ITS_BODY: SayComposer(), WordedBy.PLANNED: SayComposer()})


def test_the_words_of_stored_rows_stay() -> None:
    """Rows wait in outboxes under these words, and keys begin with them."""
    assert {kind.value for kind in Kind} == {
        "say", "reminder", "classes", "overview", "confirm_again", "notice", "still_ill", "missed", "milestone",
        "term_correction", "unconfirmed", "overlap", "undelivered", "absence_again", "absence_passed", "pattern",
        "digest", "conflict", "report_stands", "own_dates", "next", "cry_again", "cry_passed", "cry_duty",
        "check_in", "feedback", "absence_list", "proposal", "asks_first",
    }  # fmt: skip


def test_what_is_made_anew_told_when_lost_and_kept() -> None:
    assert {
        Kind.REMINDER, Kind.CLASSES, Kind.OVERVIEW, Kind.CONFIRM_AGAIN, Kind.MILESTONE, Kind.TERM_CORRECTION,
        Kind.UNCONFIRMED, Kind.OVERLAP, Kind.CHANGE, Kind.REPORT_STANDS, Kind.NEXT,
    } == REPLANNED  # fmt: skip
    assert {
        Kind.SAY, Kind.OWN_DATES, Kind.REMINDER, Kind.CONFIRM_AGAIN, Kind.CHANGE, Kind.MILESTONE, Kind.TERM_CORRECTION,
        Kind.STILL_ILL, Kind.MISSED, Kind.PROPOSAL,
    } == TOLD_WHEN_LOST  # fmt: skip
    assert {Kind.MILESTONE, Kind.TERM_CORRECTION, Kind.OWN_DATES} == KEPT_WITH_PERSON


def test_how_long_a_kind_is_of_use() -> None:
    assert useful_for(Kind.MISSED) == timedelta(days=7)
    with pytest.raises(LookupError, match="reminder"):
        useful_for(Kind.REMINDER)
