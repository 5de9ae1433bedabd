"""What it costs to log an event, beside a bare INSERT of such a row on the same connection."""

from collections.abc import Callable
from functools import partial
from typing import Any, Final
from uuid import UUID, uuid4

from django.db import connection, transaction

from activity_project.benchmarks.figures import Comparison, Figure
from activity_project.benchmarks.timing import medians_ms
from apps.orders.log import log_event
from apps.orders.log.entries import build

ROUNDS: Final = 100
# One that ends problems looks for such, one that doesn't is a line and no more.
PLAIN, MENDING = "order.email.confirmation_sent", "order.shipped"
BARE: Final = "bare INSERT"

_INSERT: Final = """
INSERT INTO activity_log (id, event_type, level, order_id, payload, message, occurred_at, fingerprint, source_key)
VALUES (%(id)s, %(event_type)s, %(level)s, %(order_id)s, %(payload)s::jsonb, %(message)s, clock_timestamp(),
        %(fingerprint)s, %(source_key)s)
"""


class Costs:
    """The medians of all, by themselves and as the line of a transaction."""

    def __init__(self) -> None:
        ways: dict[str, Callable[[], None]] = {
            BARE: partial(_insert, _row()),
            f"log_event, {PLAIN}": partial(log_once, PLAIN),
            f"log_event, {MENDING}, which looks for what it mends": partial(log_once, MENDING),
        }
        within = {name: partial(_in_a_transaction, way) for name, way in ways.items()}
        self._medians = {
            "by itself": medians_ms(ways, rounds=ROUNDS, label="entries"),
            "in a transaction": medians_ms(within, rounds=ROUNDS, label="transactions with an entry"),
        }

    def comparison(self) -> Comparison:
        """Milliseconds of each."""
        places = list(self._medians)
        names = self._medians[places[0]]
        rows: list[list[str | float]] = [[name, *(self._medians[place][name] for place in places)] for name in names]
        return Comparison("One entry, ms", ("", *places), rows)

    def figure(self) -> Figure:
        """The worst of the ratios."""
        ratios = {
            f"{name}, {place}": median / medians[BARE]
            for place, medians in self._medians.items()
            for name, median in medians.items()
        }
        worst = max(ratios, key=lambda about: ratios[about])
        return Figure(name="log_event / a bare INSERT", value=ratios[worst], most=2.5, about=worst)


def log_once(event_type: str) -> None:
    """An entry as the shop logs them."""
    order_id = uuid4()
    log_event(event_type, order=order_id, payload=_facts(order_id), source_key=_key(order_id))


def _facts(order_id: UUID) -> dict[str, str]:
    return {"carrier": "DHL", "tracking_number": str(order_id), "recipient": "a@example.com", "order_number": "SS-1"}


def _key(order_id: UUID) -> str:
    return f"order:{order_id}:bench"


def _row() -> dict[str, Any]:
    """What a row holds, but for what makes it unique."""
    order_id = uuid4()
    entry, _faults = build(
        PLAIN, order=order_id, payload=_facts(order_id), level=None, occurred_at=None, source_key=None
    )
    return {name: getattr(entry, name) for name in ("event_type", "level", "payload", "message", "fingerprint")}


def _insert(row: dict[str, Any]) -> None:
    order_id = uuid4()
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, {**row, "id": uuid4(), "order_id": order_id, "source_key": _key(order_id)})


@transaction.atomic
def _in_a_transaction(write: Callable[[], None]) -> None:
    write()
