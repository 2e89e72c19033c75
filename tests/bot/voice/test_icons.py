"""Who listens hears what the picture on a button is called, in every language."""

import ast
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.dialogue import menu
from bot.voice.icons import _NAMES, name_of_icon
from bot.voice.speech import SpeechWriter
from locales.glossary.reading import load_glossary
from locales.rendering.catalog import Catalogs
from locales.rendering.languages import LANGUAGES, SOURCE
from locales.rendering.message import Body, Button, Text, verbatim
from locales.rendering.render import RenderedButton, Renderer

ZONE = ZoneInfo("Europe/Amsterdam")
CATALOGS = Catalogs()
WRITER = SpeechWriter(CATALOGS, ZONE, load_glossary())
RENDERER = Renderer(CATALOGS, ZONE)
DIALOGUE = Path(menu.__file__).parent
#: The rooms with people's screens; the consultant's are read.
ROOMS = ("appointments", "asking", "attention", "offers", "own")


def _said(body: Body, locale: str) -> str:
    return " ".join(one.text for one in WRITER.speech(body, locale, with_choices=True).segments)


def _buttons_icons() -> Iterator[tuple[str, str]]:
    """The icons of people's buttons, where they stand in the source, with the file."""
    for path in (*DIALOGUE.glob("*.py"), *(one for room in ROOMS for one in (DIALOGUE / room).glob("*.py"))):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("button", "Button"):
                given = [*node.args[2:3], *(one.value for one in node.keywords if one.arg == "icon")]
                for one in given:
                    icon = one.value if isinstance(one, ast.Constant) and isinstance(one.value, str) else ""
                    # A number on a key is said as the number that it is.
                    if icon and not icon[0].isdigit():
                        yield path.name, icon


@pytest.mark.parametrize("locale", sorted(CATALOGS.available))
def test_every_icon_has_a_name_of_its_own_in_every_language(locale: str) -> None:
    names = {key: RENDERER.say(Text(f"icon.{key}"), locale) for key in _NAMES.values()}
    assert len(set(names.values())) == len(names)
    if locale != SOURCE:
        # None is left in Dutch: those that are spelt alike are.
        dutch = {RENDERER.say(Text(f"icon.{key}"), SOURCE) for key in names}
        assert len(dutch & set(names.values())) < 8


def test_every_icon_on_a_persons_button_has_a_name() -> None:
    found = list(_buttons_icons())
    assert len(found) > 60
    assert {(file, icon) for file, icon in found if name_of_icon(icon) is None} == set()


@pytest.mark.parametrize("locale", [code for code in LANGUAGES if code in CATALOGS.available])
def test_a_button_is_read_with_its_pictures_name(locale: str) -> None:
    body = Body((), ((Button(Text("button.coming"), "come:1", "✅"), Button(Text("menu.back"), "menu", "🏠")),))
    said = _said(body, locale)
    for key, label in (("tick", "button.coming"), ("house", "menu.back")):
        name = RENDERER.say(Text(f"icon.{key}"), locale).rstrip()
        place, after = said.find(name), said.find(RENDERER.say(Text(label), locale).split()[-1].rstrip("."))
        assert 0 <= place < after, said


def test_a_picture_without_a_name_is_left_out() -> None:
    assert _said(Body((), ((Button(verbatim("Ja"), "x", "🦄"),),)), "nl") == "één: Ja"
    assert _said(Body((), ((Button(verbatim("Ja"), "x"),),)), "nl") == "één: Ja"


def test_what_is_rendered_already_is_read_so_too() -> None:
    body = Body((), ((Button(Text("menu.settings"), "settings", "⚙️"),),))
    rendered = RENDERER.render(body, "nl")
    assert isinstance(rendered.buttons[0][0], RenderedButton)
    speech = WRITER.read(rendered, with_choices=True)
    assert " ".join(one.text for one in speech.segments).startswith("één: tandwiel, ")
