"""Voices that read text aloud: the protocol that any synthesiser fits, and eSpeak NG.

Another synthesiser (Piper, a municipality's own) is a class with these two members, given to the Speaker instead.
"""

import ctypes
import threading
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final, NamedTuple, Protocol

import numpy as np

from bot.voice.somali import to_phonemes
from bot.voice.sorani import to_kurmanji
from bot.voice.sound import Pcm, VoiceFailed


class Synthesiser(Protocol):
    """Reads text aloud. `speak` may be called from several threads at once and may take its time."""

    @property
    def locales(self) -> frozenset[str]:
        """The languages it has a voice for."""
        ...

    def speak(self, text: str, locale: str, slow: bool = False) -> Pcm:
        """The text as sound.

        Raises:
            VoiceFailed: when there is no such voice or it did not work.
        """
        ...


class _Voice(NamedTuple):
    name: str
    # Words a minute, set by measuring: ten to twelve letters a second. eSpeak counts its own "words", so that the same
    # number is much slower in Tigrinya than in French.
    pace: int
    # What makes of the text something that this voice reads, and whether that is phonemes.
    spells: Callable[[str], str] = str
    phonemes: bool = False


# Pashto has no voice (its words are missing from the wheel: tests/bot/voice say when they come); Dari is read by the
# Persian one.
_VOICES: Final = {
    "nl": _Voice("nl", 138),
    "en": _Voice("en", 138),
    "ar": _Voice("ar", 160),
    "ti": _Voice("ti", 195),
    "am": _Voice("am", 190),
    "fa": _Voice("fa", 155),
    "fa_AF": _Voice("fa", 155),
    "tr": _Voice("tr", 145),
    "ku": _Voice("ku", 142),
    "uk": _Voice("uk", 170),
    "ru": _Voice("ru", 135),
    "fr": _Voice("fr", 128),
}
# Made of another language's voice, and heard by nobody yet who speaks the language: off until somebody did.
_UNREVIEWED: Final = {
    "ckb": _Voice("ku", 142, to_kurmanji),
    "so": _Voice("ar", 165, to_phonemes, phonemes=True),
}
_SLOWER: Final = 0.8
# Below this eSpeak's speech falls to pieces.
_LEAST_PACE: Final = 80
# Ethiopic marks are unknown to eSpeak's clause breaker: the marks that it rests at.
_MARKS: Final = str.maketrans({"።": ".", "፣": ",", "፤": ";", "፥": ":", "፦": ":", "፡": ",", "፧": "?", "\0": " "})

# speak_lib.h: AUDIO_OUTPUT_SYNCHRONOUS, espeakINITIALIZE_DONT_EXIT, espeakRATE, espeakCHARS_UTF8, POS_CHARACTER.
_SYNCHRONOUS: Final = 2
_DONT_EXIT: Final = 0x8000
_RATE: Final = 1
_UTF8: Final = 1
_POS_CHARACTER: Final = 1
_PHONEMES: Final = 0x100
_PHONEMES_IPA: Final = 2
# Milliseconds of sound that eSpeak hands over at a time; few hand-overs, for each takes the interpreter's lock.
_BUFFER_MS: Final = 1000

_STARTING: Final = threading.Lock()
_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


class Espeak:
    """eSpeak NG in memory, by the library that espeakng-loader brings, loaded when something is said first. A sentence
    takes some 5 to 20 ms. `unreviewed` voices too are those that nobody listened to yet."""

    def __init__(self, *, unreviewed: bool = False) -> None:
        self._voices = {**_VOICES, **(_UNREVIEWED if unreviewed else {})}

    @property
    def locales(self) -> frozenset[str]:
        """The languages it has a voice for."""
        return frozenset(self._voices)

    def speak(self, text: str, locale: str, slow: bool = False) -> Pcm:
        """The text as sound; see Synthesiser."""
        voice = self._voice(locale)
        pace = max(_LEAST_PACE, round(voice.pace * _SLOWER)) if slow else voice.pace
        return _engine().speak(voice.spells(text.translate(_MARKS)), voice.name, pace, phonemes=voice.phonemes)

    def phonemes(self, text: str, locale: str) -> str:
        """How the voice reads the text, in IPA: to look at what cannot be listened to. What a voice is given as
        phonemes already is those, in eSpeak's own letters."""
        voice = self._voice(locale)
        spelled = voice.spells(text.translate(_MARKS))
        return spelled if voice.phonemes else _engine().phonemes(spelled, voice.name)

    def _voice(self, locale: str) -> _Voice:
        try:
            return self._voices[locale]
        except KeyError:
            raise VoiceFailed(f"no voice speaks {locale}") from None


class _Engine:
    """The library, whose state is the process's: one text at a time.

    One engine is enough: it is quicker than the encoder, and while it works the interpreter serves others. The same
    text does not sound the same to the last sample: the voice's waver goes on from one text to the next.
    """

    def __init__(self, library: ctypes.CDLL, data: str) -> None:
        self._lock = threading.Lock()
        self._library = library
        self._heard = bytearray()
        self._library.espeak_TextToPhonemes.restype = ctypes.c_char_p
        self._rate = int(self._library.espeak_Initialize(_SYNCHRONOUS, _BUFFER_MS, data.encode(), _DONT_EXIT))
        if self._rate <= 0:
            raise VoiceFailed("eSpeak could not be started")
        # Kept, because the library calls it as long as the process lives.
        self._callback = _Callback(self._hear)
        self._library.espeak_SetSynthCallback(self._callback)

    def speak(self, text: str, voice: str, pace: int, *, phonemes: bool = False) -> Pcm:
        said = text.encode()
        flags = _UTF8 | (_PHONEMES if phonemes else 0)
        with self._lock:
            self._heard.clear()
            self._choose(voice)
            self._library.espeak_SetParameter(_RATE, pace, 0)
            failed = self._library.espeak_Synth(
                said, ctypes.c_size_t(len(said) + 1), 0, _POS_CHARACTER, 0, flags, None, None
            )
            samples = np.frombuffer(bytes(self._heard), np.int16)
        if failed or not len(samples):
            raise VoiceFailed(f"eSpeak said nothing ({failed})")
        return Pcm(samples, self._rate)

    def phonemes(self, text: str, voice: str) -> str:
        buffer = ctypes.create_string_buffer(text.encode())
        at = ctypes.c_void_p(ctypes.addressof(buffer))
        clauses: list[str] = []
        with self._lock:
            self._choose(voice)
            while at.value:
                clauses.append(self._library.espeak_TextToPhonemes(ctypes.byref(at), _UTF8, _PHONEMES_IPA).decode())
        return " ".join(clauses)

    def _choose(self, voice: str) -> None:
        if self._library.espeak_SetVoiceByName(voice.encode()):
            raise VoiceFailed(f"eSpeak has no voice {voice}")

    def _hear(self, samples: Any, count: int, _events: Any) -> int:
        if samples and count > 0:
            self._heard += ctypes.string_at(samples, count * 2)
        return 0


def _engine() -> _Engine:
    # Two threads may say something first; the library bears to be started once.
    with _STARTING:
        return _started()


@lru_cache(maxsize=1)
def _started() -> _Engine:
    try:
        import espeakng_loader

        find_library: Callable[[], str] = espeakng_loader.get_library_path
        find_data: Callable[[], str] = espeakng_loader.get_data_path
        return _Engine(ctypes.CDLL(find_library()), find_data())
    except (ImportError, OSError, RuntimeError) as error:
        raise VoiceFailed("eSpeak's library could not be loaded: install espeakng-loader") from error
