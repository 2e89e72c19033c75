"""What a person sends from the page instead of words, made fit to be kept and passed on: a photo, a voice note, a PDF.

What it is, its bytes tell; what the browser calls it is not looked at. A photo is drawn anew, which leaves behind where
and when it was taken; a sound becomes the OGG/Opus that messengers play. All of it is work for a thread.
"""

import io
import struct
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageOps

from bot.voice.encoding import MEDIA_TYPE, decode, note
from bot.voice.sound import SoundTooLong, VoiceFailed
from locales.rendering.render import File
from storage.vocabulary import MediaKind

LONGEST_SECONDS: Final = 305
_LONGEST_SIDE: Final = 1600
# A telephone's largest usual picture has 24 million pixels. A plain JPEG is read line by line, at a fraction of its
# size; anything else unfolds whole before it can be made small, twice where it has transparency: at most 160 MB.
_MOST_PIXELS: Final = 40_000_000
_MOST_UNFOLDED: Final = 20_000_000
_IMAGES: Final = ("JPEG", "PNG", "WEBP")
# FFmpeg is told what it reads: left to guess, it would also take playlists, which lead to other files.
_SOUNDS: Final = {b"OggS": "ogg", b"\x1a\x45\xdf\xa3": "matroska", b"ID3": "mp3"}
# Pictures in the same box as MP4.
_STILLS: Final = frozenset({b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis"})


class UploadRefused(Exception):
    """It is not taken; `why` is the page's text for it: "too_large" or "wrong_file"."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why
        self.status = 413 if why == "too_large" else 415


@dataclass(frozen=True, slots=True)
class Upload:
    """What was sent, as it is kept."""

    kind: MediaKind
    file: File


def fit(content: bytes) -> Upload:
    """A photo, a voice note or a document of these bytes.

    Raises:
        UploadRefused: it is none of these, broken, or unfolds to more than is taken.
    """
    if content.startswith(b"%PDF-"):
        return Upload(MediaKind.DOCUMENT, File("document.pdf", "application/pdf", content))
    if _is_image(content):
        return Upload(MediaKind.PHOTO, File("photo.jpg", "image/jpeg", _photo(content)))
    container = _container(content)
    if container is None:
        raise UploadRefused("wrong_file")
    return Upload(MediaKind.VOICE, File("voice.ogg", MEDIA_TYPE, _voice(content, container)))


def _is_image(content: bytes) -> bool:
    return content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or _riff(content) == b"WEBP"


def _riff(content: bytes) -> bytes:
    return content[8:12] if content.startswith(b"RIFF") else b""


def _container(content: bytes) -> str | None:
    """FFmpeg's name of the sound file that begins like this."""
    found = next((name for begin, name in _SOUNDS.items() if content.startswith(begin)), None)
    if found is not None:
        return found
    if _riff(content) == b"WAVE":
        return "wav"
    if content[4:8] == b"ftyp" and content[8:12] not in _STILLS:
        return "mp4"
    # The first frame of a bare stream: eleven bits set, then the version and, in two bits, the layer (none: AAC).
    if len(content) > 1 and content[0] == 0xFF and content[1] & 0xE0 == 0xE0:
        return "mp3" if content[1] & 0x06 else "aac"
    return None


def _photo(content: bytes) -> bytes:
    try:
        with Image.open(io.BytesIO(content), formats=_IMAGES) as image:
            by_line = image.format == "JPEG" and not image.info.get("progressive")
            if image.width * image.height > (_MOST_PIXELS if by_line else _MOST_UNFOLDED):
                raise UploadRefused("too_large")
            # A JPEG is read at a fraction of its size where that is enough.
            image.draft("RGB", (_LONGEST_SIDE, _LONGEST_SIDE))
            # Small first: turning it makes a copy.
            image.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
            pixels = ImageOps.exif_transpose(image).convert("RGBA")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise UploadRefused("too_large") from error
    except (OSError, SyntaxError, ValueError, EOFError, struct.error) as error:
        raise UploadRefused("wrong_file") from error
    # A new picture has nothing of the old one but its pixels: no place, no camera, no comment.
    clean = Image.new("RGB", pixels.size, "white")
    clean.paste(pixels, mask=pixels)
    made = io.BytesIO()
    clean.save(made, "JPEG", quality=82, optimize=True)
    return made.getvalue()


def _voice(content: bytes, container: str) -> bytes:
    try:
        return note(decode(content, container=container, longest_seconds=LONGEST_SECONDS))
    except SoundTooLong as error:
        raise UploadRefused("too_large") from error
    except VoiceFailed as error:
        raise UploadRefused("wrong_file") from error
