"""`maatje translations …`: the state of the catalogs."""

import typer

app = typer.Typer(no_args_is_help=True, help="The catalogs and their state.")
