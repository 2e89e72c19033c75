"""The Speaker: messages in, sound files out, without holding up anybody.

Sound is made in threads (eSpeak and FFmpeg let the interpreter go) and kept in a cache that is bounded in bytes;
whoever asks for what is being made waits for the same work.
"""

import asyncio
import hashlib
import os
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from bot.voice.cleaning import has_words
from bot.voice.encoding import MEDIA_TYPE, at_rate, encode, even, joined, rest
from bot.voice.moments import Piece
from bot.voice.recordings import Recordings
from bot.voice.sound import Pcm, VoiceFailed
from bot.voice.speech import Sentence, Speech, SpeechWriter, said_by
from bot.voice.synthesis import Synthesiser
from locales.rendering.languages import SOURCE
from locales.rendering.message import Body
from locales.rendering.render import File, Rendered

FILE_NAME: Final = "message.ogg"
_BETWEEN_SENTENCES: Final = 0.35
_BETWEEN_VOICES: Final = 0.08
# Some minutes of work. Who comes after that gets the message now and without sound.
_MOST_WAITING: Final = 1_000


@dataclass(frozen=True, slots=True)
class Spoken:
    """A message that can be heard. `language` is the one really spoken, which is Dutch (slowly) where nobody speaks the
    reader's; the caller then says so ("voice.no_voice")."""

    file: File
    language: str


class Speaker:
    """Speaks messages: recordings first, then the synthesiser, then slow Dutch.

    `cache_bytes` bounds the files that are kept, `workers` the threads (by default one a core). Not for use in more
    than one event loop.
    """

    def __init__(
        self,
        writer: SpeechWriter,
        synthesiser: Synthesiser,
        recordings: Recordings | None = None,
        *,
        cache_bytes: int = 16_000_000,
        workers: int | None = None,
    ) -> None:
        self._writer = writer
        self._studio = _Studio(synthesiser, recordings)
        self._threads = ThreadPoolExecutor(workers or os.cpu_count() or 1, thread_name_prefix="voice")
        self._cache: OrderedDict[bytes, Spoken | None] = OrderedDict()
        self._cache_bytes = cache_bytes
        self._cached_bytes = 0
        self._under_way: dict[bytes, asyncio.Task[Spoken | None]] = {}

    @property
    def voices(self) -> frozenset[str]:
        """The languages that are spoken without recordings."""
        return self._studio.synthesiser.locales

    @property
    def cached_bytes(self) -> int:
        """How much sound is kept."""
        return self._cached_bytes

    async def spoken(self, message: Body | Rendered, locale: str, *, with_choices: bool = False) -> Spoken | None:
        """The message as sound, or None when there is nothing to say.

        A Body is better: its names and times are known as such, and it can fall back to Dutch. A rendered message in a
        language without a voice is None unless recordings have it.

        Raises:
            VoiceFailed: go on without sound.
        """
        if isinstance(message, Rendered):
            return await self.say(self._writer.read(message, with_choices=with_choices))
        speech = self._writer.speech(message, locale, with_choices=with_choices)
        dutch = None
        if locale not in self.voices:
            dutch = self._writer.speech(message, SOURCE, with_choices=with_choices)
        return await self.say(speech, dutch)

    async def say(self, speech: Speech, otherwise: Speech | None = None) -> Spoken | None:
        """A speech as sound; `otherwise` is said slowly where no voice can say the first.

        Raises:
            VoiceFailed: go on without sound.
        """
        key = hashlib.blake2b(repr((speech, otherwise)).encode(), digest_size=16).digest()
        if key in self._cache:
            self._cache.move_to_end(key)
            return self._cache[key]
        task = self._under_way.get(key)
        if task is None:
            if len(self._under_way) >= _MOST_WAITING:
                raise VoiceFailed("too much to say at once")
            task = asyncio.create_task(self._make(key, speech, otherwise))
            self._under_way[key] = task
            task.add_done_callback(lambda done: self._forget(key, done))
        # One who stops waiting does not take the sound from the others.
        return await asyncio.shield(task)

    async def sound(
        self, speech: Speech, otherwise: Speech | None = None, *, rate: int, slow: bool = False
    ) -> Pcm | None:
        """A speech as samples, `rate` a second, for who plays it themselves; None when nobody can say it. It is not
        kept. See `say` for `otherwise`.

        Raises:
            VoiceFailed: go on without sound.
        """
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, self._studio.play, speech, otherwise, rate, slow)
        except RuntimeError as error:
            raise VoiceFailed("the speaker is closed") from error

    async def say_in_turn(self, lines: Sequence[tuple[str, str]]) -> Spoken | None:
        """Lines of text, each with its language, by each language's own voice: the names of languages, for one. Lines
        without a voice are left out; None when none is left.

        Raises:
            VoiceFailed: go on without sound.
        """
        heard = [(text, locale) for text, locale in lines if locale in self.voices]
        sentences = [sentence for text, locale in heard for sentence in self._writer.plain(text, locale).sentences]
        return await self.say(Speech(sentences[0].locale, tuple(sentences))) if sentences else None

    async def close(self) -> None:
        """Stop; what waits for a thread is given up."""
        await asyncio.to_thread(self._threads.shutdown, cancel_futures=True)
        await asyncio.gather(*self._under_way.values(), return_exceptions=True)

    async def _make(self, key: bytes, speech: Speech, otherwise: Speech | None) -> Spoken | None:
        try:
            loop = asyncio.get_running_loop()
            made = await loop.run_in_executor(self._threads, self._studio.record, speech, otherwise)
        except RuntimeError as error:
            raise VoiceFailed("the speaker is closed") from error
        self._keep(key, made)
        return made

    def _forget(self, key: bytes, done: asyncio.Task[Spoken | None]) -> None:
        del self._under_way[key]
        if not done.cancelled():
            # Asked for, so that a failure that nobody waits for any more is not reported as lost.
            done.exception()

    def _keep(self, key: bytes, made: Spoken | None) -> None:
        size = _size(made)
        if size > self._cache_bytes:
            return
        self._cache[key] = made
        self._cached_bytes += size
        while self._cached_bytes > self._cache_bytes:
            _, oldest = self._cache.popitem(last=False)
            self._cached_bytes -= _size(oldest)


