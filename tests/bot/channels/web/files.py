"""Files as telephones send them, made here: pictures with a place in them, sounds in every box, hostile ones."""

import io
import struct
import zlib

import av
import numpy as np
from PIL import Image

from bot.voice.encoding import RATE
from tests.bot.voice.beeps import tone

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
PLACE = "Graaf Wichmanlaan 10"


def picture(kind: str = "JPEG", size: tuple[int, int] = (64, 48), *, mode: str = "RGB") -> bytes:
    """A picture whose left half is red and whose right half is blue."""
    image = Image.new(mode, size, "blue")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    file = io.BytesIO()
    image.save(file, kind)
    return file.getvalue()


def photo_with_a_place() -> bytes:
    """A JPEG that lies on its side, with GPS, a description and a comment."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = PLACE
    exif.get_ifd(0x8825)[1] = "N"
    file = io.BytesIO()
    Image.open(io.BytesIO(picture(size=(64, 48)))).save(file, "JPEG", exif=exif, comment=PLACE.encode())
    return file.getvalue()


def bomb(width: int = 60_000, height: int = 60_000) -> bytes:
    """A PNG of a few bytes that says to be of this size."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 99)) + chunk(b"IEND", b"")


def sound(box: str, codec: str, seconds: float = 2.0) -> bytes:
    """A hum in a container of FFmpeg's, by a codec of FFmpeg's."""
    file = io.BytesIO()
    with av.open(file, "w", format=box) as container:
        stream = container.add_stream(codec, rate=RATE, layout="mono")
        assert isinstance(stream, av.AudioStream)
        frame = av.AudioFrame.from_ndarray(tone(seconds).samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = RATE
        resampler = av.AudioResampler(stream.format, "mono", RATE, stream.frame_size or None)
        for made in [*resampler.resample(frame), *resampler.resample(None)]:
            container.mux(stream.encode(made))
        container.mux(stream.encode(None))
    return file.getvalue()


def film() -> bytes:
    """A film without sound."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=5)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for _ in range(5):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8), format="rgb24")))
        container.mux(stream.encode(None))
    return file.getvalue()
