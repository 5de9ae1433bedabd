"""Where the stand-in keeps its objects, and how they are found, changed, listed and expanded."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from django.utils import timezone

from apps.sandbox.models import StripeObject
from apps.sandbox.stripe.errors import invalid, missing
from apps.sandbox.stripe.parameters import Parameters, integer, text

Body = dict[str, Any]

# Left out of an answer unless asked for by `expand`.
INCLUDABLE: Final[Mapping[str, tuple[str, ...]]] = {"checkout.session": ("line_items",)}
MOST_IN_A_LIST: Final = 100
DEEPEST_EXPANSION: Final = 4


def timestamp(moment: datetime | None = None) -> int:
    """Seconds since 1970; now where no moment is given."""
    return int((moment or timezone.now()).timestamp())


def add(body: Body) -> Body:
    """Keeps a new object."""
    StripeObject.objects.create(id=body["id"], kind=body["object"], body=body)
    return body


def find(kind: str, id: str, *, param: str = "id") -> Body:
    """The object's body. Raises StripeError where there is none of that kind."""
    return dict(_row(kind, id, param).body)


def find_locked(kind: str, id: str, *, param: str = "id") -> Body:
    """As ``find``; nobody else changes the object until the transaction ends."""
    return dict(_row(kind, id, param, lock=True).body)


def find_by(kind: str, **fields: object) -> Body | None:
    """The newest object of the kind with these values, if there is one."""
    rows = StripeObject.objects.of_kind(kind).newest_first()
    for name, value in fields.items():
        rows = rows.with_field(name, value)
    row = rows.first()
    return row.body if row else None


def change(body: Body, **changes: Any) -> Body:
    """Writes the changes to the object and answers what they replaced: an event's ``previous_attributes``."""
    before = {name: body[name] for name, value in changes.items() if body[name] != value}
    body |= changes
    StripeObject.objects.filter(id=body["id"]).update(body=body)
    return before


def presented(body: Body, expand: list[str]) -> Body:
    """The object as the API answers it: ids replaced by objects where asked, and some lists only where asked.

    Names that begin with ``_`` are the stand-in's own notes.
    """
    shown = {name: value for name, value in body.items() if not name.startswith("_")}
    for name in INCLUDABLE.get(body.get("object", ""), ()):
        if not any(path.split(".")[0] == name for path in expand):
            shown.pop(name, None)
    for path in expand:
        _expand(shown, path.split("."))
    return shown


def listed(kind: str, url: str, parameters: Parameters, fields: tuple[str, ...]) -> Body:
    """A page of the kind's objects, newest first, by these fields, by time, and by ``types`` of events."""
    rows = StripeObject.objects.of_kind(kind)
    for name in fields:
        if value := text(parameters, name):
            rows = rows.with_field(name, value)
    if isinstance(types := parameters.get("types"), list):
        rows = rows.filter(body__type__in=types)
    for bound, moment in _bounds(parameters).items():
        rows = rows.filter(**{f"body__created__{bound}": moment})
    return _page(kind, url, rows, parameters)


def list_of(url: str, bodies: list[Body]) -> Body:
    """A list that is whole."""
    return {"object": "list", "data": bodies, "has_more": False, "url": url}


def _page(kind: str, url: str, rows: Any, parameters: Parameters) -> Body:
    limit = min(integer(parameters, "limit", 10, least=1), MOST_IN_A_LIST)
    if after := text(parameters, "starting_after"):
        rows = rows.filter(number__lt=_row(kind, after, "starting_after").number).order_by("-number")
    elif before := text(parameters, "ending_before"):
        nearest = rows.filter(number__gt=_row(kind, before, "ending_before").number).order_by("number")
        found = list(nearest.values_list("body", flat=True)[: limit + 1])
        return list_of(url, found[:limit][::-1]) | {"has_more": len(found) > limit}
    found = list(rows.newest_first().values_list("body", flat=True)[: limit + 1])
    return list_of(url, found[:limit]) | {"has_more": len(found) > limit}


def _bounds(parameters: Parameters) -> dict[str, int]:
    created = parameters.get("created")
    if isinstance(created, str):
        return {"exact": integer(parameters, "created")}
    return {name: integer(created, name) for name in ("gt", "gte", "lt", "lte") if name in created} if created else {}


def _row(kind: str, id: str, param: str, *, lock: bool = False) -> StripeObject:
    rows = StripeObject.objects.of_kind(kind).filter(id=id)
    row: StripeObject | None = (rows.select_for_update() if lock else rows).first()
    if row is None:
        raise missing(kind, id, param=param)
    return row


def _expand(body: Body, path: list[str]) -> None:
    name, rest = path[0], path[1:]
    computed = _COMPUTED.get(body.get("object", ""), {}).get(name)
    if len(path) > DEEPEST_EXPANSION or (name not in body and not computed):
        raise invalid("expand", f"This property cannot be expanded ({name}).")
    value = computed(body) if computed else body[name]
    if isinstance(value, str) and (row := StripeObject.objects.filter(id=value).first()):
        value = presented(row.body, [])
    body[name] = _expanded_within(value, rest)


def _expanded_within(value: Any, rest: list[str]) -> Any:
    if rest and isinstance(value, list):
        return [_expanded_within(each, rest) for each in value]
    if rest and isinstance(value, dict):
        value = dict(value)
        _expand(value, rest)
    return value


def _refunds_of(charge: Body) -> Body:
    rows = StripeObject.objects.of_kind("refund").with_field("charge", charge["id"]).newest_first()
    return list_of(f"/v1/charges/{charge['id']}/refunds", list(rows.values_list("body", flat=True)))


def _subscriptions_of(customer: Body) -> Body:
    rows = StripeObject.objects.of_kind("subscription").with_field("customer", customer["id"]).newest_first()
    return list_of(f"/v1/customers/{customer['id']}/subscriptions", list(rows.values_list("body", flat=True)))


def _payments_of(invoice: Body) -> Body:
    rows = StripeObject.objects.of_kind("invoice_payment").with_field("invoice", invoice["id"]).newest_first()
    return list_of(f"/v1/invoices/{invoice['id']}/payments", list(rows.values_list("body", flat=True)))


# Lists that are no part of the object, and come along when asked for.
_COMPUTED: Final[Mapping[str, Mapping[str, Callable[[Body], Body]]]] = {
    "charge": {"refunds": _refunds_of},
    "customer": {"subscriptions": _subscriptions_of},
    "invoice": {"payments": _payments_of},
}
