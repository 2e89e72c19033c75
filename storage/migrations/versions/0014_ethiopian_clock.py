"""Whether somebody has times told by the Ethiopian clock too; of people from before nobody asked.

Everybody gets an encrypted value: one for some would tell where they are from.
"""

import sqlalchemy as sa
from alembic import op

from storage.engine.columns import keys_of
from storage.engine.encryption.row_binding import row_name

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_PAGE = 500


def upgrade() -> None:
    """Add the column, and fill it with no."""
    op.add_column("person", sa.Column("ethiopian_clock", sa.LargeBinary(), nullable=True))
    connection = op.get_bind()
    keys = keys_of(connection.dialect)
    person = sa.table("person", sa.column("id", sa.BigInteger()), sa.column("ethiopian_clock", sa.LargeBinary()))
    fill = sa.update(person).where(person.c.id == sa.bindparam("the_row")).values(ethiopian_clock=sa.bindparam("no"))
    last = -1
    while ids := connection.scalars(
        sa.select(person.c.id).where(person.c.id > last).order_by(person.c.id).limit(_PAGE)
    ).all():
        last = ids[-1]
        no = [{"the_row": one, "no": keys.encrypt(b"0", "person.ethiopian_clock", row_name(one))} for one in ids]
        connection.execute(fill, no)


def downgrade() -> None:
    """Drop it."""
    with op.batch_alter_table("person", table_kwargs={"sqlite_autoincrement": True}, schema=None) as batch_op:
        batch_op.drop_column("ethiopian_clock")
