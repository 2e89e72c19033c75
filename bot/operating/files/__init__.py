"""What the machine of a deployment needs beside the program: units, a proxy, alarms, a dashboard. No code."""

from pathlib import Path


def folder() -> Path:
    """Where these files are."""
    return Path(__file__).parent
