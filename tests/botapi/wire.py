"""HTTP requests in, answers and resets out."""

import json
import socket
import struct

from aiohttp import BodyPartReader, hdrs, web

from tests.botapi.errors import ApiError, Json, bad_request
from tests.botapi.schema import RawRequest, Upload


async def read_request(request: web.Request) -> RawRequest:
    """Query and body; ApiError 400 for a body that is not what it says."""
    fields: dict[str, object] = dict(request.query)
    files: dict[str, Upload] = {}
    if request.method not in {hdrs.METH_GET, hdrs.METH_POST}:
        raise ApiError(405, "Method Not Allowed")
    if not request.can_read_body:
        return RawRequest(fields, files)
    match request.content_type:
        case "application/json":
            try:
                body = await request.json()
            except ValueError:
                raise bad_request("can't parse JSON body") from None
            if not isinstance(body, dict):
                raise bad_request("can't parse JSON body: object expected")
            fields.update(body)
        case "application/x-www-form-urlencoded":
            fields.update({name: str(value) for name, value in (await request.post()).items()})
        case "multipart/form-data":
            async for part in await request.multipart():
                if not isinstance(part, BodyPartReader) or part.name is None:
                    raise bad_request("can't parse multipart body")
                if part.filename is None:
                    fields[part.name] = await part.text()
                else:
                    files[part.name] = Upload(part.filename, bytes(await part.read()))
        case other:
            if await request.read():
                raise bad_request(f"unsupported content type {other}")
    return RawRequest(fields, files)


def chat_of(raw: RawRequest) -> int | None:
    """The chat a request is about, for faults and counts; None where it names none by number."""
    chat = raw.fields.get("chat_id")
    try:
        return int(chat) if isinstance(chat, int | str) else None
    except ValueError:
        return None


def answer(body: Json, status: int) -> web.Response:
    """The HTTP answer; a 429 has its Retry-After header too."""
    headers = {}
    if "parameters" in body and isinstance(body["parameters"], dict):
        headers["Retry-After"] = str(body["parameters"]["retry_after"])
    return web.Response(body=json.dumps(body).encode(), status=status, content_type="application/json", headers=headers)


def reset_connection(request: web.Request) -> web.Response:
    """A TCP reset: whoever waits for the answer gets a connection error."""
    transport = request.transport
    if transport is not None:
        connection = transport.get_extra_info("socket")
        if connection is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return web.Response()


async def huge_answer(request: web.Request, megabytes: int = 150) -> web.StreamResponse:
    """An answer far beyond what any client should read; ends when the client has had enough."""
    response = web.StreamResponse(headers={"content-type": "application/json"})
    await response.prepare(request)
    try:
        for _ in range(megabytes):
            await response.write(b" " * 1_000_000)
        await response.write_eof()
    except ConnectionError:
        pass
    return response
