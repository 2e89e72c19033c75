"""The desk's texts and templates: Jinja2 with everything escaped, texts from the catalogs, in Dutch or English."""

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request

from bot.actions.meetings import KINDS
from locales.rendering.languages import LANGUAGES, SOURCE
from locales.rendering.message import Text, Value
from locales.rendering.render import Renderer
from reminders.kinds import Kind
from reminders.local_time import to_wall
from reminders.terms.terms import HoursRequired
from reminders.wording.appointment import name_of
from reminders.wording.caseload_lists import LIST_ICONS
from storage.attendance.attendance import HoursMade
from storage.vocabulary import ReadyAnswer

#: The languages of the desk; consultants' texts are in no others.
DESK_LANGUAGES: Final = ("nl", "en")
_MESSAGE_KINDS: Final = frozenset(
    {
        Kind.SAY,
        Kind.OWN_DATES,
        Kind.REMINDER,
        Kind.CLASSES,
        Kind.OVERVIEW,
        Kind.CONFIRM_AGAIN,
        Kind.CHANGE,
        Kind.STILL_ILL,
        Kind.MISSED,
        Kind.MILESTONE,
        Kind.TERM_CORRECTION,
    }
)
LANGUAGE_COOKIE: Final = "maatje-desk-language"


def language_of(request: Request) -> str:
    """The language that somebody chose at the desk."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    return chosen if chosen in DESK_LANGUAGES else SOURCE


@dataclass(frozen=True)
class DeskTexts:
    """Renders pages; `name` is what the deployment is called, `style_version` that of the style sheet."""

    renderer: Renderer
    name: str
    style_version: str

    def page(self, template: str, locale: str, values: Mapping[str, object]) -> str:
        """A whole page. In templates `t(key, …)` is a catalog's text, `say(text)` one that was made already, and
        `text(key, …)` makes one."""

        def say(said: Text) -> str:
            return self.renderer.say(said, locale)

        def t(key: str, count: int | None = None, **params: Value) -> str:
            return say(Text(key, params, count))

        def in_language(which: ReadyAnswer, language: str) -> str:
            return self.renderer.say(Text(f"ready.{which.value}"), language)

        texts = {"t": t, "say": say, "in_language": in_language, "lang": locale}
        return self._templates.get_template(template).render({**texts, **values})

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
            "hours_rows": _hours_rows,
            "icons": LIST_ICONS,
            "kind_of_message": _kind_of_message,
            "kinds": KINDS,
            "languages": LANGUAGES,
            "local": lambda instant: to_wall(instant, self.renderer.zone),
            "moment": datetime.fromisoformat,
            "name": self.name,
            "name_of": name_of,
            "once": secrets.token_hex,
            "style": self.style_version,
            "text": _text,
        }
        return made


def _text(key: str, **params: Value) -> Text:
    return Text(key, params)


def _kind_of_message(kind: str) -> Text:
    """What a message to a person was, in a word; kinds that nobody needs to tell apart are "other"."""
    return Text(f"desk.message_kind.{kind if kind in _MESSAGE_KINDS else 'other'}")


def _hours_rows(made: HoursMade, required: HoursRequired) -> Iterator[tuple[str, float, int | None]]:
    """The label, the hours that were made, and those that are asked, of each kind that says something."""
    rows = (
        ("desk.hours.lessons", made.lessons, required.lessons),
        ("desk.hours.pvt", made.pvt, required.pvt),
        ("desk.hours.participation", made.participation, required.participation),
    )
    return ((label, round(hours, 1), wanted) for label, hours, wanted in rows)
