"""The house's own rules: import directions, no demo in a real run, no clock in the core."""

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CORE = ("reminders", "locales")


def test_import_directions() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports; raise SystemExit(lint_imports())"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", sorted((ROOT / "bot").rglob("*.py")), ids=lambda p: str(p.relative_to(ROOT)))
def test_nothing_but_the_demo_knows_the_demo(path: Path) -> None:
    if "demo" in path.relative_to(ROOT).parts or path == ROOT / "bot" / "cli" / "service.py":
        return
    assert not [name for name in _imports(path) if name.startswith("bot.demo")]


def test_a_real_run_never_imports_the_demo() -> None:
    script = "import sys, bot.app, bot.serve, bot.cli; sys.exit(any(m.startswith('bot.demo') for m in sys.modules))"
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False).returncode == 0


@pytest.mark.parametrize(
    "path", sorted(p for folder in CORE for p in (ROOT / folder).rglob("*.py")), ids=lambda p: str(p.relative_to(ROOT))
)
def test_the_core_has_no_clock_of_its_own(path: Path) -> None:
    calls = [node for node in _nodes(path) if isinstance(node, ast.Call)]
    names = {ast.unparse(call.func) for call in calls}
    assert not names & {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.sleep"}


@pytest.mark.parametrize("module", ["bot.cli.people", "bot.cli.reminders", "bot.cli.terms", "bot.bench.planning_run"])
def test_a_command_starts_without_what_it_does_not_use(module: str) -> None:
    """What migrates, workbooks, channels, the service: each is loaded where it is used, so that `plan` starts fast."""
    service = ("telegram", "aiohttp", "uvicorn", "starlette", "apscheduler")
    heavy = ("alembic", "openpyxl", "numpy", "av", "icalendar", *service)
    script = f"import sys, {module}; print([m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


PURE_ROOMS = ("terms", "policies")


@pytest.mark.parametrize(
    "module",
    sorted(
        f"reminders.{room}" + ("" if path.stem == "__init__" else f".{path.stem}")
        for room in PURE_ROOMS
        for path in (ROOT / "reminders" / room).glob("*.py")
    ),
)
def test_the_law_and_the_policies_load_no_database(module: str) -> None:
    """Terms and policies are functions of values: whoever wants to know a date needs no database for it."""
    script = f"import sys, {module}; sys.exit('sqlalchemy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False).returncode == 0


def test_a_class_name_stands_once() -> None:
    """One word, one thing: who reads `Standing` or `Receipt` need not ask which of two is meant."""
    homes: dict[str, list[str]] = {}
    for folder in ("bot", "locales", "reminders", "storage"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.parse(path.read_text()).body:
                if isinstance(node, ast.ClassDef):
                    homes.setdefault(node.name, []).append(str(path.relative_to(ROOT)))
    assert {name: places for name, places in homes.items() if len(places) > 1} == {}


CHANNELS = sorted(path.parent for path in (ROOT / "bot" / "channels").glob("*/kind.py"))


@pytest.mark.parametrize("folder", CHANNELS, ids=lambda folder: folder.name)
def test_a_channel_is_named_by_the_registry_alone(folder: Path) -> None:
    """Whoever names one goes wrong where it is not set up, and must be changed for the next; `maatje mail` and
    `maatje whatsapp` are about one channel only, the demo and the benchmarks play their providers."""
    room = f"bot.channels.{folder.name}"
    namers = {
        str(path.relative_to(ROOT))
        for path in sorted((ROOT / "bot").rglob("*.py"))
        if folder not in path.parents and any(f"{name}.".startswith(f"{room}.") for name in _imports(path))
    }
    own = {"bot/channels/registry.py", "bot/cli/mail.py", "bot/cli/whatsapp.py"}
    assert not {name for name in namers - own if not name.startswith(("bot/demo/", "bot/bench/"))}


@cache
def _nodes(path: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(ast.parse(path.read_text())))


@cache
def _imports(path: Path) -> tuple[str, ...]:
    found: list[str] = []
    for node in _nodes(path):
        if isinstance(node, ast.Import):
            found.extend(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            found.append(node.module)
    return tuple(found)


_BUILDS_SQL = {"select", "update", "delete", "insert", "func", "text", "or_", "and_", "exists"}
_NOT_STORAGE = [
    path
    for folder in ("bot", "reminders")
    for path in sorted((ROOT / folder).rglob("*.py"))
    # Benchmarks fill their databases in bulk.
    if "bench" not in path.relative_to(ROOT).parts
]


@pytest.mark.parametrize("path", _NOT_STORAGE, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_module_outside_storage_builds_sql(path: Path) -> None:
    nodes = _nodes(path)
    taken = {
        alias.name
        for node in nodes
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "sqlalchemy"
        for alias in node.names
    }
    assert not taken & _BUILDS_SQL
    # The whole package under its own name would hide what is taken from it.
    whole = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    assert not [name for name in whole if name.split(".")[0] == "sqlalchemy"]


_ASKS_AND_TELLS = [
    path for folder in ("dialogue", "cli", "telling") for path in sorted((ROOT / "bot" / folder).rglob("*.py"))
]
_CHANGES = {"add", "add_all", "delete", "execute", "flush", "merge", "refresh", "scalar", "scalars"}


@pytest.mark.parametrize("path", _ASKS_AND_TELLS, ids=lambda p: str(p.relative_to(ROOT)))
def test_screens_and_commands_change_no_row(path: Path) -> None:
    """What is done is done by actions (DESIGN.md rule 9): a screen asks and tells, and sets only its own turn."""
    calls = [node.func for node in _nodes(path) if isinstance(node, ast.Call)]
    changed = [
        ast.unparse(call)
        for call in calls
        if isinstance(call, ast.Attribute) and call.attr in _CHANGES and ast.unparse(call.value).endswith("session")
    ]
    set_ = [
        ast.unparse(target)
        for node in _nodes(path)
        if isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign))
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Attribute) and ast.unparse(target.value) not in ("self", "turn", "self.conversation")
    ]
    assert (changed, set_) == ([], [])


_MOST_MODULES = 13
# bot/cli has one module a group of commands, bot/bench one (and its runner) a promise of the project.
# storage/importing has one module a table, and what they share.
_LARGER_ROOMS = {"bot/cli", "bot/bench", "storage/importing"}
# "About 300 lines" (STYLE.md).
_MOST_LINES = 320
_LONGER_FILES = {
    "bot/demo/counterparts/notify.py": "a provider's behaviour in one place: its API, its callbacks, its bad days",
    "bot/demo/counterparts/whatsapp.py": "the same of Meta",
    "bot/channels/web/routes.py": "every address of the web chat beside the others; each handler is some lines",
    "reminders/planning/planner.py": "one planner with its state; what each kind plans stands in modules of their own",
    "reminders/sending/lane_sender.py": "one state machine: what each answer of a channel means for a message",
    "reminders/timetables/reading.py": "one reading with its state, from bytes to occurrences",
    "storage/vocabulary.py": "every word that rows are written in; a word is looked for in one place",
}


def _rooms() -> dict[str, list[Path]]:
    rooms: dict[str, list[Path]] = {}
    for folder in ("bot", "locales", "reminders", "storage"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if path.name != "__init__.py" and "versions" not in path.parts:
                rooms.setdefault(str(path.parent.relative_to(ROOT)), []).append(path)
    return rooms


def test_a_room_can_be_looked_over() -> None:
    full = {room: len(modules) for room, modules in _rooms().items() if len(modules) > _MOST_MODULES}
    assert full.keys() == _LARGER_ROOMS


def test_a_file_holds_one_idea() -> None:
    paths = [path for modules in _rooms().values() for path in modules]
    long = {str(path.relative_to(ROOT)) for path in paths if len(path.read_text().splitlines()) > _MOST_LINES}
    # A file that became shorter is taken off the list.
    assert long == _LONGER_FILES.keys()


def test_what_has_a_plural_is_counted() -> None:
    """A text with a plural form without a count reads "7 persoon"."""
    source = "".join(path.read_text() for path in sorted((ROOT / "locales" / "nl" / "LC_MESSAGES").glob("*.po")))
    plural = set(re.findall(r'^msgid_plural "([^"]+)"', source, re.MULTILINE))
    assert plural
    forgotten = [
        f"{path.name}:{call.lineno}"
        for folder in ("bot", "reminders")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for call in _nodes(path)
        if isinstance(call, ast.Call)
        and ast.unparse(call.func) in ("Text", "part", "title", "button")
        and call.args
        and isinstance(call.args[0], ast.Constant)
        and call.args[0].value in plural
        and len(call.args) < 3
        and not any(keyword.arg == "count" for keyword in call.keywords)
    ]
    assert forgotten == []


def test_pages_and_headings_that_are_named_exist() -> None:
    """ "See docs/settings.md, Channels": a page and a heading of it, in what operators read."""
    named = {
        (page, heading)
        for folder in ("bot", "reminders", "storage", "locales")
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in (".py", ".html", ".yml", ".yaml", ".toml", ".sh", ".conf", ".service", ".po")
        for page, heading in re.findall(r"docs/([a-z-]+\.md)(?:, ([A-Z][A-Za-z]+))?", path.read_text())
    }
    assert ("settings.md", "Channels") in named
    missing = [
        (page, heading)
        for page, heading in sorted(named)
        if not (ROOT / "docs" / page).exists()
        or (heading and not re.search(rf"^#+ {heading}\b", (ROOT / "docs" / page).read_text(), re.MULTILINE))
    ]
    assert missing == []
