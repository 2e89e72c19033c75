"""Sound as samples, and the one thing that goes wrong with it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.int16]


class VoiceFailed(Exception):
    """A message could not be made to be heard; whoever sends it goes on without sound."""


class SoundTooLong(VoiceFailed):
    """It goes on for longer than was asked for."""


@dataclass(frozen=True, slots=True, eq=False)
class Pcm:
    """Sound of one channel: 16-bit samples, `rate` a second."""

    samples: Samples
    rate: int

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.samples) / self.rate


def as_samples(values: NDArray[Any]) -> Samples:
    """Values of full scale ±1 as 16-bit samples; what is louder is cut."""
    samples: Samples = (np.clip(values, -1, 1) * 32767).astype(np.int16)
    return samples
