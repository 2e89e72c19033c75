"""How well a finder finds: questions with the topic that is meant, against what it makes of them.

A question counts as found when it is answered with a topic that is meant, or when that topic is among the choices. A
direct answer with another topic is wrong, and the worst that can happen; a handover of a question that a topic answers
is a pity. A question without a topic has to be handed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bot.faq.finding import Finder, Finding
from locales.faq.content import FaqContent
from locales.faq.reading import ContentError, read_yaml

Verdict = Literal["first", "among_choices", "wrong_answer", "wrong_choices", "not_found", "handed_over"]

#: What a row expects beside topic ids: a cry for help.
URGENT = "urgent"


@dataclass(frozen=True, slots=True)
class Question:
    """One row of an evaluation file. `expect`: the topics that are right; empty when no topic answers it."""

    lang: str
    text: str
    expect: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """What a finder made of a question, and how good that is.

    `handed_over` is right for a question without a topic, `not_found` the same for one that has a topic.
    """

    question: Question
    finding: Finding
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts of one language, one topic group, or all. Questions without a topic are counted apart (`outside`)."""

    questions: int
    first: int
    among_choices: int
    wrong_answer: int
    wrong_choices: int
    not_found: int
    outside: int
    outside_handed_over: int

    @property
    def found(self) -> float:
        """Share of the questions with a topic that were found, 0 to 1; 1 when there are none."""
        return (self.first + self.among_choices) / self.questions if self.questions else 1.0

    @property
    def wrong(self) -> float:
        """Share of all questions, those without a topic too, that got a wrong direct answer."""
        asked = self.questions + self.outside
        return self.wrong_answer / asked if asked else 0.0

    @property
    def handed_over(self) -> float:
        """Share of the questions without a topic that were handed over, 0 to 1; 1 when there are none."""
        return self.outside_handed_over / self.outside if self.outside else 1.0


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The results in the order of the questions, and their summaries."""

    results: tuple[QuestionResult, ...]
    total: Summary
    by_language: Mapping[str, Summary]
    by_group: Mapping[str, Summary]


def read_questions(path: Path) -> list[Question]:
    """Read an evaluation file: a YAML or JSON list of `{lang, text, expect: id, [ids] or null}`.

    Raises `ContentError`, which names the row.
    """
    rows = read_yaml(path)
    if not isinstance(rows, list):
        raise ContentError(path, "", "is not a list", "write '- {lang: nl, text: ..., expect: topic}' lines")
    questions = []
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict) or not isinstance(row.get("text"), str) or not isinstance(row.get("lang"), str):
            raise ContentError(path, f"row {number}", "has no text or no lang", "write both, in quotation marks")
        expect = row.get("expect")
        topics = [] if expect is None else expect if isinstance(expect, list) else [expect]
        if not all(isinstance(topic, str) for topic in topics):
            raise ContentError(path, f"row {number}", "expects something that is no topic id", "write ids or null")
        questions.append(Question(row["lang"], row["text"], tuple(topics)))
    return questions


def evaluate(finder: Finder, questions: Iterable[Question], content: FaqContent) -> Evaluation:
    """Ask the finder every question. `content` gives the groups of the summary."""
    results = []
    for question in questions:
        finding = finder.find(question.text, question.lang)
        results.append(QuestionResult(question, finding, _verdict(question, finding)))
    groups = {topic.id: topic.group for topic in content.topics.values()}
    return Evaluation(
        results=tuple(results),
        total=_summary(results),
        by_language=_by(results, [result.question.lang for result in results]),
        by_group=_by(results, [groups.get((*result.question.expect, "")[0], "outside") for result in results]),
    )


def _verdict(question: Question, finding: Finding) -> Verdict:
    if finding.outcome == "urgent":
        return "first" if URGENT in question.expect else "wrong_answer"
    if finding.outcome == "answer":
        return "first" if finding.topic in question.expect else "wrong_answer"
    if finding.outcome == "choices":
        right = any(candidate.topic in question.expect for candidate in finding.candidates)
        return "among_choices" if right else "wrong_choices"
    return "not_found" if question.expect else "handed_over"


def _by(results: Sequence[QuestionResult], names: Sequence[str]) -> Mapping[str, Summary]:
    return {
        name: _summary([result for result, own in zip(results, names, strict=True) if own == name])
        for name in sorted(set(names))
    }


def _summary(results: Sequence[QuestionResult]) -> Summary:
    verdicts = [result.verdict for result in results]
    outside = sum(not result.question.expect for result in results)
    return Summary(
        questions=len(results) - outside,
        first=verdicts.count("first"),
        among_choices=verdicts.count("among_choices"),
        wrong_answer=verdicts.count("wrong_answer"),
        wrong_choices=verdicts.count("wrong_choices"),
        not_found=verdicts.count("not_found"),
        outside=outside,
        outside_handed_over=verdicts.count("handed_over"),
    )
