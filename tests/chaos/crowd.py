"""Many people who write at once, and what became of their words: answered, excused, lost, or answered twice."""

import asyncio
import statistics
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from locales.rendering.catalog import Catalogs
from locales.rendering.message import Text
from locales.rendering.render import Renderer
from reminders.local_time import AMSTERDAM
from tests.botapi.world import Message
from tests.chaos.stage import Stage, until

RENDERER = Renderer(Catalogs(), AMSTERDAM)
# What comes unasked: what is due anyhow (tests.chaos.outbound), and that everybody has a new meeting.
_UNASKED = ("due ", "🆕")
WORDS = "Please tell my consultant that I moved to another house"


@dataclass(slots=True)
class Figures:
    """One run's figures. `faults` says in words what was not as promised; empty = all was."""

    name: str
    engine: str
    way: str
    figures: dict[str, float | int | str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def expect(self, what: str, found: object, wanted: object) -> None:
        """Note a figure that must be this."""
        if isinstance(found, (int, float, str)):
            self.figures[what] = found
        if found != wanted:
            self.faults.append(f"{what}: {found}, not {wanted}")

    def at_most(self, what: str, found: float, most: float) -> None:
        """Note a figure that must not be more."""
        self.figures[what] = found
        if found > most:
            self.faults.append(f"{what}: {found}, more than {most}")

    def at_least(self, what: str, found: float, least: float) -> None:
        """Note a figure that must not be less."""
        self.figures[what] = found
        if found < least:
            self.faults.append(f"{what}: {found}, less than {least}")

    def as_json(self) -> dict[str, object]:
        """For a report."""
        return asdict(self)


class Crowd:
    """People of a stage, or strangers, who write once each, all at once. Seconds count from there."""

    def __init__(self, stage: Stage, people: Sequence[int] | None = None, *, strangers: bool = False) -> None:
        self._stage = stage
        self._people = list(stage.ids if people is None else people)
        self._strangers = strangers
        self._began = time.monotonic()
        self._answered: dict[int, float] = {}
        self._updates: dict[int, int] = {}

    def write(self) -> None:
        """All write, each for their consultant, strangers to begin; the counterpart brings each until it is taken."""
        self._began = time.monotonic()
        for who in self._people:
            number = self._stage.bot_api.world.asked = self._stage.bot_api.world.asked + 1
            words = "/start" if self._strangers else f"{WORDS} {who}"
            self._updates[who] = self._stage.bot_api.push({"message": _message(who, number, words)})

    async def answered(self, share: float = 1.0, within: float | None = None) -> bool:
        """Wait until so large a share is answered; whether they are in time."""
        wanted = int(len(self._people) * share)

        async def are_there() -> bool:
            now = time.monotonic()
            messages = self._stage.bot_api.world.messages
            for who in self._people:
                if who not in self._answered and any(map(_is_answer, messages[who].values())):
                    self._answered[who] = now - self._began
            return len(self._answered) >= wanted

        return await until(are_there, self._stage.patience if within is None else within, every=0.05)

    async def judge(self, figures: Figures, *, slowest: float | None = None) -> None:
        """Add what became of all: everybody answered once, nobody excused, every word with its consultant."""
        await self.answered()
        # What is doubled comes a moment later.
        await asyncio.sleep(1.0)
        said = {who: self._from_bot(who) for who in self._people}
        sorry = RENDERER.say(Text("error.sorry"), "en")[:20]
        figures.expect("answered", len(self._answered), len(self._people))
        figures.expect("apologies", sum(sorry in words for each in said.values() for words in each), 0)
        figures.expect("twice", sum(len(each) != len(set(each)) for each in said.values()), 0)
        table = "seen_event" if self._strangers else "letter"
        stored = await self._stage.value(f"SELECT count(*) FROM {table}")
        figures.expect("lost", max(0, len(self._people) - stored), 0)
        figures.expect("stored twice", max(0, stored - len(self._people)), 0)
        took = sorted(self._answered.values())
        if took:
            figures.figures["p50"] = round(statistics.median(took), 2)
            figures.figures["p95"] = p95(took)
            figures.figures["longest"] = round(took[-1], 2)
            figures.figures["p95_from_brought"] = p95(self.from_brought())
            if slowest is not None and took[-1] > slowest:
                figures.faults.append(f"the longest waited {took[-1]:.1f} s, more than {slowest}")

    def from_brought(self) -> list[float]:
        """How many seconds each waited since their words were brought: Telegram keeps what finds no connection."""
        brought = self._stage.bot_api.updates.first_brought
        return sorted(
            max(0.0, self._began + after - brought[self._updates[who]]) for who, after in self._answered.items()
        )

    def _from_bot(self, who: int) -> list[str]:
        return [said.text for said in self._stage.bot_api.world.messages[who].values() if _is_answer(said)]


def p95(took: Sequence[float]) -> float:
    """So many seconds nearly all waited at most; `took` in order."""
    return round(took[max(0, int(len(took) * 0.95) - 1)], 2)


def _is_answer(said: Message) -> bool:
    return said.from_bot and not said.text.startswith(_UNASKED)


def _message(chat: int, number: int, words: str) -> dict[str, object]:
    return {
        "message_id": 10_000 + number,
        "date": int(time.time()),
        "chat": {"id": chat, "type": "private", "first_name": "R"},
        "from": {"id": chat, "is_bot": False, "first_name": "R", "language_code": "en"},
        "text": words,
    }
