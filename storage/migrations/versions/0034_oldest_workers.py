"""Which version's workers may go on beside those of the one that changed the schema; until now none might."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column beside the schema's number; storage/engine/migrate.py fills it in."""
    op.add_column("alembic_version", sa.Column("oldest", sa.String(length=32), nullable=True))


def downgrade() -> None:
    """Drop it."""
    op.execute("ALTER TABLE alembic_version DROP COLUMN oldest")
