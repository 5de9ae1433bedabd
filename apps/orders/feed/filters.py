"""What of the log is asked for, and the conditions that a word puts on a message."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2s
from typing import Any, Final
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedFilters:
    """What of the log is asked for. ``since`` is included, ``until`` isn't; null means all.

    ``words`` are looked for in the message and in the order's number, all of them, as parts of words too.
    """

    level: str | None = None
    event_type: str | None = None
    order_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    backfilled: bool | None = None
    words: tuple[str, ...] = ()

    @property
    def is_search(self) -> bool:
        """Whether rows have to be looked at one by one, because no index has what is asked for."""
        narrowed_otherwise = bool(self.level or self.event_type or self.order_id)
        return bool(self.words) or self.backfilled is False or (bool(self.backfilled) and narrowed_otherwise)

    @property
    def fingerprint(self) -> str:
        """A short text that differs for different filters: a cursor belongs to the filters it was made for."""
        values = (
            self.level, self.event_type, self.order_id, self.since, self.until, self.backfilled, self.words,
        )  # fmt: skip
        return blake2s(repr(values).encode(), digest_size=6).hexdigest()


EVERYTHING: Final = FeedFilters()


def has_words(words: tuple[str, ...], *places: str) -> str:
    """The condition that each word is in one of the places (expressions of SQL); values are ``word_values``."""
    return " AND ".join(_is_in(places, f"%(word{number})s") for number in range(len(words))) or "true"


def word_values(words: tuple[str, ...]) -> Mapping[str, Any]:
    """The parameters of ``has_words``."""
    return {f"word{number}": f"%{_literally(word)}%" for number, word in enumerate(words)}


def _is_in(places: Iterable[str], word: str) -> str:
    return "(" + " OR ".join(f"{place} ILIKE {word}" for place in places) + ")"


def _literally(word: str) -> str:
    """The word with nothing in it that LIKE takes for more than itself."""
    return word.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
