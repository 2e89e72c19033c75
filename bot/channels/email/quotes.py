"""What somebody wrote themselves in a reply: without the mail that is quoted below it, and without the signature.

Rules of our own, because mail-parser-reply (the best library for it) knows neither Arabic, Turkish, Ukrainian nor
Russian headers, and cuts sentences that begin with "Van" or "From".
"""

import re
from typing import Final

# The line that stands above a quoted mail, by language: those that can be told by how they begin, and the others.
# Programs break it over two lines.
_BEGINS: Final = re.compile(
    r"^\s*(op .{4,200}\bschreef\b|on .{4,200}\bwrote\s*:|le .{4,200}\ba écrit\b|am .{4,200}\bschrieb\b|"
    r"في .{4,200}كتب|در .{4,200}نوشت)",
    re.IGNORECASE,
)
_ENDS: Final = re.compile(
    r"^\s*(.{4,200}(tarihinde|şunu yazdı)|.{4,200}\b(пишет|написал|написала|пише|написав|написала)\b.{0,60}:?\s*$|"
    r".{0,120}<[^<>\s]+@[^<>\s]+>.{0,40}:\s*$)",
    re.IGNORECASE,
)
_DATED: Final = re.compile(r"\d")
_COMPLETE: Final = re.compile(r"(:|<[^<>\s]+@[^<>\s]+>|\bschreef|\bschrieb|\bécrit|كتب|نوشت|yazdı)\W*$", re.IGNORECASE)
_SEPARATOR: Final = re.compile(
    r"^\s*(-{2,}\s*(original message|oorspronkelijk bericht|message d'origine|ursprüngliche nachricht|"
    r"исходное сообщение|пересылаемое сообщение|orijinal ileti|الرسالة الأصلية|doorgestuurd bericht|"
    r"forwarded message)\s*-{2,}|_{10,})\s*$",
    re.IGNORECASE,
)
_FIELDS: Final = re.compile(r"^\s*\*?(van|from|de|von|от|від|kimden|من|از)\*?\s*:\s*\S", re.IGNORECASE)
_MORE_FIELDS: Final = re.compile(
    r"^\s*\*?(verzonden|datum|aan|onderwerp|sent|date|to|subject|envoyé|à|objet|gesendet|an|betreff|отправлено|дата|"
    r"кому|тема|надіслано|gönderildi|kime|konu|tarih|تاريخ|إلى|الموضوع|تم الإرسال|به|موضوع)\*?\s*:",
    re.IGNORECASE,
)
_SIGNATURE: Final = re.compile(
    r"^\s*(--\s*$|—\s*$|(verzonden|verstuurd) (vanaf|met|vanuit)\b|sent from (my|outlook|mail)\b|get outlook for\b|"
    r"(download )?outlook voor\b|(télécharge[zr]|obtenez) outlook\b|holen sie sich outlook\b|"
    r"envoyé (de|depuis) mon\b|von meinem .{2,30} gesendet|отправлено (с|из)\b|надіслано (з|із)\b|"
    r"iphone'?umdan gönderildi|.{2,30} gönderildi$|أُ?رسلت? من\b|مُ?رسل من\b|تم الإرسال من\b|ارسال شده از\b)",
    re.IGNORECASE,
)
# The words that end a letter, alone on their line or with a name: what follows says who wrote, not what.
_CLOSING: Final = re.compile(
    r"^\s*(((met )?(vriendelijke|hartelijke|lieve) )?(groet(en|jes)?)|mvg|m\.v\.g\.?|hoogachtend|"
    r"((kind|best|warm|with kind|with best) )?regards|best wishes|yours (sincerely|faithfully|truly)|sincerely|"
    r"(bien )?cordialement|bien à vous|salutations( distinguées)?|(mit freundlichen|viele|liebe) grüße(n)?|mfg|"
    r"с уважением|з повагою|saygılarımla|(en )?iyi dileklerimle|silav û rêz|salaan( sare)?|"
    r"(مع )?(أطيب |خالص )?(ال)?تحيات?ي?|وتفضلوا بقبول .{2,40}|با احترام|با سپاس|په درنښت|لەگەڵ ڕێزدا|ምስ ሰላምታ|ከሰላምታ ጋር)"
    r"\s*[,.!،]*(\s+\S+){0,3}\s*$",
    re.IGNORECASE,
)
_POSTSCRIPT: Final = re.compile(r"^\s*p\.?\s?s\b", re.IGNORECASE)
# Gmail puts marks of direction around names and times in Arabic and Persian.
_MARKS: Final = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


# More is no answer, and takes longer to look through than anybody's mail may.
_MOST_LINES: Final = 1_000
_LONGEST_LINE: Final = 1_000


def own_words(text: str) -> str:
    """The part of a reply that its writer wrote; "" when there is nothing but quotes."""
    written = text.replace("\r\n", "\n").replace("\r", "\n").split("\n", _MOST_LINES)[:_MOST_LINES]
    lines = [_MARKS.sub("", line.strip()[:_LONGEST_LINE]) for line in written]
    last_postscript = max((place for place, line in enumerate(lines) if _POSTSCRIPT.match(line)), default=-1)
    kept: list[str] = []
    for place, line in enumerate(lines):
        following = lines[place + 1] if place + 1 < len(lines) else ""
        if _SEPARATOR.match(line) or _SIGNATURE.match(line):
            break
        # Above a quote stands who wrote it, on one line or two; what looks like it elsewhere is somebody's sentence.
        if _is_above_quote(line, lines[place + 1 :]) or _is_above_quote_in_two(line, following, lines[place + 2 :]):
            break
        if _FIELDS.match(line) and any(_MORE_FIELDS.match(later) for later in lines[place + 1 : place + 4]):
            break
        if line.lstrip().startswith(">"):
            continue
        if _CLOSING.match(line) and any(kept) and place > last_postscript:
            break
        kept.append(written[place].rstrip())
    return "\n".join(kept).strip()


def _is_above_quote(line: str, below: list[str]) -> bool:
    if not (_ENDS.match(line) or (_BEGINS.match(line) and _DATED.search(line))):
        return False
    rest = [other for other in below if other.strip()]
    if rest and rest[0].lstrip().startswith(">"):
        return True
    # Programs that only indent mark nothing; then the line must look like nothing else.
    return _COMPLETE.search(line) is not None and not any(other.lstrip().startswith(">") for other in rest)


def _is_above_quote_in_two(line: str, following: str, below: list[str]) -> bool:
    both = f"{line} {following}"
    if _is_above_quote(following, below) and not (_BEGINS.match(both) and _DATED.search(line)):
        # The second line says it all: the first is the writer's own.
        return False
    return _is_above_quote(both, below)
