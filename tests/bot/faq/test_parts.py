"""Classes of very many texts are learnt in parts, and the chances of the parts are added up."""

import numpy as np

from bot.faq.model import ACT, CRY, HARMLESS, OUTSIDE, load_model
from bot.faq.quality.parts import parts_of

CLASSES = 3
#: Twenty texts of each class; those of the second lie in two heaps.
WANTED = np.repeat(np.arange(CLASSES), 20)
WORTH = np.ones(len(WANTED), np.float32)


def meanings() -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    random = np.random.default_rng(3)
    heaps = np.zeros((len(WANTED), 8), np.float32)
    heaps[20:30, 0] = heaps[30:40, 1] = 1
    return (heaps + random.normal(0, 0.01, heaps.shape)).astype(np.float32)


def test_a_class_of_two_heaps_becomes_two_parts() -> None:
    parts, owners = parts_of(WANTED, WORTH, meanings(), CLASSES, [1], 10.0)
    assert owners.tolist() == [0, 1, 2, 1]
    assert (owners[parts] == WANTED).all()
    assert len(set(parts[20:30])) == len(set(parts[30:40])) == 1
    assert parts[20] != parts[30]


def test_what_counts_for_less_than_two_parts_stays_whole() -> None:
    parts, owners = parts_of(WANTED, WORTH * np.float32(0.1), meanings(), CLASSES, range(CLASSES), 10.0)
    assert owners.tolist() == list(range(CLASSES))
    assert (parts == WANTED).all()


def test_the_chances_of_the_parts_are_those_of_their_class() -> None:
    model = load_model()
    chances = model.by_pieces("mijn kind is ziek, ik kom morgen niet")
    assert len(chances) == len(model.classes)
    assert abs(float(chances.sum()) - 1) < 1e-5
    several = {model.classes[owner] for owner in model.piece_parts[len(model.classes) :]}
    assert {OUTSIDE, HARMLESS, f"{CRY}emergency", f"{ACT}absence"} <= several
