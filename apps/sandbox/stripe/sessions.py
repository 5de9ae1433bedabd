"""Checkout sessions as the shop sees them: made, looked at, expired."""

from typing import Any, Final

from apps.sandbox import appointments
from apps.sandbox.addresses import page
from apps.sandbox.identifiers import stripe_id
from apps.sandbox.stripe import catalogue, events, shapes, store
from apps.sandbox.stripe import parameters as read
from apps.sandbox.stripe.errors import StripeError, invalid, required
from apps.sandbox.stripe.parameters import Parameters
from apps.sandbox.stripe.store import Body

EXPIRE: Final = "stripe.expire"
SHORTEST_S: Final = 30 * 60
LONGEST_S: Final = 24 * 60 * 60
# Room for clocks that differ, and for the request's own way.
GRACE_S: Final = 60
KNOWN: Final = (
    *("mode", "line_items", "success_url", "cancel_url", "client_reference_id", "metadata", "customer"),
    *("customer_email", "customer_creation", "expires_at", "payment_method_types", "payment_intent_data"),
    *("subscription_data", "shipping_address_collection", "shipping_options", "locale", "currency", "ui_mode"),
    *("submit_type", "billing_address_collection", "allow_promotion_codes", "phone_number_collection"),
    "automatic_tax",
)
METHODS: Final = ("card", "bacs_debit", "sepa_debit", "us_bank_account")


def create(given: Parameters) -> Body:
    """``POST /v1/checkout/sessions``."""
    read.only(given, *KNOWN)
    if read.text(given, "ui_mode", "hosted_page") not in {"hosted", "hosted_page"}:
        raise invalid("ui_mode", "The sandbox has a hosted payment page only.")
    id = stripe_id("cs_test", 58)
    mode = read.one_of(given, "mode", ("payment", "subscription"), "payment")
    lines = [_line(each) for each in read.groups(given, "line_items")]
    currency = _one_currency(lines, mode)
    body = shapes.session(
        id=id,
        lines=lines,
        currency=currency,
        mode=mode,
        url=page("checkout", id, seen_from=read.required_text(given, "success_url")),
        payment_method_types=_methods(given, currency, mode),
        expires_at=_expiry(given),
        **_shipping(given),
        **_chosen(given, mode),
    )
    appointments.appoint_at(EXPIRE, id, body["expires_at"])
    return store.add(body)


def expire(given: Parameters, id: str) -> Body:
    """``POST /v1/checkout/sessions/<id>/expire``."""
    read.only(given)
    body = store.find_locked("checkout.session", id)
    if body["status"] != "open":
        message = f"Only Checkout Sessions that are open can be expired. This one has a status of {body['status']}."
        raise StripeError(message, param="session")
    _end(body)
    return body


def expire_when_due(id: str) -> None:
    """Ends a session whose time has come, unless it was paid."""
    body = store.find_locked("checkout.session", id)
    if body["status"] == "open":
        _end(body)


def line_items(given: Parameters, id: str) -> Body:
    """``GET /v1/checkout/sessions/<id>/line_items``."""
    items: Body = store.find("checkout.session", id)["line_items"]
    return items


def _end(body: Body) -> None:
    appointments.cancel(EXPIRE, body["id"])
    store.change(body, status="expired", url=None)
    events.emit("checkout.session.expired", body)


def _line(given: dict[str, Any]) -> Body:
    read.only(given, "price", "price_data", "quantity", "adjustable_quantity", at="line_items")
    if id := read.text(given, "price"):
        price = store.find("price", id, param="line_items[price]")
    elif "price_data" in given:
        price = catalogue.create_price(read.group(given, "price_data"))
    else:
        raise required("line_items[price]")
    name = store.find("product", price["product"])["name"]
    return shapes.line_item(price=price, description=name, quantity=read.integer(given, "quantity", least=1))


def _one_currency(lines: list[Body], mode: str) -> str:
    if not lines:
        raise required("line_items")
    currencies = {line["currency"] for line in lines}
    if len(currencies) > 1:
        raise invalid("line_items", "All prices on a Checkout session must have the same currency.")
    if (mode == "subscription") != any(line["price"]["recurring"] for line in lines):
        raise invalid("line_items", "Recurring prices need `subscription` mode, and that mode needs at least one.")
    return str(currencies.pop())


def _methods(given: Parameters, currency: str, mode: str) -> list[str]:
    """Those that the shop names; where it leaves the choice open, cards and the currency's bank debit."""
    chosen = read.items(given, "payment_method_types")
    if unknown := set(chosen) - set(METHODS):
        raise invalid("payment_method_types", f"The sandbox doesn't know the payment method {min(unknown)}.")
    return chosen or (["card", shapes.delayed_method(currency)] if mode == "payment" else ["card"])


def _expiry(given: Parameters) -> int:
    now = store.timestamp()
    at = read.integer(given, "expires_at", now + LONGEST_S)
    if not now + SHORTEST_S - GRACE_S <= at <= now + LONGEST_S + GRACE_S:
        raise invalid("expires_at", "The `expires_at` timestamp must be between 30 minutes and 24 hours from now.")
    return at


def _shipping(given: Parameters) -> Body:
    """The first shipping option is the one that is chosen."""
    rates = [_rate(read.group(each, "shipping_rate_data")) for each in read.groups(given, "shipping_options")]
    collected = read.group(given, "shipping_address_collection")
    shown: Body = {
        "shipping_minor": rates[0][1] if rates else 0,
        "shipping_options": [{"shipping_amount": amount, "shipping_rate": id} for id, amount in rates],
        "shipping_address_collection": collected or None,
    }
    if rates:
        id, amount = rates[0]
        totals = {"amount_subtotal": amount, "amount_tax": 0, "amount_total": amount}
        shown["shipping_cost"] = {**totals, "shipping_rate": id, "taxes": []}
    return shown


def _rate(given: Parameters) -> tuple[str, int]:
    amount = read.integer(read.group(given, "fixed_amount"), "amount", 0)
    return stripe_id("shr"), amount


def _chosen(given: Parameters, mode: str) -> Body:
    """The fields that are kept as the shop gave them, and those that the payment will take over."""
    customer = read.text(given, "customer")
    if customer:
        store.find("customer", customer, param="customer")
    simple = ("client_reference_id", "customer_email", "locale", "cancel_url", "submit_type")
    return {
        **{name: read.text(given, name) for name in simple},
        "customer": customer,
        "customer_creation": read.text(given, "customer_creation", "if_required" if mode == "payment" else "always"),
        "metadata": read.metadata(given),
        "success_url": read.required_text(given, "success_url"),
        "_intent": {
            "metadata": read.metadata(read.group(given, "payment_intent_data")),
            "description": read.text(read.group(given, "payment_intent_data"), "description"),
        },
        "_subscription": {
            "metadata": read.metadata(read.group(given, "subscription_data")),
            "description": read.text(read.group(given, "subscription_data"), "description"),
        },
    }
