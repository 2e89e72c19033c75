"""What the law in force counts with: DUO's notice, the benefit, relief that goes on."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("duty_notified_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("benefit", sa.Boolean(), nullable=True))
    with op.batch_alter_table("plan", schema=None) as batch_op:
        batch_op.add_column(sa.Column("relief_continued_until", sa.Date(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("plan", schema=None) as batch_op:
        batch_op.drop_column("relief_continued_until")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_column("benefit")
        batch_op.drop_column("duty_notified_on")
