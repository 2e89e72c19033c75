"""Rows of an evaluation file, and what counts as right."""

from datetime import date, datetime
from pathlib import Path

import pytest

from bot.faq.finding import Candidate
from bot.understanding.acts import CryNeed, SpeechAct, Understanding, When
from bot.understanding.evaluate import by_kind_and_language, judge, read_expected
from locales.faq.reading import ContentError
from storage.vocabulary import AbsenceReason
from tests.bot.understanding.conftest import NOW

SAID = {
    "slaat": Understanding(SpeechAct.URGENT, 0.9, need=CryNeed.VIOLENCE),
    "ziek": Understanding(
        SpeechAct.ABSENCE,
        0.9,
        reason=AbsenceReason.ILL,
        when=When(date(2026, 12, 1), date(2026, 12, 1)),
        topic="report_sick_lesson",
        candidates=(Candidate("report_sick_lesson", 0.9),),
    ),
    "boete": Understanding(
        SpeechAct.QUESTION, 0.6, candidates=(Candidate("fine_when", 0.5), Candidate("fine_intake", 0.1))
    ),
    "weer": Understanding(SpeechAct.OTHER, 0.9),
}


class ScriptedDoor:
    def understand(
        self, text: str, locale: str | None = None, now: datetime | None = None, *, asked: bool = False
    ) -> Understanding:
        return SAID[text]


def rows(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "rows.yaml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("line", "right", "detail"),
    [
        ("{lang: nl, text: slaat, expect: urgent}", True, None),
        ("{lang: nl, text: slaat, expect: 'urgent:violence'}", True, True),
        ("{lang: nl, text: slaat, expect: 'urgent:hunger'}", True, False),
        ("{lang: nl, text: slaat, expect: not urgent}", False, None),
        ("{lang: nl, text: boete, expect: fine_intake}", True, None),
        ("{lang: nl, text: boete, expect: [b1_route, question]}", True, None),
        ("{lang: nl, text: boete, expect: b1_route}", False, None),
        ("{lang: nl, text: boete, expect: null}", False, None),
        ("{lang: nl, text: weer, expect: null}", True, None),
        ("{lang: nl, text: weer, expect: not urgent}", True, None),
        ("{lang: nl, text: weer, expect: yes}", False, None),
        ("{lang: nl, text: ziek, expect: report_sick_lesson}", True, None),
    ],
)
def test_what_is_right(tmp_path: Path, line: str, right: bool, detail: bool | None) -> None:
    (judged,) = judge(ScriptedDoor(), read_expected(rows(tmp_path, f"- {line}")), NOW)
    assert (judged.right, judged.detail) == (right, detail)


@pytest.mark.parametrize(
    ("days", "right"),
    [("from: 2026-12-01, until: 2026-12-01", True), ("from: '2026-12-01'", False), ("minutes: 20", False)],
)
def test_the_days_are_judged_where_the_row_has_them(tmp_path: Path, days: str, right: bool) -> None:
    line = f"- {{lang: nl, text: ziek, expect: 'absence:ill', {days}}}"
    (judged,) = judge(ScriptedDoor(), read_expected(rows(tmp_path, line)), NOW)
    assert judged.days is right


def test_the_tallies_say_what_was_taken_for_what(tmp_path: Path) -> None:
    path = rows(tmp_path, "- {lang: nl, text: ziek, expect: coming}", "- {lang: en, text: weer, expect: null}")
    tallies = by_kind_and_language(judge(ScriptedDoor(), read_expected(path), NOW))
    assert tallies["coming"]["nl"].taken_for == {"absence": 1}
    assert (tallies["other"]["all"].right, tallies["other"]["en"].share) == (1, 1.0)


@pytest.mark.parametrize("line", ["- {lang: nl}", "- {lang: nl, text: ziek, expect: 3}", "text: ziek"])
def test_a_row_that_is_not_in_order_is_named(tmp_path: Path, line: str) -> None:
    with pytest.raises(ContentError):
        read_expected(rows(tmp_path, line))
