"""The addresses of what a content editor does, who is at times an administrator."""

from collections.abc import Sequence
from typing import Final

from starlette.routing import BaseRoute, Route

from bot.desk.content.texts import CONTENT, ShowsTexts
from bot.desk.door import DeskDoor, Shows
from locales.reviewing.standing import StandingTexts
from storage.vocabulary import DeskRole

_EDITORS: Final = (DeskRole.CONTENT_EDITOR, DeskRole.ADMINISTRATOR)


def content_routes(door: DeskDoor, texts: StandingTexts) -> Sequence[BaseRoute]:
    """All of them; `texts` are the deployment's."""

    def get(path: str, shows: Shows) -> Route:
        return Route(path, door.page(*_EDITORS, shows=shows), methods=["GET"])

    return [get(CONTENT, ShowsTexts(texts).show)]
