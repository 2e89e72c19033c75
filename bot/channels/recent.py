"""What a channel remembers of its latest messages while it is up."""

from typing import TypeVar

Known = TypeVar("Known")


class Recent(dict[str, Known]):
    """The newest `most` entries, by a message's reference: for a new one the oldest is let go."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def __setitem__(self, reference: str, known: Known) -> None:
        super().__setitem__(reference, known)
        if len(self) > self._most:
            del self[next(iter(self))]
