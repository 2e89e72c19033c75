"""Which catalog keys the program uses, and which of them are labels of buttons: found by reading the sources (ast).

A key is used when it stands in the sources as a string, or when an f-string names its family (f"kind.{…}"). Keys that
are handed to one of the functions that make texts must exist. The sources are read as text and never imported.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

# Functions and classes whose first argument is a catalog key.
_MAKERS = frozenset({"Text", "part", "title", "official", "button"})
_LABELLERS = frozenset({"button", "Button"})
# The fixed beginning of a key: "kind." of f"kind.{…}", "appointment.answered_" of f"appointment.answered_{…}".
_KEY_START = re.compile(r"[a-z_]+\.[a-z_.]*")
# In a template: a string, whether it is handed to t(…) or text(…), and whether another is joined to it.
_IN_TEMPLATE = re.compile(r"""(\bt\(|\btext\()?\s*["']([a-z_]+\.[a-z_.]*)["'](\s*~)?""")
# Families that are shown as labels though no call says so: commands in Telegram's menu are about as narrow.
_LABEL_FAMILIES = ("button.", "menu.", "command.")


@dataclass(slots=True)
class KeyUsage:
    """What the sources say: `strings` anywhere, `families` of f-strings, keys `needed` and where, keys of `labels`."""

    strings: set[str] = field(default_factory=set)
    families: set[str] = field(default_factory=set)
    needed: dict[str, str] = field(default_factory=dict)
    labels: set[str] = field(default_factory=set)
    label_families: set[str] = field(default_factory=lambda: set(_LABEL_FAMILIES))

    def uses(self, key: str) -> bool:
        """Whether the key is used somewhere."""
        return key in self.strings or any(key.startswith(family) for family in self.families)

    def is_label(self, key: str) -> bool:
        """Whether the text is shown on a button."""
        return key in self.labels or any(key.startswith(family) for family in self.label_families)


def scan(folders: Iterable[Path]) -> KeyUsage:
    """Read every Python file and every template under the folders."""
    usage = KeyUsage()
    for folder in folders:
        for template in sorted(folder.rglob("templates/*.html")):
            _scan_template(template.read_text(encoding="utf-8"), template.name, usage)
        for path in sorted(folder.rglob("*.py")):
            _scan_module(ast.parse(path.read_text(encoding="utf-8"), str(path)), path.name, usage)
    return usage


def _scan_template(source: str, name: str, usage: KeyUsage) -> None:
    """Keys of a Jinja template: each string that could be one, a family where something is joined to it (`~`)."""
    for called, key, joined in _IN_TEMPLATE.findall(source):
        if joined or key.endswith("."):
            usage.families.add(key)
            continue
        usage.strings.add(key)
        if called:
            usage.needed.setdefault(key, name)


def _scan_module(tree: ast.Module, name: str, usage: KeyUsage) -> None:
    assigned = _assigned(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            usage.strings.add(node.value)
        elif isinstance(node, ast.JoinedStr) and (family := _family(node)):
            usage.families.add(family)
        elif isinstance(node, ast.Call) and (maker := _called(node)) in _MAKERS | _LABELLERS and node.args:
            for key in _constants(node.args[0], assigned):
                if maker in _MAKERS:
                    usage.needed.setdefault(key, name)
                if maker in _LABELLERS:
                    usage.labels.add(key)
            if maker in _LABELLERS:
                usage.label_families |= {found for part in ast.walk(node.args[0]) if (found := _family(part))}


def _called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Name):
        return node.func.id
    return node.func.attr if isinstance(node.func, ast.Attribute) else ""


def _family(node: ast.AST) -> str:
    """The fixed beginning of an f-string such as f"kind.{…}" that makes a key, or ""."""
    if not isinstance(node, ast.JoinedStr) or len(node.values) < 2:
        return ""
    first = node.values[0]
    if isinstance(first, ast.Constant) and isinstance(first.value, str) and _KEY_START.fullmatch(first.value):
        return first.value
    return ""


def _assigned(tree: ast.Module) -> dict[str, list[ast.expr]]:
    """What each name of a module is given, so that button(send, …) is understood too."""
    found: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    found.setdefault(target.id, []).append(node.value)
    return found


def _constants(node: ast.expr, assigned: dict[str, list[ast.expr]]) -> Iterator[str]:
    """The keys that an argument can be: a string, a choice between two, a name that was given one, Text("…")."""
    match node:
        case ast.Constant(value=str() as value):
            if "." in value:
                yield value
        case ast.IfExp(body=body, orelse=orelse):
            yield from _constants(body, assigned)
            yield from _constants(orelse, assigned)
        case ast.Call() if _called(node) == "Text" and node.args:
            yield from _constants(node.args[0], assigned)
        case ast.Name(id=name):
            for given in assigned.get(name, []):
                if not isinstance(given, ast.Name):
                    yield from _constants(given, {})
        case _:
            return
