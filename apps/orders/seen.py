"""What a reader of the log had before their eyes: the database's snapshot at that moment, as a text for forms.

Time alone couldn't tell: an entry that was inserted before a page was read may have been committed after it.
"""

import re
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from apps.common import keyset
from apps.common.keyset import BadCursor

# What was inserted so long before the page was read counts as seen without asking the snapshot. No transaction takes as
# long; and in a database restored from a dump the stored transaction ids are those of another server.
SETTLED_AFTER: Final = timedelta(minutes=5)

_SNAPSHOT = re.compile(r"([0-9]{1,19}):([0-9]{1,19}):((?:[0-9]{1,19}(?:,[0-9]{1,19})*)?)")


class Seen(NamedTuple):
    """A snapshot in PostgreSQL's own writing, and the database's time when it was taken."""

    snapshot: str
    at: datetime

    def encode(self) -> str:
        """As a text for a form or an address."""
        return keyset.encode({"x": self.snapshot, "a": self.at.isoformat()})

    @classmethod
    def decode(cls, text: str) -> "Seen":
        """What :meth:`encode` wrote. Raises BadCursor."""
        parts = keyset.decode(text, ("x", "a"))
        match = _SNAPSHOT.fullmatch(parts["x"])
        if not match or not int(match[1]) <= int(match[2]) < 2**63:
            raise BadCursor
        running = [int(each) for each in match[3].split(",") if each]
        if running != sorted(set(running)) or not all(int(match[1]) <= each < int(match[2]) for each in running):
            raise BadCursor
        return cls(parts["x"], keyset.read_time(parts["a"]))
