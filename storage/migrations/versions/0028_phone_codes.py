"""Codes by which somebody calls from a telephone that is not known as theirs, and wrong ones; there were none."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "phone_code",
        sa.Column("id", _ID, nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=16), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_phone_code_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_code")),
        sa.UniqueConstraint("person_id", name=op.f("uq_phone_code_person_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "phone_code_try",
        sa.Column("id", _ID, nullable=False),
        sa.Column("code_id", _ID, nullable=True),
        sa.Column("caller_hash", sa.LargeBinary(length=16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["code_id"], ["phone_code.id"], name=op.f("fk_phone_code_try_code_id_phone_code"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_code_try")),
    )
    for column in ("code_id", "caller_hash", "at"):
        op.create_index(op.f(f"ix_phone_code_try_{column}"), "phone_code_try", [column])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("phone_code_try")
    op.drop_table("phone_code")
