"""What is said on a topic to one person: pure, from the FAQ and what is known of them."""

from dataclasses import dataclass

from bot.dialogue.own.lines import OwnFacts, line
from locales.faq.content import SOURCE, FaqContent, Topic
from locales.rendering.message import Part, Style, Text
from storage.vocabulary import Group


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks. `benefit` None = unknown; without `is_sure` it may be somebody else, who hears nothing of their own."""

    group: Group
    benefit: bool | None
    own: OwnFacts
    is_sure: bool = True


def topic_for(content: FaqContent, topic: Topic, group: Group) -> Topic:
    """The topic itself, or the one that holds for this group in its place."""
    if topic.applies_to in ("all", group.value) or topic.instead is None:
        return topic
    return content.topics[topic.instead]


def said_on(content: FaqContent, topic: Topic, asker: Asker) -> list[Part]:
    """The answer as it holds for this person, with what of it is their own, and where it stands.

    What holds for others only is said to be so. `topic` is what `topic_for` gave.
    """
    parts = [Part(Text(f"faq.question.{topic.id}"), Style.TITLE)]
    if topic.applies_to not in ("all", asker.group.value):
        parts.append(Part(Text("question.not_for_you")))
    route = asker.own.facts.route
    if asker.is_sure and topic.route and route is not None and route.value not in topic.route:
        parts.append(Part(Text("question.other_route", {"route": Text(f"route.{route.value}")})))
    # Measure, duty and relief hold for who has a benefit (3.8, 1.10): unknown is not yes, and who has none hears that.
    if topic.benefit and asker.benefit is not True:
        parts.append(Part(Text("question.only_benefit")))
    if topic.benefit and asker.benefit is False:
        parts.append(Part(Text("question.no_benefit")))
    field = "answer_migrant" if _has_own_for(content, topic, asker.group) else "answer"
    parts.append(Part(Text(f"faq.{field}.{topic.id}"), Style.OFFICIAL if topic.official else Style.NORMAL))
    if asker.is_sure:
        parts += [Part(said) for name in topic.personal if (said := line(name, asker.own)) is not None]
    if law := content.sources.law(topic.id, field):
        parts.append(Part(Text("question.source_law", {"law": law})))
    if topic.section:
        parts.append(Part(Text("question.source", {"section": topic.section})))
    return parts


def is_for_migrants(content: FaqContent, topic: Topic, group: Group) -> bool:
    """Whether this person hears what holds for migrants only, and so would hear something else in the other group."""
    return group is Group.MIGRANT and (topic.applies_to == Group.MIGRANT.value or _has_own_for(content, topic, group))


def _has_own_for(content: FaqContent, topic: Topic, group: Group) -> bool:
    source = content.text(topic.id, (SOURCE,))
    return group is Group.MIGRANT and source is not None and source.answer_migrant is not None
