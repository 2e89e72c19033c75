"""what people were last told of appointments; when messages were lost; which day an answer was for."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# What was sent of an appointment as it still is, was heard so.
_HEARD_BEFORE = """
INSERT INTO heard (person_id, appointment_id, message_id, how, lost, takes_place, asked, version, starts_at, location,
  online_url, at)
SELECT o.person_id, a.id, o.id, 'message', :no, a.status = 'planned', :no, a.version, a.starts_at, a.location,
  a.online_url, o.sent_at
FROM outbox AS o JOIN appointment AS a ON a.id = o.appointment_id AND a.version = o.appointment_version
WHERE o.person_id IS NOT NULL AND o.sent_at IS NOT NULL AND o.state IN ('sent', 'delivered', 'read')
  AND o.kind IN ('reminder', 'classes', 'confirm_again', 'notice', 'change')
ORDER BY o.sent_at, o.id
"""
_ANSWERED_BEFORE = """
UPDATE participation SET answered_for = (
  SELECT a.starts_at FROM appointment AS a
  WHERE a.id = participation.appointment_id AND a.version = participation.answered_version
)
"""


def upgrade() -> None:
    op.create_table(
        "heard",
        sa.Column("id", _ID, nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("appointment_id", _ID, nullable=False),
        sa.Column("message_id", _ID, nullable=True),
        sa.Column(
            "how",
            sa.Enum("message", "more", "call", "chosen", "agreed", name="told", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("lost", sa.Boolean(), nullable=False),
        sa.Column("takes_place", sa.Boolean(), nullable=False),
        sa.Column("asked", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("location", sa.LargeBinary(), nullable=True),
        sa.Column("online_url", sa.LargeBinary(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_heard_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_heard")),
    )
    op.create_index("ix_heard_person_appointment", "heard", ["person_id", "appointment_id"], unique=False)
    op.execute(sa.text(_HEARD_BEFORE).bindparams(sa.bindparam("no", False, sa.Boolean())))
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_outbox_not_arrived",
            sqlite_where=sa.text("state IN ('failed', 'expired')"),
            postgresql_where=sa.text("state IN ('failed', 'expired')"),
        )
        batch_op.add_column(sa.Column("lost_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(
            "ix_outbox_lost",
            ["lost_at"],
            unique=False,
            sqlite_where=sa.text("lost_at IS NOT NULL"),
            postgresql_where=sa.text("lost_at IS NOT NULL"),
        )
    with op.batch_alter_table("participation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("answered_for", sa.DateTime(timezone=True), nullable=True))
    op.execute(_ANSWERED_BEFORE)


def downgrade() -> None:
    with op.batch_alter_table("participation", schema=None) as batch_op:
        batch_op.drop_column("answered_for")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_outbox_lost",
            sqlite_where=sa.text("lost_at IS NOT NULL"),
            postgresql_where=sa.text("lost_at IS NOT NULL"),
        )
        batch_op.drop_column("lost_at")
        batch_op.create_index(
            "ix_outbox_not_arrived",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("state IN ('failed', 'expired')"),
            postgresql_where=sa.text("state IN ('failed', 'expired')"),
        )
    op.drop_index("ix_heard_person_appointment", table_name="heard")
    op.drop_table("heard")
