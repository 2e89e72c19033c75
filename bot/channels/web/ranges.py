"""Files that a page shows or plays: whole, or the part that a player asks for (Safari plays no sound without)."""

import re
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from locales.rendering.render import File

_RANGE: Final = re.compile(r"bytes=(\d{1,12})-(\d{0,12})")
# A shared telephone keeps nobody's pictures and voice.
_KEPT: Final = {"cache-control": "no-store", "accept-ranges": "bytes"}


def ranged(request: Request, file: File) -> Response:
    """The file, or with a Range header of one range that part of it (RFC 9110, 14.2); anything odd gets all of it."""
    asked = _RANGE.fullmatch(request.headers.get("range", ""))
    size = len(file.content)
    if asked is None:
        return Response(file.content, media_type=file.media_type, headers=_KEPT)
    first = int(asked[1])
    last = min(int(asked[2]) if asked[2] else size - 1, size - 1)
    if first > last:
        return Response(status_code=416, headers={"content-range": f"bytes */{size}"})
    headers = {**_KEPT, "content-range": f"bytes {first}-{last}/{size}"}
    return Response(file.content[first : last + 1], status_code=206, media_type=file.media_type, headers=headers)
