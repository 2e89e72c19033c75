"""python-telegram-bot's bare echo handler behind a webhook, as a process of its own: what `bench chat` compares with.

A text is sent back. A pressed button is answered, then its message loses its buttons, as every bot with buttons does.

`python -m bot.bench.echo API_URL` prints its port and serves until its standard input ends.
"""

import asyncio
import os
import socket
import sys

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram import Message, Update
from telegram.ext import Application, CallbackQueryHandler, ContextTypes, MessageHandler, filters


async def _echo(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    if update.message is not None:
        await update.message.reply_text(update.message.text or "")


async def _answer(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    query = update.callback_query
    if query is not None and isinstance(query.message, Message):
        await query.message.reply_text(query.data or "")
        await query.edit_message_reply_markup(None)


async def serve(api_url: str, token: str) -> None:
    """See the module's docstring."""
    os.environ.setdefault("PTB_TIMEDELTA", "true")
    application = Application.builder().token(token).base_url(f"{api_url}/bot").updater(None).build()
    application.add_handler(MessageHandler(filters.TEXT, _echo))
    application.add_handler(CallbackQueryHandler(_answer))

    async def webhook(request: Request) -> Response:
        await application.update_queue.put(Update.de_json(await request.json(), application.bot))
        return Response()

    bound = socket.create_server(("127.0.0.1", 0))
    app = Starlette(routes=[Route("/telegram/webhook", webhook, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off"))
    async with application:
        await application.start()
        serving = asyncio.create_task(server.serve(sockets=[bound]))
        sys.stdout.write(f"{bound.getsockname()[1]}\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)
        server.should_exit = True
        await serving
        await application.stop()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], sys.argv[2]))
