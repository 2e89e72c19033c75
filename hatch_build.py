"""Compiles the catalogs when a wheel is built. A checkout needs none of it: there .po files are compiled in memory."""

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CatalogsBuildHook(BuildHookInterface):
    """Puts a .mo beside each .po into the wheel; the tree itself stays as it is."""

    def initialize(self, version: str, build_data: dict[str, dict[str, str]]) -> None:
        """Called by hatchling before it builds."""
        if version == "editable":
            return
        root = Path(self.root)
        built = root / "build" / "catalogs"
        for po in sorted((root / "locales").glob("*/LC_MESSAGES/*.po")):
            mo = po.relative_to(root).with_suffix(".mo")
            target = built / mo
            target.parent.mkdir(parents=True, exist_ok=True)
            with po.open("rb") as source, target.open("wb") as compiled:
                write_mo(compiled, read_po(source, locale=po.parts[-3]))
            build_data["force_include"][str(target)] = str(mo)
