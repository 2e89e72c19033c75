"""400 people × every topic, read by rules: nothing past told as future, nothing for another group, nothing that the law
in force contradicts, sources present, and the same texts there in every language.

The people are made around every boundary of their own dates; their terms are read a second time (tests.reminders.terms.
reading) and not taken from the program.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

import pytest

from bot.dialogue.asking.answering import Asker, said_on, topic_for
from bot.dialogue.own.lines import OwnFacts
from locales.faq.content import FaqContent, load_faq
from locales.faq.texts import faq_source
from locales.rendering.catalog import Catalogs
from locales.rendering.languages import LANGUAGES
from locales.rendering.message import Part, Text
from locales.rendering.render import Renderer
from reminders.terms.open_parts import open_parts
from reminders.terms.rule_sets import LAW
from reminders.terms.terms import Group, Route, TermFacts, compute_terms
from tests.bot.dialogue.talk import ZONE
from tests.progress import noted
from tests.reminders.terms.reading import read

PEOPLE = 400
DATED = date(2024, 3, 1)
MONTHS = (
    "januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november",
    "december",
)  # fmt: skip
DAY = re.compile(rf"(\d{{1,2}}) ({'|'.join(MONTHS)}) (\d{{4}})")
FUTURE = re.compile(r"tot en met|uiterlijk op|begint")
PAST = re.compile(r" was tot| kon tot|betaalde|begon op")
# What LAW_2026.md contradicts, and people heard before.
WRONG = [
    "28 jaar", "geen studiefinanciering", "maximaal 2 examens", "maximaal 3 jaar", "1 keer.", "één keer",
    "1,5 jaar voorbij",
    "na uw inschrijving bij de gemeente", "1 dag later begint", "hoort bij het examen", "tekent uw PIP samen",
    "alle 3 de routes", "IND zegt dat u moet", "800 uur taalles", "helemaal af", "uiterlijk klaar op",
]  # fmt: skip
FOR_MIGRANTS = re.compile(r"gezinsmigrant|1000 euro|340 euro|kiest en betaalt")
FOR_ASYLUM = re.compile(r"Hebt u asiel|Bent u asielstatushouder|ontzorgen\) tot en met|in het AZC kunt u")
PARTS = ("exam", "knm", "bridging", "lessons", "participation", "pvt", "map")
LATE = ("fine_not_in_time", "fine_pvt_map", "pvt_deadline", "fine_when")


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person, on a day, with their terms as read apart from the program."""

    asker: Asker
    today: date
    terms: dict[str, str | None]


def people() -> Iterator[Somebody]:
    """As they come: both groups, family with and without relief, every route, dates around every boundary."""
    random = Random(400)
    ends = (0, 12, 18, 36, 42)
    for number in range(PEOPLE):
        group = random.choice(tuple(Group))
        route = random.choice((*Route, None))
        benefit = random.choice((True, False, None))
        given: dict[str, date | str] = {"group": group.value}
        if route is not None:
            given["route"] = route.value
        dated = DATED + timedelta(days=random.randint(0, 60))
        if random.random() < 0.8:
            given["dated-on"] = dated
        if random.random() < 0.5:
            given["signed-on"] = dated + timedelta(days=random.randint(0, 20))
        if random.random() < 0.7:
            given["brp-date"] = dated - timedelta(days=random.randint(20, 90))
            given["intake-date"] = dated - timedelta(days=random.randint(1, 40))
        if random.random() < 0.3:
            given["duty-notified-on"] = dated - timedelta(days=random.randint(0, 120))
        # A relative on a regular permit is of group asylum and has no relief.
        if random.random() < 0.6:
            given["relief-start"] = dated
        if random.random() < 0.15:
            given["extended-until"] = dated + timedelta(days=1300)
        months = ends[number % len(ends)]
        today = dated + timedelta(days=round(months * 30.44) + random.choice((-40, -2, -1, 0, 1, 2, 3, 40)))
        if number % 7 == 0:
            boundary = random.choice([day for day in read(given, "law").values() if day] or [today.isoformat()])
            today = date.fromisoformat(boundary) + timedelta(days=random.choice((-1, 0, 1)))
        # From 16 to past 60: what the law says of ages is said to everybody alike, and of no date.
        given["born"] = dated - timedelta(days=random.choice((16, 27, 28, 29, 30, 45, 61)) * 365)
        facts = TermFacts(
            born_on=_day(given, "born"),
            brp_registered_on=_day(given, "brp-date"),
            duty_notified_on=_day(given, "duty-notified-on"),
            intake_on=_day(given, "intake-date"),
            plan_signed_on=_day(given, "signed-on"),
            plan_dated_on=_day(given, "dated-on"),
            relief_started_on=_day(given, "relief-start"),
            term_extended_until=_day(given, "extended-until"),
            route=route,
            group=group,
            has_benefit=benefit,
            lesson_hours=random.choice((None, 0, 1, 599, 600, 900)),
        )
        done = {part: "done" for part in PARTS if random.random() < random.choice((0.1, 0.5, 1.0))}
        own = OwnFacts(
            facts=facts,
            terms=compute_terms(facts),
            rules=LAW.rules,
            open_parts=open_parts(group, route, noted(done)),
            progress_meetings=random.choice((None, 0, 1, 4)),
            consultant=random.choice((None, "Sanne")),
            today=today,
        )
        yield Somebody(Asker(group, benefit, own), today, read(given, "law"))


