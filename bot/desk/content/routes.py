"""The addresses of what a content editor does, who is at times an administrator."""

from collections.abc import Sequence

from starlette.routing import BaseRoute, Route

from bot.actions.content.changing import EDITORS
from bot.configuration.deployment import Deployment
from bot.content.live import OwnContent
from bot.desk.content.policies import POLICIES, ChangesPolicies
from bot.desk.content.proposing import WAITING
from bot.desk.content.sheets import SHEETS, ExchangesSheets
from bot.desk.content.text import ChangesTexts
from bot.desk.content.texts import CONTENT, ShowsTexts
from bot.desk.content.waiting import AnswersChanges
from bot.desk.door import DeskDoor, FormDoes, Shows


def content_routes(door: DeskDoor, content: OwnContent, deployment: Deployment) -> Sequence[BaseRoute]:
    """All of them; `content` is what the deployment says."""

    def get(path: str, shows: Shows) -> Route:
        return Route(path, door.page(*EDITORS, shows=shows), methods=["GET"])

    def post(path: str, shows: Shows) -> Route:
        # The checks take a while the first time, which no lock should wait for; and what was decided is said when its
        # transaction has ended.
        return Route(path, door.page(*EDITORS, shows=shows, form_does=FormDoes.WORK_ALONE), methods=["POST"])

    text, answers = ChangesTexts(door, content), AnswersChanges(door, content, deployment.quiet_hours)
    policies = ChangesPolicies(door, deployment.planner, deployment.quiet_hours, deployment.municipalities)
    sheets = ExchangesSheets(door, content)
    policy = f"{POLICIES}/{{of}}/{{kind}}"
    one = f"{CONTENT}/texts/{{language}}/{{key}}"
    return [
        get(CONTENT, ShowsTexts(content).show),
        get(one, text.show),
        post(f"{one}/look", text.look),
        post(f"{one}/propose", text.propose),
        get(POLICIES, policies.show_all),
        get(policy, policies.show),
        post(f"{policy}/look", policies.look),
        post(f"{policy}/propose", policies.propose),
        get(SHEETS, sheets.show),
        get(f"{SHEETS}/file", sheets.file),
        post(f"{SHEETS}/look", sheets.look),
        post(f"{SHEETS}/propose", sheets.propose),
        get(WAITING, answers.show),
        post(f"{CONTENT}/changes/{{id:int}}/answer", answers.answer),
        post(f"{CONTENT}/changes/{{id:int}}/take-back", answers.take_back),
    ]
