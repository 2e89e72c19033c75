"""What was read is kept, and texts are read ahead in several processes as they would be one by one."""

from pathlib import Path

import numpy as np

from bot.faq.meaning import bundled_encoder
from bot.faq.pieces import bag, rarity
from bot.faq.quality.vectors import KeptVectors

TEXTS = ["ik ben ziek", "my child has a fever", "لا أستطيع الحضور غدا", "ik ben ziek"]


def test_texts_read_ahead_are_as_those_read_one_by_one(tmp_path: Path) -> None:
    encoder = bundled_encoder()
    assert encoder is not None
    kept = tmp_path / "vectors.npz"
    with KeptVectors(encoder, kept) as vectors:
        vectors.read_ahead(TEXTS, rarity([bag(text) for text in TEXTS]))
        ahead = [vectors.query(text) for text in TEXTS]
    alone = KeptVectors(encoder, None)
    assert all((one == alone.query(text)).all() for one, text in zip(ahead, TEXTS, strict=True))
    with np.load(kept, allow_pickle=False) as data:
        assert sorted(data["texts"]) == sorted(set(TEXTS))
