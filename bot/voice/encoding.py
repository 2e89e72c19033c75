"""From sounds to one OGG/Opus file: even loudness, short rests between, small enough for a slow telephone line."""

import io
from collections.abc import Sequence
from typing import Final

import av
import numpy as np
from av.stream import Disposition
from numpy.typing import NDArray

from bot.voice.sound import Pcm, Samples, SoundTooLong, VoiceFailed, as_samples

RATE: Final = 48_000
MEDIA_TYPE: Final = "audio/ogg"
# What a spoken message may weigh; a longer one gets fewer bits a second, down to what speech can bear.
MOST_BYTES: Final = 29_500
_MOST_BITS: Final = 24_000
_LEAST_BITS: Final = 6_000
# What the container and lively passages add to the bits that were asked for.
_MARGIN: Final = 0.82

# Where a voice lies, and where its peaks end: loud enough for a small loudspeaker in a street, not clipped.
# Six decibels are left for Opus, which at few bits a second overshoots what it was given.
_LOUDNESS: Final = 10 ** (-20 / 20)
_CEILING: Final = 10 ** (-6 / 20)
_KNEE: Final = 0.35
# What is tried for a sound whose peaks do not survive the encoding: another way of coding, then softer.
_RETRIES: Final = (("audio", 1.0), ("voip", 0.8), ("audio", 0.7))
_FULL_SCALE: Final = 32_767
# Short sounds have bits for more than one of Opus's ways of coding; where it changes from one to another it can
# crackle. Longer ones were never seen to lose more than a stray sample.
_CHECKED_SECONDS: Final = 16
# 50 dB under full scale is silence.
_SILENCE: Final = 10 ** (-50 / 20)
_FRAME_SECONDS: Final = 0.02
_EDGE_SECONDS: Final = 0.03

# Frames of 60 ms and a light search: a third of the time of libopus's defaults, at the same size.
_OPUS: Final = {"frame_duration": "60", "compression_level": "0", "vbr": "on"}


def rest(seconds: float) -> Pcm:
    """Silence."""
    return Pcm(np.zeros(round(seconds * RATE), np.int16), RATE)


def even(sound: Pcm) -> Pcm:
    """The sound at our rate, without silence at its ends, as loud as all others.

    Only what is heard counts for the loudness; peaks are rounded off under the ceiling, never cut.
    """
    values = _resampled(sound).astype(np.float32) / 32768
    frame = round(RATE * _FRAME_SECONDS)
    whole = values[: len(values) // frame * frame].reshape(-1, frame)
    levels = np.sqrt((whole**2).mean(axis=1))
    heard = np.flatnonzero(levels > _SILENCE)
    if not len(heard):
        return rest(0)
    edge = round(RATE * _EDGE_SECONDS)
    start, end = max(0, heard[0] * frame - edge), (heard[-1] + 1) * frame + edge
    loudness = float(np.sqrt((levels[heard] ** 2).mean()))
    return Pcm(as_samples(_rounded((values[start:end] * (_LOUDNESS / loudness)).astype(np.float32))), RATE)


def encode(sounds: Sequence[Pcm]) -> bytes:
    """The sounds, one after another, as one OGG file: 48 kHz mono Opus. All must be at our rate.

    The same sounds make the same bytes. A short file is decoded again, and one that crackles made again in another way.

    Raises:
        VoiceFailed: when there is nothing to be heard.
    """
    samples = np.concatenate([sound.samples for sound in sounds]) if sounds else np.zeros(0, np.int16)
    if not samples.any():
        raise VoiceFailed("there is nothing to be heard")
    made = [_encoded(samples)]
    if len(samples) > _CHECKED_SECONDS * RATE:
        return made[0]
    for application, share in _RETRIES:
        if _overshoot(made[-1]) == 0:
            return made[-1]
        made.append(_encoded((samples * share).astype(np.int16), application))
    return min(made, key=_overshoot)


def note(sound: Pcm) -> bytes:
    """What a person said, as a voice note: as loud and as long as it was, 48 kHz mono Opus. It must be at our rate."""
    return _encoded(sound.samples, bits=_MOST_BITS)


def decode(content: bytes, *, container: str | None = None, longest_seconds: float | None = None) -> Pcm:
    """A sound file as one channel at our rate: any that FFmpeg reads, or none but this `container` (FFmpeg's name).

    Raises:
        VoiceFailed: when it is no sound file (a film is none) or a broken one.
        SoundTooLong: when it goes on after `longest_seconds`; the rest is not read.
    """
    heard: list[Samples] = []
    samples = 0
    most = None if longest_seconds is None else longest_seconds * RATE
    try:
        with av.open(io.BytesIO(content), "r", format=container) as opened:
            if any(not stream.disposition & Disposition.attached_pic for stream in opened.streams.video):
                raise VoiceFailed("a film")
            resampler = av.AudioResampler("s16", "mono", RATE)
            for frame in opened.decode(audio=0):
                made_now = [made.to_ndarray()[0] for made in resampler.resample(frame)]
                heard.extend(made_now)
                samples += sum(map(len, made_now))
                if most is not None and samples > most:
                    raise SoundTooLong("a sound that goes on for too long")
            heard.extend(made.to_ndarray()[0] for made in resampler.resample(None))
    except (av.FFmpegError, IndexError, ValueError) as error:
        raise VoiceFailed("not a sound file that can be read") from error
    if not heard:
        raise VoiceFailed("a sound file without sound")
    return Pcm(np.concatenate(heard), RATE)


def _overshoot(content: bytes) -> float:
    """The share of the decoded samples that are cut at full scale."""
    return float((np.abs(decode(content).samples.astype(np.int32)) >= _FULL_SCALE).mean())


def _encoded(samples: Samples, application: str = "voip", *, bits: int | None = None) -> bytes:
    if bits is None:
        bits = int(MOST_BYTES * _MARGIN * 8 * RATE / len(samples))
    file = io.BytesIO()
    # Without "bitexact" the stream gets a random number.
    with av.open(file, "w", format="ogg", options={"fflags": "+bitexact"}) as container:
        stream = container.add_stream("libopus", rate=RATE, layout="mono")
        stream.bit_rate = max(_LEAST_BITS, min(_MOST_BITS, bits))
        stream.options = {**_OPUS, "application": application}
        for packet in [*stream.encode(_frame(samples, RATE)), *stream.encode(None)]:
            container.mux(packet)
    return file.getvalue()


def at_rate(sound: Pcm, rate: int) -> Pcm:
    """The sound with so many samples a second."""
    return Pcm(_resampled(sound, rate), rate)


def joined(sounds: Sequence[Pcm]) -> Pcm:
    """The sounds, one after another; all must be at one rate."""
    return Pcm(np.concatenate([sound.samples for sound in sounds]), sounds[0].rate)


def _resampled(sound: Pcm, rate: int = RATE) -> Samples:
    if sound.rate == rate:
        return sound.samples
    resampler = av.AudioResampler("s16", "mono", rate)
    made = [*resampler.resample(_frame(sound.samples, sound.rate)), *resampler.resample(None)]
    return np.concatenate([frame.to_ndarray()[0] for frame in made])


def _frame(samples: Samples, rate: int) -> av.AudioFrame:
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples).reshape(1, -1), format="s16", layout="mono")
    frame.sample_rate = rate
    return frame


def _rounded(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Peaks above the knee bent towards the ceiling, which they never reach."""
    loud = np.abs(values)
    above = loud > _KNEE
    room = _CEILING - _KNEE
    values[above] = np.sign(values[above]) * (_KNEE + room * np.tanh((loud[above] - _KNEE) / room))
    return values
