"""The blocks of docs/operations.md, by the heading above them."""

import re
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

PAGE: Final = Path(__file__).parents[2] / "docs" / "operations.md"
_BLOCK: Final = re.compile(r"^( *)```sh\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)


def blocks() -> Mapping[str, Sequence[str]]:
    """What is typed, in order, under each heading."""
    found: dict[str, list[str]] = {}
    for section in PAGE.read_text(encoding="utf-8").split("\n## ")[1:]:
        heading, _, text = section.partition("\n")
        found[heading] = [textwrap.dedent(match[2]) for match in _BLOCK.finditer(text)]
    return found
