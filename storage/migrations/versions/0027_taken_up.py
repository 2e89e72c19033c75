"""Doubts, wishes for help and moves wait until somebody took them up; who saw one before had done all there was."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_LETTER = sa.table(
    "letter",
    *(sa.column(name, sa.DateTime(timezone=True)) for name in ("answered_at", "seen_at", "done_at")),
    sa.column("kind", sa.String()),
)
_TO_TAKE_UP = _LETTER.c.kind.in_(["route", "money", "moving"])


def upgrade() -> None:
    """What was seen or answered was off the list already, and stays so."""
    done = sa.func.coalesce(_LETTER.c.answered_at, _LETTER.c.seen_at)
    op.execute(_LETTER.update().where(_TO_TAKE_UP, _LETTER.c.done_at.is_(None), done.is_not(None)).values(done_at=done))


def downgrade() -> None:
    """Only cries for help knew of it."""
    op.execute(_LETTER.update().where(_TO_TAKE_UP).values(done_at=None))