def _day(given: dict[str, date | str], name: str) -> date | None:
    value = given.get(name)
    return value if isinstance(value, date) else None


@pytest.fixture(scope="module")
def content() -> FaqContent:
    return load_faq()


@pytest.fixture(scope="module")
def renderer(content: FaqContent) -> Renderer:
    return Renderer(Catalogs({"faq": faq_source(content)}), ZONE)


@pytest.fixture(scope="module")
def everything(content: FaqContent) -> list[tuple[Somebody, str, list[Part]]]:
    """Who, what they asked, and what they are told."""
    return [
        (somebody, asked.id, said_on(content, topic_for(content, asked, somebody.asker.group), somebody.asker))
        for somebody in people()
        for asked in content.topics.values()
    ]


def test_what_people_hear_in_dutch_holds(
    everything: list[tuple[Somebody, str, list[Part]]], renderer: Renderer, content: FaqContent
) -> None:
    assert len(everything) == PEOPLE * 89
    dates = 0
    for somebody, asked, parts in everything:
        group = somebody.asker.group
        texts = [renderer.say(part.text, "nl") for part in parts]
        keys = [part.text.key for part in parts]
        said = "\n".join(texts[1:])
        where = f"{asked} to {somebody}: {said}"
        # Nothing for another group.
        assert "question.not_for_you" not in keys, where
        other = FOR_ASYLUM if group is Group.MIGRANT else FOR_MIGRANTS
        assert other.search(said) is None, where
        # Nothing that the law contradicts.
        assert not [wrong for wrong in WRONG if wrong in said], where
        # Nothing past told as future, nor the other way round; every date is the one that was read apart.
        for text, part in zip(texts, parts, strict=True):
            day = part.text.params.get("on")
            if not isinstance(day, date):
                continue
            dates += 1
            assert day.isoformat() in somebody.terms.values(), where
            written = DAY.search(text)
            assert written is not None, where
            assert date(int(written[3]), MONTHS.index(written[2]) + 1, int(written[1])) == day, where
            if part.text.key == "term.term_start.past":
                assert day <= somebody.today, where
            elif day < somebody.today:
                assert PAST.search(text), where
            else:
                assert FUTURE.search(text), where
                assert not PAST.search(text), where
        # First things first.
        if asked in LATE and group is Group.ASYLUM:
            assert texts[1].startswith("Hebt u asiel? Dan geeft DUO nu geen boete"), where
        if asked in ("family_migrant_offer", "family_migrant_costs", "right_free_course") and group is Group.MIGRANT:
            assert texts[1].startswith("Heeft uw man, vrouw of ouder asiel in Nederland?"), where
        # Who is not known to have a benefit is told whose rule it is; who has none, that we know of none.
        topic = topic_for(content, content.topics[asked], group)
        assert ("question.only_benefit" in keys) is (topic.benefit and somebody.asker.benefit is not True), where
        assert ("question.no_benefit" in keys) is (topic.benefit and somebody.asker.benefit is False), where
        # Who does another route is told so.
        route = somebody.asker.own.facts.route
        other_route = bool(topic.route) and route is not None and route.value not in topic.route
        assert ("question.other_route" in keys) is other_route, where
        # Where it stands.
        if topic.group not in ("bot_help", "privacy"):
            assert {"question.source", "question.source_law"} & set(keys), where
    assert dates > 2500


def test_the_rules_find_what_is_wrong(content: FaqContent) -> None:
    """A rule that cannot fail says nothing: each of these was said to people before."""
    assert FUTURE.search("Wisselen kan voor u tot en met 1 september 2025.")
    assert not PAST.search("Uw termijn loopt tot en met 1 maart 2027.")
    assert any(wrong in "Deze route is voor jongeren tot 28 jaar." for wrong in WRONG)
    assert FOR_MIGRANTS.search("Dan kan DUO een boete geven van maximaal 1000 euro.")
    migrant = next(s for s in people() if s.asker.group is Group.MIGRANT)
    only_asylum = replace(content.topics["right_free_course"], instead=None)
    keys = [part.text.key for part in said_on(content, only_asylum, migrant.asker)]
    assert "question.not_for_you" in keys


@pytest.mark.parametrize("locale", list(LANGUAGES))
def test_every_text_that_is_said_is_there_in_every_language(
    everything: list[tuple[Somebody, str, list[Part]]], renderer: Renderer, content: FaqContent, locale: str
) -> None:
    first: dict[str, Text] = {}
    for _, _, parts in everything:
        for part in parts:
            first.setdefault(part.text.key, part.text)
    assert len(first) > 200
    for key, text in first.items():
        said = renderer.say(text, locale)
        assert said, key
        if key.startswith("faq.") and locale != "nl":
            _, field, topic = key.split(".", 2)
            own = getattr(content.texts[locale][topic], field)
            assert own, key
            assert (locale, topic) in content.behind or own != getattr(content.texts["nl"][topic], field), key
