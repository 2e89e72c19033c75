"""`maatje run --demo`: a fresh SQLite file with fictional people, the start page, no tokens."""

import secrets
import sys
import webbrowser
from pathlib import Path

import structlog
import typer
from pydantic import SecretStr
from starlette.routing import BaseRoute

from bot.app import App, build
from bot.configuration.settings import Settings
from bot.demo.clock import DemoClock
from bot.demo.fill import fill
from bot.demo.routes import DemoRoutes
from bot.demo.sides import Sides
from bot.serve import listen, running, until_told_to_stop
from storage.engine.migrate import prepare_schema

log = structlog.get_logger(__name__)

DATABASE = Path("maatje-demo.db")


def demo_settings(settings: Settings, port: int, database: Path = DATABASE) -> Settings:
    """Settings that reach nothing real: own database, own secret, no tokens, no public address."""
    return settings.model_copy(
        update={
            "database_url": f"sqlite+aiosqlite:///{database}",
            "secret_key": SecretStr(secrets.token_urlsafe(48)),
            "telegram_token": SecretStr(""),
            "public_url": "",
            "whatsapp_token": SecretStr(""),
            "notify_api_key": SecretStr(""),
            "smtp_host": "",
            "config": None,
            "faq": None,
            "port": port,
        }
    )


async def serve_demo(settings: Settings) -> None:
    """Run the demo until it is told to stop. Its file is made anew each time, so that it is always about this week."""
    bound = listen(settings)
    settings = demo_settings(settings, bound.getsockname()[1])
    for leftover in (DATABASE, *(DATABASE.with_name(DATABASE.name + end) for end in ("-wal", "-shm"))):
        leftover.unlink(missing_ok=True)
    clock = DemoClock()
    sides = Sides(clock, f"http://{settings.host}:{settings.port}")
    settings = sides.settings(settings)

    def routes(app: App) -> list[BaseRoute]:
        return [*DemoRoutes(app, clock).routes(), *sides.routes(app)]

    app = build(settings, keys=settings.keys(), clock=clock, extra_routes=routes, demo=True)
    await prepare_schema(app.database)
    await fill(app.database, settings, clock)
    async with running(app, [bound]):
        address = f"http://{settings.host}:{settings.port}/"
        typer.echo(f"The demo is ready: open {address}  (stop it with Ctrl-C)")
        if sys.stdout.isatty():
            webbrowser.open(address)
        await until_told_to_stop()
        await sides.close()
