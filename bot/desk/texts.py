"""The desk's texts and templates: Jinja2 with everything escaped, texts from the catalogs, in Dutch or English."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request

from bot.actions.meetings import KINDS
from bot.channels.registry import names
from bot.content.live import forms_of
from bot.reports.month.figures import PLACES_OF, CountedBy
from locales.faq.content import FaqContent
from locales.rendering.languages import LANGUAGES, SOURCE
from locales.rendering.message import Text, Value
from locales.rendering.render import Renderer
from reminders.kinds import Kind
from reminders.local_time import to_wall
from reminders.progress.lines import standing_text
from reminders.wording.appointment import name_of
from reminders.wording.caseload_lists import LIST_ICONS
from reminders.wording.meetings.bringing import Item
from storage.vocabulary import EXAMS, STEPS, PartStatus, ReadyAnswer

#: The languages of the desk; consultants' texts are in no others.
DESK_LANGUAGES: Final = ("nl", "en")
LANGUAGE_COOKIE: Final = "maatje-desk-language"


def language_of(request: Request) -> str:
    """The language that somebody chose at the desk."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    return chosen if chosen in DESK_LANGUAGES else SOURCE


@dataclass(frozen=True)
class DeskTexts:
    """Renders pages; `name` is what the deployment is called, the versions are those of the style sheet and the
    scripts."""

    renderer: Renderer
    name: str
    style_version: str
    script_version: str
    keys_script_version: str
    faq: FaqContent

    def page(self, template: str, locale: str, values: Mapping[str, object]) -> str:
        """A whole page. In templates `t(key, …)` is a catalog's text, `say(text)` one that was made already, and
        `text(key, …)` makes one."""

        def say(said: Text) -> str:
            return self.renderer.say(said, locale)

        def t(key: str, count: int | None = None, **params: Value) -> str:
            return say(Text(key, params, count))

        def in_language(which: ReadyAnswer, language: str) -> str:
            return self.renderer.say(Text(f"ready.{which.value}"), language)

        def place_text(figure: str, place: str) -> str:
            """What a figure's place is called: several that are shown together, by their names."""
            return ", ".join(self._place(PLACES_OF.get(figure), one, locale) for one in place.split(", "))

        texts = {"t": t, "say": say, "in_language": in_language, "place_text": place_text, "lang": locale}
        return self._templates.get_template(template).render({**texts, **values})

    def _place(self, by: CountedBy | None, place: str, locale: str) -> str:
        match by:
            case CountedBy.LANGUAGE if place in LANGUAGES:
                return self.renderer.say(Text(f"language.{place}"), locale)
            case CountedBy.CHANNEL if place in names():
                return self.renderer.say(Text(f"channel.{place}"), locale)
            case CountedBy.TOPIC:
                found = self.faq.text(place, (locale, SOURCE))
                return found.question if found is not None else place
            case _:
                return place

    @cached_property
    def _templates(self) -> Environment:
        made = Environment(
            loader=PackageLoader("bot.desk"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        made.globals |= {
            "category_text": _category_text,
            "exams": EXAMS,
            "icons": LIST_ICONS,
            "kind_of_message": _kind_of_message,
            "keys_script": self.keys_script_version,
            "kinds": KINDS,
            "things": tuple(Item),
            "languages": LANGUAGES,
            "local": lambda instant: to_wall(instant, self.renderer.zone),
            "moment": datetime.fromisoformat,
            "name": self.name,
            "name_of": name_of,
            "once": secrets.token_hex,
            "part_statuses": tuple(PartStatus),
            "script": self.script_version,
            "standing_text": standing_text,
            "steps": STEPS,
            "style": self.style_version,
            "text": _text,
            "words_of": forms_of,
        }
        return made


def _text(key: str, **params: Value) -> Text:
    return Text(key, params)


def _category_text(category: str) -> Text:
    """What a line of a figure counts; of feedback, the kind of appointment and the face."""
    kind, _, mood = category.partition(":")
    if mood:
        return Text("desk.figure_feedback", {"kind": Text(f"kind.{kind}"), "mood": Text(f"desk.mood.{mood}")})
    return Text(f"desk.category.{category}")


def _kind_of_message(kind: str) -> Text:
    """What a message was, in a word; every kind has one (tests/bot/desk/test_texts.py walks them all). A word that is
    no kind any more stands in old rows only."""
    return Text(f"desk.message_kind.{kind if kind in set(Kind) else 'other'}")
