"""Who was erased, by a hash of the municipality's id, so that no old file brings them back unseen.

Who was erased before is not known any more.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "erased_person",
        sa.Column("id", _ID, nullable=False),
        sa.Column("mark", sa.LargeBinary(length=32), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erased_person")),
    )
    op.create_index(op.f("ix_erased_person_mark"), "erased_person", ["mark"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("erased_person")
