"""These tests need packages of npm, which `make test-oidc` installs; without OIDC_PROVIDER they are left out, so that
the suite needs no network for them."""

import os
from pathlib import Path

import pytest


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    mine = [item for item in items if here in item.path.parents]
    if mine and not os.environ.get("OIDC_PROVIDER"):
        items[:] = [item for item in items if item not in mine]
        config.hook.pytest_deselected(items=mine)
