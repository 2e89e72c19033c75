"""The one list of channels: what it tells, what half a channel is told, and a new one in one folder and one line."""

import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.app import build
from bot.channels import registry
from bot.channels.email.kind import EMAIL
from bot.channels.notify.kind import NOTIFY_EMAIL
from bot.configuration.settings import Settings
from bot.doctor import examine
from bot.events import Started
from locales.rendering.catalog import Catalogs
from storage.people.link_codes import make_code
from storage.vocabulary import AddressKind
from tests.bot.channels.toy.channel import ToyChannel
from tests.bot.channels.toy.kind import TOY
from tests.clock import FakeClock
from tests.people import somebody

ROOT = Path(__file__).parents[3]
KEY = "maatje-11111111-1111-4111-8111-111111111111-22222222-2222-4222-8222-222222222222"


def settings_of(**given: object) -> Settings:
    return Settings.model_validate({"secret_key": "a secret for the tests of the registry only", **given})


@pytest.mark.parametrize(
    ("given", "names"),
    [
        pytest.param({}, ("web",), id="the web chat is always there"),
        pytest.param({"telegram_token": "1:A"}, ("web", "telegram"), id="telegram"),
        pytest.param(
            {"notify_api_key": KEY, "notify_sms_template": "t"}, ("web", "sms"), id="sms without notify's e-mail"
        ),
        pytest.param(
            {"notify_api_key": KEY, "notify_email_template": "t", "smtp_host": "mail", "email_from": "a@b.nl"},
            ("web", "email"),
            id="e-mail once",
        ),
        pytest.param(
            {"phone_sip_server": "10.0.0.5", "phone_number": "+31355281911"}, ("web", "phone"), id="the telephone"
        ),
    ],
)
def test_the_channels_of_a_deployment(given: dict[str, object], names: tuple[str, ...]) -> None:
    assert tuple(registry.set_up(settings_of(**given))) == names


def test_a_mail_server_of_the_municipality_goes_before_notify() -> None:
    both = {"notify_api_key": KEY, "notify_email_template": "t", "smtp_host": "mail", "email_from": "a@b.nl"}
    assert registry.set_up(settings_of(**both))["email"] is EMAIL
    assert registry.set_up(settings_of(**{**both, "smtp_host": ""}))["email"] is NOTIFY_EMAIL


@pytest.mark.parametrize(
    ("given", "told"),
    [
        pytest.param({"whatsapp_token": "t"}, "MAATJE_WHATSAPP_PHONE_NUMBER_ID", id="whatsapp"),
        pytest.param({"notify_api_key": KEY}, "MAATJE_NOTIFY_SMS_TEMPLATE or MAATJE_NOTIFY_EMAIL", id="notify"),
        pytest.param({"smtp_host": "mail"}, "MAATJE_EMAIL_FROM", id="e-mail"),
        pytest.param({"phone_sip_server": "10.0.0.5"}, "MAATJE_PHONE_NUMBER", id="telephone"),
    ],
)
def test_a_channel_that_is_set_up_by_half_is_told_at_the_start(given: dict[str, object], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        registry.set_up(settings_of(**given))


def test_a_command_says_which_settings_a_half_channel_lacks(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot", "doctor"],
        cwd=tmp_path,
        env={"PATH": "", "PYTHONPATH": str(ROOT), "MAATJE_WHATSAPP_TOKEN": "secret-token"},
        capture_output=True,
        text=True,
        check=False,
    )
    said = " ".join(done.stderr.split())
    assert done.returncode == 2
    assert "settings are not right: a channel is set up by half; also set MAATJE_WHATSAPP_PHONE_NUMBER_ID" in said
    assert "secret-token" not in done.stdout + done.stderr


@pytest.mark.parametrize("channel", registry.names())
def test_a_channel_has_a_name_that_people_read(channel: str) -> None:
    """The other languages follow the Dutch: `maatje translations check`."""
    assert Catalogs().has(f"channel.{channel}", "nl")


def test_the_environment_goes_before_env_files_and_what_is_given_before_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("MAATJE_TOY_PLAYGROUND=in-a-file\nMAATJE_PORT=9001\n")
    assert (Settings().of(TOY.settings).model_dump(), Settings().port) == ({"toy_playground": "in-a-file"}, 9001)
    monkeypatch.setenv("MAATJE_TOY_PLAYGROUND", "in-the-environment")
    assert Settings().of(TOY.settings).model_dump() == {"toy_playground": "in-the-environment"}
    changed = Settings().model_copy(update={"toy_playground": "given"})
    assert changed.of(TOY.settings).model_dump() == {"toy_playground": "given"}


def test_the_ways_whose_address_is_typed() -> None:
    written = {"sms": AddressKind.PHONE, "email": AddressKind.EMAIL}
    assert registry.typed_addresses() == {**written, "phone": AddressKind.PHONE}
    # Nobody is called to be told a link.
    assert registry.invited_over() == written


def test_asking_which_channels_there_are_loads_none_of_them() -> None:
    heavy = ("telegram", "aiohttp", "aiosmtplib", "aiosipua", "aiortp", "numpy", "starlette")
    script = f"import sys, bot.channels.registry; sys.exit(any(m in sys.modules for m in {heavy!r}))"
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False).returncode == 0


async def test_a_new_channel_is_one_folder_and_one_line(
    monkeypatch: pytest.MonkeyPatch, sqlite_url: str, clock: FakeClock, tmp_path: Path
) -> None:
    monkeypatch.setattr(registry, "CHANNELS", (*registry.CHANNELS, TOY))
    rules = tmp_path / "maatje.toml"
    rules.write_text("[channel.toy]\na_month = 5\n")
    settings = settings_of(database_url=sqlite_url, toy_playground="playground.example", config=rules)

    assert (await registry.make_links(settings, "ACDE"))["toy"] == "https://playground.example/ACDE"
    assert [(one.state, one.text) for one in await examine(settings) if one.about == "toy"] == [("ok", "ready to play")]

    app = build(settings, keys=settings.keys(), clock=clock)
    toy = app.channels["toy"]
    assert isinstance(toy, ToyChannel)
    assert app.parts.configuration.channel_rules["toy"].a_month == 5
    async with app.database.writing() as session:
        person = somebody(clock.now(), family_name="Haddad")
        session.add(person)
        await session.flush()
        code, _ = await make_code(session, app.database.keys, clock.now(), person_id=person.id)
    await toy.start(app.inbox.receive)
    await toy.calls("amina", Started(code))
    await app.inbox.stop()
    [greeting] = toy.called["amina"].values()
    assert any("lang:nl" in button.intent for row in greeting.buttons for button in row)
    await app.database.close()
