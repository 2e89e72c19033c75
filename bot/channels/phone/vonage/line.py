"""A call that is answered, at Vonage: what is asked is what its next webhook is answered with, a key is the one after.

Vonage follows a list of actions (NCCO): plays our sound, which a key ends, waits for one key, and asks us what is next.
https://developer.vonage.com/en/voice/voice-api/ncco-reference
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final, TypeAlias

from bot.channels.phone.carrier import MOST_TYPED, NEXT_DIGIT, HungUp, Takes
from bot.channels.phone.script import Key
from bot.channels.phone.voice import SILENCE
from bot.channels.phone.vonage.sounds import CallSounds
from bot.voice.sound import Pcm

Ncco: TypeAlias = Sequence[Mapping[str, object]]

#: A webhook is answered within so many seconds, with a short wait where what comes next is not known yet; Vonage gives
#: up after five.
PATIENCE: Final = 3.0
_SHORTEST, _LONGEST = 1, 10
# The way to Vonage and back, and the fetching of a sound, on top of what is said and waited for.
_SLACK: Final = 15.0


@dataclass(frozen=True, slots=True)
class _NextAsk:
    """What is asked: after this sound so many keys at most, each waited for so many seconds."""

    sound: Pcm
    wait: float
    keys: int = 1


class VonageLine:
    """Keeps bot.channels.phone.carrier.OpenLine. `input_url` is where the key after so many steps is told; `end` has
    Vonage end the call."""

    def __init__(
        self,
        sounds: CallSounds,
        input_url: Callable[[int], str],
        end: Callable[[], Awaitable[None]],
        *,
        patience: float = PATIENCE,
    ) -> None:
        self._sounds = sounds
        self._input_url = input_url
        self._end = end
        self._patience = patience
        self._began = asyncio.get_running_loop().time()
        self._step = 0
        self._last: Ncco = ()
        # What is asked next, and what is being asked.
        self._next: _NextAsk | None = None
        self._is_next = asyncio.Event()
        self._is_asked = False
        self._came: asyncio.Queue[str | None] = asyncio.Queue()
        self._early: deque[Key] = deque()
        self._numbers: deque[str] = deque()
        self._is_over = False

    @property
    def seconds(self) -> float:
        """How long ago it was answered."""
        return asyncio.get_running_loop().time() - self._began

    async def ask(self, sound: Pcm, wait: float, takes: Takes) -> Key | None:
        """See OpenLine. A key that is passed over has ended the sound: it is said anew."""
        while self._early:
            key = self._early.popleft()
            if takes(key):
                return key
        while True:
            digits = await self._asked(_NextAsk(sound, wait))
            if not digits:
                return None
            key = Key(digits[0], self.seconds)
            if takes(key):
                return key

    async def ask_number(self, sound: Pcm, wait: float) -> str:
        """See OpenLine. Vonage gathers the keys itself: with one webhook a key, some that are pressed fast would be
        lost between two of them."""
        typed = "".join(key.digit for key in self._early)
        self._early.clear()
        if "#" not in typed:
            left = MOST_TYPED - len(typed)
            typed += await self._asked(_NextAsk(sound if not typed else SILENCE, wait, left)) if left > 0 else ""
        return typed.partition("#")[0].rpartition("*")[2]

    async def hang_up(self) -> None:
        """See OpenLine."""
        if not self._is_over:
            self.over()
            await self._end()

    def over(self) -> None:
        """The call has ended."""
        if not self._is_over:
            self._is_over = True
            self._is_next.set()
            self._came.put_nowait(None)
        while self._numbers:
            self._sounds.forget(self._numbers.popleft())

    async def follow(self, step: int, digits: str) -> Ncco:
        """What Vonage does next, after the key of a step; what it asks a second time, it is told a second time."""
        if step != self._step:
            return self._last
        self._step += 1
        if self._is_asked:
            self._is_asked = False
            self._came.put_nowait(digits)
        else:
            self._early.extend(Key(digit, self.seconds) for digit in digits)
        try:
            async with asyncio.timeout(self._patience):
                await self._is_next.wait()
        except TimeoutError:
            self._last = (self._input(_SHORTEST),)
            return self._last
        self._last = self._actions()
        return self._last

    def _actions(self) -> Ncco:
        if self._is_over or self._next is None:
            # A list that ends, ends the call.
            return (self._stream(SILENCE, barge_in=False),)
        self._is_next.clear()
        asked, self._next, self._is_asked = self._next, None, True
        if not asked.wait:
            return (self._stream(asked.sound, barge_in=False),)
        return self._stream(asked.sound, barge_in=True), self._input(ceil(asked.wait), asked.keys)

    def _stream(self, sound: Pcm, *, barge_in: bool) -> Mapping[str, object]:
        url, number = self._sounds.address(sound)
        self._numbers.append(number)
        # What was said before the last sentence is not fetched again.
        while len(self._numbers) > 2:
            self._sounds.forget(self._numbers.popleft())
        return {"action": "stream", "streamUrl": [url], "bargeIn": barge_in}

    def _input(self, seconds: int, keys: int = 1) -> Mapping[str, object]:
        # Without it # would be one of the keys.
        number = {"submitOnHash": True} if keys > 1 else {}
        return {
            "action": "input",
            "type": ["dtmf"],
            "dtmf": {"timeOut": min(max(seconds, _SHORTEST), _LONGEST), "maxDigits": keys, **number},
            "eventUrl": [self._input_url(self._step)],
            "eventMethod": "POST",
        }

    async def _asked(self, asked: _NextAsk) -> str:
        """Have something asked, and the keys that came of it.

        Raises:
            HungUp: nobody is there any more.
        """
        if self._is_over:
            raise HungUp
        self._next = asked
        self._is_next.set()
        typing = asked.keys * NEXT_DIGIT if asked.keys > 1 else 0.0
        return await self._heard(asked.sound.seconds + asked.wait + typing, is_last=not asked.wait)

    async def _heard(self, seconds: float, *, is_last: bool) -> str:
        """The key that came, "" when none did.

        Raises:
            HungUp: the call is over, or nothing is heard of it any more.
        """
        try:
            async with asyncio.timeout(seconds + _SLACK):
                digits = await self._came.get()
        except TimeoutError:
            raise HungUp from None
        if digits is None:
            if is_last:
                return ""
            raise HungUp
        return digits
