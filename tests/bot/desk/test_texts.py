"""Every text that a template makes by joining a word of a vocabulary to it: the word of tomorrow needs a text too."""

import re
from collections.abc import Iterable, Mapping
from importlib.resources import files

import pytest

from bot.actions.meetings import KINDS
from bot.content.checks import TEXT_FAULTS
from bot.desk.content.policy_form import PolicyFault, RuleHow, SpanUnit
from bot.desk.content.texts import TextState
from bot.desk.forms import COUNTED, JustDone
from bot.desk.importing.pages import KINDS_OF_FILE
from bot.desk.operating.system import CHECKS
from bot.desk.persons.person import TERMS
from bot.reports.month.figures import CATEGORIES
from locales.rendering.catalog import Catalogs, UnknownText
from locales.rendering.languages import LANGUAGES
from locales.reviewing.standing import StandingTexts
from reminders.kinds import Kind
from reminders.policies.due_times import Skipped
from reminders.policies.week import SaidWhat
from reminders.wording.caseload_lists import List
from reminders.wording.meetings.bringing import Item
from storage.people.people import PLAN_DATES
from storage.vocabulary import (
    STEPS,
    AbsenceState,
    AppointmentKind,
    CallResult,
    CancelReason,
    Closing,
    ContactHow,
    ContactState,
    ContentState,
    DeskRole,
    LetterKind,
    MessageState,
    Mood,
    PartStatus,
    Presence,
    ReadyAnswer,
    Route,
)
from tests.bot.dialogue.talk import FAQ, TEXTS

#: What is joined to each family of keys in the templates.
FAMILIES: Mapping[str, Iterable[str]] = {
    "bring.": Item,
    "channel.": ("telegram", "web", "whatsapp", "sms", "email"),
    "consultant.call.": CallResult,
    "consultant.letter_kind.": [one for one in LetterKind if one is not LetterKind.ANSWER],
    "consultant.list.": List,
    "consultant.progress.closed_": Closing,
    "consultant.progress.note.": PartStatus,
    "consultant.progress.step.": STEPS,
    "consultant.progress.step_done.": STEPS,
    "desk.check.": CHECKS,
    "desk.check_do.": [*CHECKS, "channel"],
    "desk.role.": DeskRole,
    "desk.system_": ("health", "deliveries", "kept", "versions"),
    "desk.version.": ("program", "schema", "engine"),
    "desk.category.": {word for words in CATEGORIES.values() for word in words},
    "desk.change_state.": ContentState,
    "desk.domain.": StandingTexts(FAQ).domains,
    "desk.error.": ("session", "session.title", "form", "form.title", "nothing", "nothing.title"),
    "desk.fault.": TEXT_FAULTS,
    "desk.figure.": [*CATEGORIES, "feedback"],
    "desk.message_kind.": [*Kind, "other"],
    "desk.message_state.": MessageState,
    "desk.presence.": Presence,
    "desk.report_state.": [one for one in AbsenceState if one is not AbsenceState.DRAFT],
    "desk.route.": Route,
    "desk.said.": JustDone,
    "desk.mood.": Mood,
    "desk.plan.": PLAN_DATES,
    "desk.policy_fault.": PolicyFault,
    "desk.policy_how.": RuleHow,
    "desk.table.": KINDS_OF_FILE,
    "desk.talk.": ContactHow,
    "desk.term.": TERMS,
    "desk.text_state.": TextState,
    "desk.unit.": SpanUnit,
    "desk.week.": SaidWhat,
    "desk.week_skipped.": Skipped,
    "desk.weekday.": [str(day) for day in range(7)],
    "desk.way_state.": ContactState,
    "kind.": {*AppointmentKind, *KINDS},
    "language.": LANGUAGES,
    "notice.because.": CancelReason,
    "ready.": ReadyAnswer,
}


def test_every_family_of_the_templates_is_known_here() -> None:
    found: set[str] = set()
    for template in files("bot.desk").joinpath("templates").iterdir():
        found |= set(re.findall(r"""["']([a-z_]+\.[a-z_.]*)["']\s*~""", template.read_text()))
    assert found <= FAMILIES.keys()


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_word_of_a_vocabulary_has_a_text(language: str) -> None:
    catalogs = TEXTS.renderer.catalogs
    wanted = {f"{family}{word}" for family, words in FAMILIES.items() for word in words}
    counted = {f"desk.said.{one}": 1 for one in COUNTED}
    assert sorted(key for key in wanted if not _has(catalogs, key, language, counted.get(key))) == []


def _has(catalogs: Catalogs, key: str, language: str, count: int | None) -> bool:
    try:
        return catalogs.lookup(key, language, count)[1] == language
    except UnknownText:
        return False
