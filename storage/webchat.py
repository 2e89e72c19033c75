"""What the web chat must remember: who opened it in which browser, and the messages shown there."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base
from storage.columns import EncryptedJson, Json, RowId


class WebSession(Base, kw_only=True):
    """A browser that opened a personal link; the cookie's token is kept as a keyed hash only."""

    __tablename__ = "web_session"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(16), unique=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class WebMessage(Base, kw_only=True):
    """One line of a web chat's history, from either side, as it was shown."""

    __tablename__ = "web_message"
    __table_args__ = (Index("ix_web_message_contact_id_id", "contact_id", "id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    # {"from": "bot"|"person", "blocks": […], "buttons": […], "direction": …, "language": …}
    content: Mapped[dict[str, Json]] = mapped_column(EncryptedJson("web_message.content"))
    # Set for a message of ours, so that a resend of the same outbox row shows once.
    outbox_id: Mapped[int | None] = mapped_column(RowId, unique=True, default=None)
    # Set for a line of the person: the browser's own id of it, so that a repeated request shows once.
    event_id: Mapped[str | None] = mapped_column(String(80), unique=True, default=None)
    buttons_closed: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime]


async def web_history(session: AsyncSession, contact_id: int, after: int = 0, limit: int = 200) -> list[WebMessage]:
    """The newest `limit` messages of a chat with an id above `after`, oldest first."""
    rows = await session.scalars(
        select(WebMessage)
        .where(WebMessage.contact_id == contact_id, WebMessage.id > after)
        .order_by(WebMessage.id.desc())
        .limit(limit)
    )
    return list(reversed(rows.all()))
