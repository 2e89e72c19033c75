"""Alembic's environment: runs migrations on the connection that storage.engine.migrate hands over."""

from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy.types import TypeDecorator

import storage.mapped  # noqa: F401 - knows every mapped class
from storage.engine.base import Base


def render_plain_types(kind: str, item: object, _context: AutogenContext) -> str | Literal[False]:
    """Write our column types as what they are in the database: a migration must not depend on later code."""
    if kind == "type" and isinstance(item, TypeDecorator):
        plain = item.impl_instance
        return f"sa.{plain!r}"
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=False,
    render_item=render_plain_types,
)
with context.begin_transaction():
    context.run_migrations()
