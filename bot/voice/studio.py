"""Puts the speaker together from its parts, with what a municipality recorded."""

from pathlib import Path

from bot.voice.recordings import Recordings
from bot.voice.speaking import Speaker
from bot.voice.speech import SpeechWriter
from bot.voice.synthesis import Espeak
from locales.glossary.reading import load_glossary
from locales.rendering.render import Renderer


def build_speaker(renderer: Renderer, recordings: Path | None = None, *, unreviewed: bool = False) -> Speaker:
    """The speaker of a service: eSpeak NG, and the recordings of a folder before it; with `unreviewed`, also the voices
    that nobody listened to yet.

    Raises:
        locales.glossary.reading.GlossaryError: the glossary is not in order.
    """
    writer = SpeechWriter(renderer.catalogs, renderer.zone, load_glossary())
    return Speaker(writer, Espeak(unreviewed=unreviewed), Recordings(recordings) if recordings is not None else None)
