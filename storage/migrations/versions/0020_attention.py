"""Personal attention: talks that consultants note, how it goes, how meetings were."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables; nobody is asked how it goes until they choose to be."""
    op.add_column("person", sa.Column("check_ins", sa.String(32), server_default="never", nullable=False))
    op.create_table(
        "contact_moment",
        sa.Column("id", _ID, nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("consultant_id", sa.BigInteger(), nullable=True),
        sa.Column("how", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_contact_moment_person_id_person"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["consultant_id"],
            ["consultant.id"],
            name=op.f("fk_contact_moment_consultant_id_consultant"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_moment")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_contact_moment_person_id"), "contact_moment", ["person_id"])
    op.create_table(
        "check_in",
        sa.Column("id", _ID, nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("week_of", sa.Date(), nullable=False),
        sa.Column("mood", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_check_in_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_in")),
        sa.UniqueConstraint("person_id", "week_of", name=op.f("uq_check_in_person_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "feedback",
        sa.Column("id", _ID, nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("appointment_id", sa.BigInteger(), nullable=False),
        sa.Column("mood", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_feedback_person_id_person"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["appointment_id"],
            ["appointment.id"],
            name=op.f("fk_feedback_appointment_id_appointment"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
        sa.UniqueConstraint("person_id", "appointment_id", name=op.f("uq_feedback_person_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_feedback_appointment_id"), "feedback", ["appointment_id"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("feedback")
    op.drop_table("check_in")
    op.drop_table("contact_moment")
    with op.batch_alter_table("person", table_kwargs={"sqlite_autoincrement": True}, schema=None) as batch_op:
        batch_op.drop_column("check_ins")