def _size(made: Spoken | None) -> int:
    # What keeps an entry costs as well, so that empty ones are bounded too.
    return 500 + (0 if made is None else len(made.file.content))


class _Studio:
    """Makes the sound of a speech; called in threads."""

    def __init__(self, synthesiser: Synthesiser, recordings: Recordings | None) -> None:
        self.synthesiser = synthesiser
        self._recordings = recordings

    def record(self, speech: Speech, otherwise: Speech | None) -> Spoken | None:
        """The sound file of the first of the two that can be said wholly."""
        made = self._sounds(speech, otherwise)
        return Spoken(File(FILE_NAME, MEDIA_TYPE, encode(made[0])), _language(made[1])) if made is not None else None

    def play(self, speech: Speech, otherwise: Speech | None, rate: int, slow: bool) -> Pcm | None:
        """The samples of the first of the two that can be said wholly."""
        made = self._sounds(speech, otherwise, slow=slow)
        return at_rate(joined(made[0]), rate) if made is not None else None

    def _sounds(
        self, speech: Speech, otherwise: Speech | None, *, slow: bool = False
    ) -> tuple[Sequence[Pcm], Speech] | None:
        for said, slowly in ((speech, slow), (otherwise, True)):
            if said is None or not said.sentences:
                continue
            sounds: list[Pcm] = []
            for sentence in said.sentences:
                made = self._sentence(sentence, slow=slowly)
                if made is None:
                    break
                sounds += [*made, rest(_BETWEEN_SENTENCES)]
            else:
                return sounds[:-1], said
        return None

    def _sentence(self, sentence: Sentence, *, slow: bool) -> list[Pcm] | None:
        """A sentence from recordings, or else from voices; None when neither has all of it."""
        if self._recordings is not None:
            whole = self._recordings.whole(sentence.whole, sentence.locale) if sentence.whole else None
            recorded = [whole] if whole is not None else self._from_pieces(sentence, self._recordings)
            if recorded:
                return recorded
        segments = sentence.segments
        if any(segment.locale not in self.synthesiser.locales for segment in segments):
            return None
        return list(self._spaced(even(self.synthesiser.speak(*segment, slow)) for segment in segments))

    def _from_pieces(self, sentence: Sentence, recordings: Recordings) -> list[Pcm] | None:
        sounds: list[Pcm] = []
        for piece in sentence.pieces:
            if not piece.name and not any(has_words(segment.text) for segment in piece.segments):
                continue
            sound = recordings.piece(piece.name, sentence.locale) if piece.name else None
            made = [sound] if sound is not None else self._somebody(piece)
            if made is None:
                return None
            sounds += made
        return sounds

    def _somebody(self, piece: Piece) -> list[Pcm] | None:
        """A name or place that nobody recorded, by its voice."""
        segments = said_by(piece.segments)
        if not piece.of_somebody or any(segment.locale not in self.synthesiser.locales for segment in segments):
            return None
        return [even(self.synthesiser.speak(*segment)) for segment in segments]

    @staticmethod
    def _spaced(sounds: Iterator[Pcm]) -> Iterator[Pcm]:
        for at, sound in enumerate(sounds):
            if at:
                yield rest(_BETWEEN_VOICES)
            yield sound


def _language(speech: Speech) -> str:
    """The speech's own, unless its texts were all found in another (a catalog that is not translated yet)."""
    found = {sentence.locale for sentence in speech.sentences}
    return speech.locale if speech.locale in found else speech.sentences[0].locale
