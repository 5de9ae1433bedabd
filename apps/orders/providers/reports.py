"""What the print provider reports of an order, in our terms; read from its orders and its webhooks alike.

Printify's times look like ``2017-04-18 13:24:28+00:00``, and its year 1970 means that there is none.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from apps.orders.operations.fulfilment import Parcel

MAX_TEXT: Final = 120
CANCELLED: Final = frozenset({"canceled", "cancelled"})


class ParcelReport(NamedTuple):
    """A parcel, and when it left and arrived as far as is known."""

    parcel: Parcel
    shipped_at: datetime | None
    delivered_at: datetime | None


class OrderReport(NamedTuple):
    """Where an order stands at the provider."""

    provider_order_id: str
    status: str
    parcels: tuple[ParcelReport, ...] = ()
    production_at: datetime | None = None


def read_order(order: Mapping[str, Any]) -> OrderReport:
    """An order as ``GET /shops/{shop}/orders/{id}.json`` gives it."""
    lines = [line for line in _list(order.get("line_items")) if isinstance(line, Mapping)]
    fulfilled = [moment for line in lines if (moment := read_time(line.get("fulfilled_at")))]
    started = [moment for line in lines if (moment := read_time(line.get("sent_to_production_at")))]
    left_at = min(fulfilled, default=None)
    parcels = tuple(_parcel(each, left_at) for each in _list(order.get("shipments")) if isinstance(each, Mapping))
    return OrderReport(text(order.get("id")), text(order.get("status")), parcels, min(started, default=None))


def read_parcels(data: Mapping[str, Any]) -> tuple[ParcelReport, ...]:
    """The parcels of a webhook: one in ``carrier``, or several in ``shipments``; one without a number for neither."""
    listed = [each for each in _list(data.get("shipments")) if isinstance(each, Mapping)]
    shipped_at = read_time(data.get("shipped_at"))
    if not listed:
        return (_parcel(data, shipped_at),)
    delivered_at = read_time(data.get("delivered_at"))
    parcels = (_parcel(each, shipped_at) for each in listed)
    return tuple(each._replace(delivered_at=each.delivered_at or delivered_at) for each in parcels)


def _parcel(data: Mapping[str, Any], shipped_at: datetime | None) -> ParcelReport:
    """``carrier`` is a name beside ``number`` and ``url``, or an object that has all three."""
    carrier = data.get("carrier")
    about: Mapping[str, Any] = carrier if isinstance(carrier, Mapping) else data
    name = about.get("code") if isinstance(carrier, Mapping) else carrier
    parcel = Parcel(
        number=text(about.get("tracking_number") or about.get("number")),
        carrier=text(name)[:80],
        url=_web_address(about.get("tracking_url") or about.get("url")),
    )
    return ParcelReport(parcel, read_time(data.get("shipped_at")) or shipped_at, read_time(data.get("delivered_at")))


def read_time(value: object) -> datetime | None:
    """The time, or null for what isn't one and for the year 1970."""
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment if 1971 < moment.year < 9999 else None


def text(value: object) -> str:
    """What a provider calls something, cut to what we keep; empty for nothing."""
    return str(value).replace("\0", "")[:MAX_TEXT] if isinstance(value, str | int) else ""


def _web_address(value: object) -> str:
    """An address that a page can link to."""
    address = str(value or "")
    return address if address.startswith(("https://", "http://")) and len(address) <= 500 else ""


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
