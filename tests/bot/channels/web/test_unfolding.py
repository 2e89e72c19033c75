"""What is sent unfolds within a bound, one thing at a time, over a real connection."""

import asyncio
import io
import subprocess
import sys
import threading
from secrets import token_hex

import httpx
import pytest
from PIL import Image

from bot.channels.web import routes
from bot.channels.web.uploads import Upload
from locales.rendering.render import File
from storage.engine.database import Database
from storage.vocabulary import MediaKind
from tests.bot.channels.web.files import bomb
from tests.browser.serving import served

MEGABYTE = 1024 * 1024
# What Python, Pillow and the file itself take beside the pixels.
MOST = 230 * MEGABYTE
MEASURE = """
import resource, sys
from bot.channels.web.uploads import UploadRefused, fit
content = sys.stdin.buffer.read()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    said = fit(content).file.media_type
except UploadRefused as refused:
    said = refused.why
print(said, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024)
"""


def picture(mode: str, side: int, form: str, **said: object) -> bytes:
    made = io.BytesIO()
    Image.new(mode, (side, side)).save(made, form, **said)
    return made.getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(lambda: picture("RGBA", 4400, "PNG"), "image/jpeg", id="transparent, 19 million"),
        pytest.param(lambda: picture("RGB", 4400, "JPEG", progressive=True), "image/jpeg", id="progressive"),
        pytest.param(lambda: picture("RGB", 6300, "JPEG"), "image/jpeg", id="a telephone's, 40 million"),
        pytest.param(lambda: picture("RGBA", 4600, "PNG"), "too_large", id="transparent, 21 million"),
        pytest.param(lambda: picture("RGB", 4600, "JPEG", progressive=True), "too_large", id="progressive, 21 million"),
        pytest.param(bomb, "too_large", id="says it is large"),
    ],
)
def test_no_picture_takes_more_memory_than_there_is_for_it(content: object, said: str) -> None:
    assert callable(content)
    done = subprocess.run(
        [sys.executable, "-c", MEASURE], input=content(), capture_output=True, check=True, timeout=120
    )
    what, took = done.stdout.decode().split()
    assert what == said
    assert int(took) < (MOST if said != "too_large" else 20 * MEGABYTE)


async def test_one_thing_is_unfolded_at_a_time(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    meeting, met, unfolded = threading.Barrier(2), threading.Event(), []

    def fit(content: bytes) -> Upload:
        try:
            meeting.wait(timeout=0.3)
            met.set()
        except threading.BrokenBarrierError:
            meeting.reset()
        unfolded.append(content)
        return Upload(MediaKind.PHOTO, File("photo.jpg", "image/jpeg", content))

    monkeypatch.setattr(routes, "fit", fit)
    async with (
        served(sqlite_database) as town,
        httpx.AsyncClient(base_url=town.url, headers={"origin": town.url}, timeout=60) as client,
    ):
        await client.post("/chat/open", json={"token": token_hex(32), "code": await town.rig.person()})

        async def send() -> int:
            answer = await client.post(
                f"/chat/send?event={token_hex(16)}",
                content=token_hex(8).encode(),
                headers={"content-type": "application/octet-stream"},
            )
            return answer.status_code

        assert await asyncio.gather(*(send() for _ in range(4))) == [200] * 4
    assert len(unfolded) == 4
    assert not met.is_set()
