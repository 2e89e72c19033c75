"""What the pictures on buttons are called, for who listens and finds the button by its picture.

The names are in a catalog of their own (icon.*), as short as anybody would say them; a picture without a name is not
said, and its button is found by its number and words.
"""

from collections.abc import Mapping
from typing import Final

from locales.rendering.message import Text

# A sign may be followed by one that asks for its colours, which is the same picture.
_IN_COLOURS: Final = "\ufe0f"
_NAMES: Final[Mapping[str, str]] = {
    "✅": "tick",
    "❌": "cross",
    "💬": "speech",
    "🤒": "ill",
    "✍": "writing",
    "✏": "pen",
    "➕": "plus",
    "📅": "calendar",
    "📞": "telephone",
    "📱": "mobile",
    "💶": "money",
    "🙋": "hand",
    "🏠": "house",
    "🚌": "bus",
    "👍": "thumb_up",
    "👎": "thumb_down",
    "🔔": "bell",
    "👤": "head",
    "👥": "heads",
    "🙂": "glad",
    "😐": "so_so",
    "🙁": "sad",
    "➡": "arrow",
    "❓": "question",
    "🚪": "door",
    "👪": "family",
    "🛌": "bed",
    "🔁": "again",
    "🧭": "compass",
    "🔒": "lock",
    "🤝": "handshake",
    "📄": "paper",
    "⏸": "pause",
    "▶": "play",
    "🗑": "bin",
    "🌙": "moon",
    "📖": "book",
    "👂": "ear",
    "🕑": "clock",
    "🏥": "hospital",
    "⚙": "wheel",
    "🌍": "globe",
    "👁": "eyes",
    "🙈": "hidden",
    "🚶": "walking",
    "🚲": "bicycle",
    "🚗": "car",
    "🏫": "school",
    "👶": "baby",
    "💼": "bag",
    "☀": "sun",
    "🔀": "roads",
    "🆘": "help",
    "🗓": "calendar",
    "☎": "telephone",
    "↩": "arrow",
    "🔐": "lock",
    "🕘": "clock",
    "👀": "eyes",
}


def name_of_icon(icon: str) -> Text | None:
    """What a picture is called; None where it has no name."""
    name = _NAMES.get(icon.replace(_IN_COLOURS, ""))
    return Text(f"icon.{name}") if name is not None else None
