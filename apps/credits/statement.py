"""A person's statement: what was there, what moved by type, what is left.

It adds up by construction. Numbers and times of an account rise together, so the last transaction before an edge of
the period gives the balance there, and the sums run over the numbers between the two edges: no row is counted twice,
and none is left out. Everything is read by one statement, so that a movement in between can't show on one side only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from apps.accounts.models import User
from apps.common.days import beginning_of, end_of
from apps.common.sql import fetch_prepared
from apps.credits.models import TransactionKind, TransactionType


@dataclass(frozen=True, slots=True)
class Total:
    """How many movements of one type there were, and how many credits they moved together; below zero if spent."""

    type: TransactionType
    count: int
    credits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """The days from ``first_day`` to ``last_day``, both included, of a person whose days begin in ``zone``.

    Balances are in credits. ``totals`` holds the types that moved, what comes in before what is spent;
    ``began_at`` is the time of the account's very first movement, null before there is one.
    """

    first_day: date
    last_day: date
    zone: ZoneInfo
    opening_balance: int
    closing_balance: int
    totals: tuple[Total, ...]
    began_at: datetime | None

    @property
    def since(self) -> datetime:
        """The first moment of the period."""
        return beginning_of(self.first_day, self.zone)

    @property
    def until(self) -> datetime:
        """The first moment after the period."""
        return end_of(self.last_day, self.zone)

    @property
    def movements(self) -> int:
        """How many movements there were."""
        return sum(total.count for total in self.totals)

    def as_json(self) -> dict[str, Any]:
        """The statement as its JSON shape: camelCase, days as dates, moments in UTC with microseconds."""
        return {
            "firstDay": self.first_day.isoformat(),
            "lastDay": self.last_day.isoformat(),
            "timeZone": self.zone.key,
            "since": _in_utc(self.since),
            "until": _in_utc(self.until),
            "openingBalance": self.opening_balance,
            "totals": [
                {"type": total.type.value, "count": total.count, "credits": total.credits} for total in self.totals
            ],
            "closingBalance": self.closing_balance,
        }


def statement(user: User, first_day: date, last_day: date) -> Statement:
    """The person's statement for these days of theirs. Raises ValueError where the period ends before it begins."""
    if last_day < first_day:
        raise ValueError(f"A statement can't end on {last_day}, before it begins on {first_day}.")
    rows = fetch_prepared(
        _STATEMENT,
        {
            "user_id": user.pk,
            "kinds": [kind.value for kind in TransactionKind],
            "since": beginning_of(first_day, user.zone),
            "until": end_of(last_day, user.zone),
        },
    )
    opening, closing, began_at = rows[0][:3]
    return Statement(
        first_day=first_day,
        last_day=last_day,
        zone=user.zone,
        opening_balance=opening,
        closing_balance=closing,
        totals=_totals(rows),
        began_at=began_at,
    )


# The balance at an edge is looked for kind by kind: each is one step down the index (user, kind, time, id), where a
# search over all kinds by time would have to read the history.
_STATEMENT = """
WITH edge AS MATERIALIZED (
    SELECT side.name, last.seq, last.balance_after
      FROM (VALUES ('opening', %(since)s::timestamptz), ('closing', %(until)s::timestamptz)) AS side (name, at),
           LATERAL (SELECT of_kind.seq, of_kind.balance_after
                      FROM unnest(%(kinds)s::smallint[]) AS wanted (kind),
                           LATERAL (SELECT x.seq, x.balance_after
                                      FROM credit_transactions x
                                     WHERE x.user_id = %(user_id)s AND x.kind = wanted.kind AND x.created_at < side.at
                                     ORDER BY x.created_at DESC, x.id DESC
                                     LIMIT 1) AS of_kind
                     ORDER BY of_kind.seq DESC
                     LIMIT 1) AS last)
SELECT COALESCE(opening.balance_after, 0), COALESCE(closing.balance_after, 0),
       (SELECT created_at FROM credit_transactions WHERE user_id = %(user_id)s AND seq = 1),
       moved.type, moved.count, moved.credits
  FROM (SELECT) AS always
  LEFT JOIN edge AS opening ON opening.name = 'opening'
  LEFT JOIN edge AS closing ON closing.name = 'closing'
  LEFT JOIN LATERAL (SELECT type::text AS type, count(*) AS count, sum(amount)::bigint AS credits
                       FROM credit_transactions
                      WHERE user_id = %(user_id)s AND seq > COALESCE(opening.seq, 0) AND seq <= closing.seq
                      GROUP BY type) AS moved ON true
"""

_ORDER = (
    TransactionType.SUBSCRIPTION_GRANT,
    TransactionType.PURCHASE,
    TransactionType.BONUS,
    TransactionType.REFUND,
    TransactionType.ADMIN_ADJUSTMENT,
    TransactionType.GENERATION,
)


def _totals(rows: Sequence[tuple[Any, ...]]) -> tuple[Total, ...]:
    """Those of the rows, in reading order; a period in which nothing moved has one row without a type."""
    totals = [Total(TransactionType(row[3]), row[4], row[5]) for row in rows if row[3] is not None]
    return tuple(sorted(totals, key=lambda total: _ORDER.index(total.type)))


def _in_utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
