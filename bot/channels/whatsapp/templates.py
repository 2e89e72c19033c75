"""The approved templates: what may be said to somebody who did not write for 24 hours.

Two, each in the languages that Meta knows; for the others (Tigrinya, Amharic, Somali, Kurdish …) the Dutch template
carries the message itself, its variable, in the person's own language. The message stands in the template as far as it
fits, so that somebody who reads little need press nothing to know it. The three answers to an appointment are the
template's own buttons; any other message has one that brings it whole, with its choices, now that the person wrote.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.channels.whatsapp.wording import MOST_REPLIES, cut, plain_of
from locales.rendering.message import Text
from locales.rendering.render import Rendered, Renderer
from reminders.intents import Act, act_of, asks

# Our locale → Meta's code; https://developers.facebook.com/docs/whatsapp/business-management-api/message-templates
META_CODES: Final[Mapping[str, str]] = {
    "nl": "nl",
    "en": "en",
    "ar": "ar",
    "tr": "tr",
    "fa": "fa",
    "fa_AF": "prs_AF",
    "ps": "ps_AF",
    "uk": "uk",
    "ru": "ru",
    "fr": "fr",
}
MESSAGE: Final = "maatje_message"
QUESTION: Final = "maatje_question"
LONGEST_VARIABLE: Final = 800


@dataclass(frozen=True, slots=True)
class Template:
    """One template in one language, as it is submitted."""

    name: str
    language: str
    body: str
    buttons: tuple[str, ...]
    example: str

    def as_submitted(self) -> dict[str, object]:
        """The JSON of POST /<WABA>/message_templates."""
        components: list[dict[str, object]] = [
            {"type": "BODY", "text": self.body, "example": {"body_text": [[self.example]]}}
        ]
        if self.buttons:
            components.append(
                {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": t} for t in self.buttons]}
            )
        return {"name": self.name, "category": "UTILITY", "language": self.language, "components": components}


def catalog(renderer: Renderer) -> list[Template]:
    """Every template in every language that Meta knows."""
    found = []
    for locale, code in META_CODES.items():
        example = renderer.say(Text("whatsapp.example"), locale)
        more = (cut(renderer.say(Text("whatsapp.read_on"), locale), 25),)
        answers = tuple(
            cut(renderer.say(Text(key), locale), 25)
            for key in ("button.coming", "button.not_coming", "button.other_time")
        )
        for name, buttons in ((MESSAGE, more), (QUESTION, answers)):
            body = renderer.say(Text("whatsapp.template", {"message": "{{1}}"}), locale)
            found.append(Template(name, code, _bare(body), buttons, _bare(example)))
    return found


def _bare(text: str) -> str:
    """Without the isolates that the renderer puts around a value: Meta wants the variable alone."""
    return "".join(char for char in text if char not in "\u2066\u2067\u2068\u2069")


def filled(message: Rendered, reference: str) -> dict[str, object]:
    """The template message that says this: with the appointment's own answers where it asks for them."""
    code = META_CODES.get(message.locale, "nl")
    buttons = [button for row in message.buttons for button in row]
    intents = [button.intent for button in buttons if button.intent]
    as_question = len(intents) == MOST_REPLIES and [act_of(one) for one in intents] == [
        Act.COME,
        Act.NOT_COME,
        Act.OTHER_TIME,
    ]
    variable = plain_of(message, LONGEST_VARIABLE) or "…"
    whole = plain_of(message, len(message.text) + 1)
    has_more = variable != whole or any((buttons, message.file, message.picture, message.voice))
    payloads: Sequence[str] = (
        intents if as_question else (asks(Act.WHOLE_MESSAGE, reference) if has_more else asks(Act.MENU),)
    )
    return {
        "type": "template",
        "template": {
            "name": QUESTION if as_question else MESSAGE,
            "language": {"code": code},
            "components": [
                {"type": "body", "parameters": [{"type": "text", "text": variable}]},
                *(
                    {
                        "type": "button",
                        "sub_type": "quick_reply",
                        "index": str(place),
                        "parameters": [{"type": "payload", "payload": payload}],
                    }
                    for place, payload in enumerate(payloads)
                ),
            ],
        },
    }


def missing(wanted: Sequence[Template], there: Sequence[Mapping[str, object]]) -> list[str]:
    """The templates ("name language") that the account has not, or that are not approved."""
    approved = {(one.get("name"), one.get("language")) for one in there if one.get("status") == "APPROVED"}
    return [f"{t.name} {t.language}" for t in wanted if (t.name, t.language) not in approved]
