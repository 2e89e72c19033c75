"""What holds for every offer of a kind: one table. A kind without a line stops when this is imported."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from storage.vocabulary import AppointmentKind, OfferKind, complete


@dataclass(frozen=True, slots=True)
class OfferTraits:
    """`agreed`: the consultant says whether somebody may, as of workshops, which they choose with the person in mind
    (3.6), and of what a volunteer must be found for. `also` are the words by which tables call it besides."""

    icon: str
    appointment: AppointmentKind
    agreed: bool = False
    also: tuple[str, ...] = ()


OFFERS: Final[Mapping[OfferKind, OfferTraits]] = complete(
    {
        OfferKind.WORKSHOP: OfferTraits("🛠️", AppointmentKind.WORKSHOP, agreed=True, also=("training", "cursus")),
        OfferKind.LANGUAGE_CAFE: OfferTraits(
            "🗣️", AppointmentKind.ACTIVITY, also=("taalcafe", "taalcafé", "language café", "language cafe")
        ),
        OfferKind.SPORT: OfferTraits("⚽", AppointmentKind.ACTIVITY, also=("sports", "sporten")),
        OfferKind.SWIMMING: OfferTraits("🏊", AppointmentKind.ACTIVITY, also=("swim", "zwemmen", "zwemles")),
        OfferKind.BUDDY: OfferTraits(
            "🤝",
            AppointmentKind.ACTIVITY,
            agreed=True,
            also=("taalmaatje", "maatje", "language buddy", "language_buddy", "buddies"),
        ),
        OfferKind.VOLUNTEERING: OfferTraits(
            "🙋", AppointmentKind.ACTIVITY, agreed=True, also=("vrijwilligerswerk", "volunteer", "volunteer work")
        ),
        OfferKind.OTHER: OfferTraits("📌", AppointmentKind.ACTIVITY, also=("activity", "activiteit")),
    },
    OfferKind,
)
_BY_WORD: Final[Mapping[str, OfferKind]] = {
    word.replace("_", " "): kind for kind, traits in OFFERS.items() for word in (kind.value, *traits.also)
}


def kind_called(word: str) -> OfferKind | None:
    """The kind that a table's word means, without regard to capitals and lines between; None for no kind of ours."""
    return _BY_WORD.get(" ".join(word.casefold().replace("_", " ").replace("-", " ").split()))
