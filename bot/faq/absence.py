"""Recognises what people say about coming: that they cannot, that they are better, that they do come.

The words stand in locales/faq/absence.yaml. An ill person writes three words, in a hurry, in dialect, in any language;
the FAQ finder, which learnt questions, is sure of 41 in 100 of what tests/bot/faq/test_absence.py has people write.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

import locales.faq
from bot.faq.finding import Candidate, Finding, Heard
from bot.faq.patterns import PatternIndex, patterns_of
from bot.faq.words import normalise
from locales.faq.reading import ContentEntry, read_yaml

#: The topic that begins a report of absence, and others that begin one too.
REPORT: Final = "report_sick_lesson"
_REPORTS: Final = (REPORT, "reschedule_appointment", "late_for_lesson")
_REPORTED: Final = Candidate(REPORT, 1.0)
_LIKELY: Final = 0.55
_FILE: Final = Path(locales.faq.__file__).parent / "absence.yaml"
#: "Better" in a longer text is about something else ("I want to speak better Dutch").
_FEW: Final = 7


class ComingWords:
    """Knows the words of every language. About a tenth of a millisecond a text."""

    def __init__(self, path: Path = _FILE) -> None:
        self._alone: dict[str, Heard] = {}
        self._absent, self._better, self._about = PatternIndex[Heard](), PatternIndex[Heard](), PatternIndex[Heard]()
        self._coming = PatternIndex[Heard]()
        for language, value in ContentEntry(path, "", read_yaml(path)).items():
            entry = ContentEntry(path, language, value)
            entry.only({"not", "not_after", "unless", "absent", "absent_alone", "better", "coming", "coming_said"})
            for key, heard in (("absent_alone", Heard.ABSENT), ("coming", Heard.COMING)):
                self._alone |= {normalise(written): heard for written in entry.texts(key, ())}
            for pattern in patterns_of(entry, "absent"):
                self._absent.add(pattern, Heard.ABSENT)
                self._about.add(replace(pattern, unless=frozenset()), Heard.ASKING)
            for pattern in patterns_of(entry, "coming_said"):
                self._coming.add(
                    replace(pattern, cancels=frozenset(), cancels_after=frozenset(), unless=frozenset()), Heard.COMING
                )
            for pattern in patterns_of(entry, "better"):
                self._better.add(replace(pattern, unless=frozenset()), Heard.BETTER)

    def heard_in(self, text: str) -> Heard | None:
        """What the text says, whatever language it is in; None for anything else."""
        plain = normalise(text)
        words = plain.split()
        better = self._better.first_in(words) if len(words) <= _FEW else None
        coming = self._coming.first_in(words)
        return self._alone.get(plain) or coming or better or self._absent.first_in(words) or self._about.first_in(words)

    def heeded(self, finding: Finding, text: str) -> Finding:
        """The finding with what the text says about coming: who says that they cannot come, reports it.

        A cry for help goes before that, and so does a topic that the finder is sure of; one that is likely is offered
        beside the report.
        """
        if finding.outcome == "urgent":
            return finding
        finding = replace(finding, heard=self.heard_in(text))
        if finding.heard is not Heard.ABSENT or finding.outcome == "answer":
            return finding
        likely = next((each.topic for each in finding.candidates if each.score >= _LIKELY), REPORT)
        others = [each for each in finding.candidates if each.topic not in (likely, REPORT)]
        if likely not in _REPORTS:
            # Both are offered, the report always among them.
            return replace(finding, outcome="choices", candidates=(finding.candidates[0], _REPORTED, *others[:1]))
        return replace(finding, outcome="answer", topic=likely, candidates=(Candidate(likely, 1.0), *others[:2]))
