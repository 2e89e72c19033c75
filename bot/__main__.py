"""`python -m bot` is `maatje`."""

from bot.cli import main

main()
