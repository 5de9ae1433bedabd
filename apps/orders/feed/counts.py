"""How much needs a person, and how much is still on its way into the log."""

from typing import Final

from apps.common.sql import fetch_prepared
from apps.orders.log import spool

MOST_COUNTED: Final = 100

# Every open problem has an entry at least, so as many problems as are counted at most are enough to look at.
COUNT: Final = """
SELECT LEAST(COALESCE(sum(entries), 0), %(most)s)
  FROM (SELECT entries FROM open_problems LIMIT %(most)s) AS problem
"""


def count_needing_attention(most: int = MOST_COUNTED) -> int:
    """How many entries need a person, counted up to ``most``: for a badge, where more is "99+" anyway."""
    ((count,),) = fetch_prepared(COUNT, {"most": most})
    return int(count)


def count_delayed() -> int:
    """How many entries wait in the spool for the database to take them."""
    return spool.depth()
