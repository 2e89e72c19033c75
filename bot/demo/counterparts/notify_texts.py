"""What Notify makes of texts: its alphabet for SMS, and what a reader sees of its Markdown."""

import re
import unicodedata

from bot.channels.notify.gsm import GSM

_WELSH = frozenset("àèìòùẁỳÀÈÌÒÙẀỲáéíóúẃýÁÉÍÓÚẂÝäëïöüẅÿÄËÏÖÜẄŸâêîôûŵŷÂÊÎÔÛŴŶ")
_REPLACED = {
    **dict.fromkeys("\u2011\u2013\u2014\u2212", "-"),
    **dict.fromkeys("‘’‚", "'"),
    **dict.fromkeys("“”„", '"'),
    **dict.fromkeys("\u180e\u200b\u200c\u200d\u2060\ufeff\u2028\u2029", ""),
    **dict.fromkeys("\u00a0\u202f\t", " "),
    "…": "...",
    "Ł": "L",
    "ł": "l",
}


def as_sms(text: str, *, prefix: str, unicode: bool) -> str:
    """A text as it is sent (SMSMessageTemplate): with the service's name, spaces closed up, in Notify's alphabet.

    `unicode` lets other letters through.
    """
    text = f"{prefix}: {text}" if prefix else text
    text = re.sub(r"(?<![ \t])[ \t]+([,.])", r"\1", text)
    for invisible in "" if unicode else "\u180e\u200b\u200c\u200d\u2060\ufeff":
        text = text.replace(invisible, "")
    lines = "\n".join(" ".join(line.split()) for line in text.splitlines())
    closed = re.sub(r"\n{3,}", "\n\n", lines).strip()
    return closed if unicode else "".join(_downgraded(char) for char in closed)


def read_markdown(source: str) -> str:
    """What a reader of the plain-text part sees of Notify's Markdown."""
    lines = []
    for line in source.splitlines():
        marked = re.match(r"(# |\^ )", line)
        lines.append(re.sub(r"\\([\\`*{}\[\]()#+\-.!_>~|])", r"\1", line[marked.end() if marked else 0 :]))
    return "\n".join(lines).replace("\u200b", "")


def _downgraded(char: str) -> str:
    """A letter in Notify's alphabet, or "?" (SanitiseText.encode_char)."""
    if char in GSM or char in _WELSH:
        return char
    parts = unicodedata.decomposition(char)
    if parts and "<" not in parts:
        first = chr(int(parts.split()[0], 16))
        return first if first in GSM or first in _WELSH else "?"
    return _REPLACED.get(char, "?")
