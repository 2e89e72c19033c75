import ast
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from locales.catalog_files.po import po_path, read_file, read_locale
from locales.rendering.catalog import FOLDER
from locales.reviewing.adding import CannotAdd, NewLanguage, Update, add_language, update_catalogs

SWAHILI = NewLanguage("sw", 'Kiswahili "cha"', "Latn", "en", ("usiku", "asubuhi", "alasiri", "jioni"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for locale in ("nl", "ar"):
        shutil.copytree(FOLDER / locale, tmp_path / locale)
    (tmp_path / "rendering").mkdir()
    for name in ("languages.py", "dates.yaml"):
        shutil.copy(FOLDER / "rendering" / name, tmp_path / "rendering")
    return tmp_path


def test_a_language_is_added_with_every_text_empty(folder: Path) -> None:
    add_language(SWAHILI, folder)
    assert (
        'Language("sw", "Kiswahili \\"cha\\"", "Latn", fallback="en"),'
        in (folder / "rendering" / "languages.py").read_text()
    )
    ast.parse((folder / "rendering" / "languages.py").read_text())
    assert yaml.safe_load((folder / "rendering" / "dates.yaml").read_text())["sw"] == {"parts": list(SWAHILI.parts)}
    asked = sum(len(f.entries) for s, f in read_locale("nl", folder).items() if not s.startswith("consultant"))
    assert update_catalogs("sw", folder) == Update("sw", asked, 0)
    entries = [entry for file in read_locale("sw", folder).values() for entry in file.entries]
    assert len(entries) == asked
    assert not any(entry.translated for entry in entries)
    assert all(entry.comments == ("unreviewed",) for entry in entries)
    assert update_catalogs("sw", folder) == Update("sw", 0, 0)


def test_an_update_keeps_translations_and_their_order_follows_the_dutch(folder: Path) -> None:
    path = po_path("nl", "feedback", folder)
    path.write_text(path.read_text().replace('msgid "question.not_helped"', 'msgid "question.brand_new"'))
    before = read_file(po_path("ar", "feedback", folder), "ar")
    assert update_catalogs("ar", folder) == Update("ar", 1, 1)
    after = read_file(po_path("ar", "feedback", folder), "ar")
    assert [entry.key for entry in after.entries] == [e.key for e in read_file(path, "nl").entries]
    assert after.by_key["question.helped_yes"].strings == before.by_key["question.helped_yes"].strings
    assert not after.by_key["question.brand_new"].translated


@pytest.mark.parametrize(
    ("new", "reason"),
    [
        (replace(SWAHILI, code="ar"), "already"),
        (replace(SWAHILI, code="zz"), "Babel"),
        (replace(SWAHILI, script="Beng"), "script"),
        (replace(SWAHILI, fallback="zz"), "fallback"),
        (replace(SWAHILI, parts=("a", "b")), "four words"),
    ],
)
def test_what_stands_in_the_way(folder: Path, new: NewLanguage, reason: str) -> None:
    before = (folder / "rendering" / "languages.py").read_text()
    with pytest.raises(CannotAdd, match=reason):
        add_language(new, folder)
    assert (folder / "rendering" / "languages.py").read_text() == before
