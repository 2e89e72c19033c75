"""`python -m tests.botapi`: the counterpart as a process of its own, until it is interrupted."""

import argparse
import asyncio
import signal
from collections.abc import Sequence

from tests.botapi.faults import Flood
from tests.botapi.quick import QuickBotApi
from tests.botapi.server import DEFAULT_TOKEN, DEFAULT_USERNAME, BotApi


async def serve(api: BotApi | QuickBotApi) -> None:
    """Serve until SIGINT or SIGTERM; the first line on standard output is the address."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with api:
        print(api.url, flush=True)
        await stop.wait()


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(prog="python -m tests.botapi", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--token", default=DEFAULT_TOKEN)
    parser.add_argument("--username", default=DEFAULT_USERNAME)
    parser.add_argument("--first-update-id", type=int, default=1, help="where the numbering of updates begins")
    parser.add_argument("--any-chat", action="store_true", help="the bot may write to people who never started it")
    parser.add_argument("--flood", action="store_true", help="flood control: 30 messages a second, 1 for one chat")
    parser.add_argument("--quick", action="store_true", help="check nothing and answer at once, for benchmarks")
    parser.add_argument("--record", action="store_true", help="with --quick: keep the messages")
    given = parser.parse_args(arguments)
    if given.quick:
        asyncio.run(serve(QuickBotApi(token=given.token, host=given.host, port=given.port, record=given.record)))
        return
    asyncio.run(
        serve(
            BotApi(
                token=given.token,
                username=given.username,
                host=given.host,
                port=given.port,
                any_chat=given.any_chat,
                first_update_id=given.first_update_id,
                flood=Flood() if given.flood else None,
            )
        )
    )


if __name__ == "__main__":
    main()
