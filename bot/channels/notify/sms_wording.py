"""A rendered message as the text of an SMS: plain, short, with numbered answers.

What does not fit is cut where one would breathe, and the rest is a link away. Kept longest are the answers; first to go
are the Dutch lines under official statements, which the web chat shows too.
"""

from bisect import bisect_right

from bot.channels.notify.gsm import Encoding, encoding_of, fold, plain, segments
from bot.channels.notify.sms_characters import readable
from locales.rendering.message import Style
from locales.rendering.render import Rendered
from reminders.delivery.degrade import unnumbered

# Half a page on a simple telephone; each one is paid for.
MOST_SEGMENTS = 5
_SENTENCE_ENDS = (".", "!", "?", "؟", "۔", "።", "፧", "\n")


def numbered_answers(message: Rendered) -> str:
    """The buttons as "1 = I come" lines, counted as reminders.delivery.degrade counts them; one that opens a page has
    its link.

    Nothing is pressed in an SMS, so the answers are written out whether or not the message came with them.
    """
    lines = []
    for number, button in enumerate((b for row in message.buttons for b in row), start=1):
        label = plain(unnumbered(button.label))
        lines.append(f"{label}: {button.url}" if button.url else f"{number} = {label}")
    if not lines:
        lines = [block.text for block in message.blocks if block.style is Style.ANSWERS]
    return plain("\n".join(lines))


def said(message: Rendered, *, dutch: bool = True) -> str:
    """The blocks above the answers."""
    left_out = {Style.ANSWERS} if dutch else {Style.ANSWERS, Style.DUTCH}
    return plain("\n".join(block.text for block in message.blocks if block.style not in left_out))


def all_of(message: Rendered) -> str:
    """Everything that an SMS of this message could have in it."""
    return _joined(said(message), numbered_answers(message))


def whole_text(message: Rendered, lost: frozenset[str] = frozenset()) -> str | None:
    """The message as one SMS; None when it does not fit in MOST_SEGMENTS, or cannot be read without `lost`."""
    for dutch in (True, False):
        text = readable(_joined(said(message, dutch=dutch), numbered_answers(message)), lost)
        if text is not None and _fits(text):
            return _economical(text)
    return None


def cut_text(message: Rendered, more: str, lost: frozenset[str] = frozenset()) -> str | None:
    """As much of the message as fits, with `more` (a sentence with a link, or "") under it.

    None where it cannot be read without `lost`.
    """
    text = readable(said(message, dutch=False), lost)
    answers = readable(numbered_answers(message), lost)
    if text is None or answers is None:
        return None
    ends = [plain(more), answers]
    if segments(_joined(*ends)) > MOST_SEGMENTS - 1:
        # A long menu: the chat has its buttons; where there is no chat, as many lines as fit.
        text, ends = (text, ends[:1]) if more else (_joined(text, answers), [])
    if _fits(_joined(text, *ends)):
        return _economical(_joined(text, *ends))
    # The most letters of the text with which all of it still fits.
    longest = bisect_right(range(len(text)), False, key=lambda n: not _fits(_joined(text[:n] + "...", *ends))) - 1
    return _economical(_joined(_broken_off(text, longest), *ends))


def _fits(text: str) -> bool:
    return min(segments(text), segments(fold(text))) <= MOST_SEGMENTS


def _joined(*parts: str) -> str:
    return "\n".join(part for part in parts if part)


def _broken_off(text: str, longest: int) -> str:
    """The text's beginning, at most so long, to the end of a sentence or else of a word."""
    if longest >= len(text):
        return text
    window = text[: max(longest, 0)]
    sentence = max((window.rfind(f"{end} " if end != "\n" else end) for end in _SENTENCE_ENDS), default=-1)
    if sentence > longest // 2:
        return window[: sentence + 1].rstrip()
    word = max(window.rfind(" "), window.rfind("\n"))
    return (window[:word] if word > 0 else window).rstrip(" ,;:-\n") + "..."


def _economical(text: str) -> str:
    """The text with its own letters, unless they make it two segments longer or too long: "ş" is read as "s" too.

    One such letter puts a whole text into UCS-2, where a segment holds less than half.
    """
    bare = fold(text)
    if encoding_of(text) is Encoding.GSM7 or encoding_of(bare) is Encoding.UCS2:
        return text
    return text if segments(text) <= min(segments(bare) + 1, MOST_SEGMENTS) else bare
