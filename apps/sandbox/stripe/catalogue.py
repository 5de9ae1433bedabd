"""Products, prices and customers: what a payment is for, and whose it is."""

from typing import Any, Final

from apps.sandbox.identifiers import stripe_id
from apps.sandbox.stripe import parameters as read
from apps.sandbox.stripe import store
from apps.sandbox.stripe.errors import invalid, required
from apps.sandbox.stripe.parameters import Parameters
from apps.sandbox.stripe.shapes import nulls
from apps.sandbox.stripe.store import Body

INTERVALS: Final = ("day", "week", "month", "year")
_CUSTOMER_NULLS: Final = """
    address business_name cash_balance currency customer_account default_source description discount email
    individual_name name phone shipping test_clock
"""


def create_product(given: Parameters) -> Body:
    """``POST /v1/products``."""
    read.only(given, "id", "name", "description", "images", "metadata", "active", "url", "unit_label", "tax_code")
    return store.add(
        {
            **nulls("default_price package_dimensions shippable statement_descriptor tax_details unit_label"),
            "id": read.text(given, "id") or stripe_id("prod", 14),
            "object": "product",
            "active": read.flag(given, "active", default=True),
            "created": store.timestamp(),
            "description": read.text(given, "description"),
            "images": read.items(given, "images"),
            "livemode": False,
            "marketing_features": [],
            "metadata": read.metadata(given),
            "name": read.required_text(given, "name"),
            "tax_code": read.text(given, "tax_code"),
            "type": "service",
            "updated": store.timestamp(),
            "url": read.text(given, "url"),
        }
    )


def create_price(given: Parameters) -> Body:
    """``POST /v1/prices``, or the ``price_data`` of a line: then the price is for this one purchase."""
    read.only(
        given,
        *("currency", "unit_amount", "product", "product_data", "recurring", "metadata", "nickname", "lookup_key"),
        "tax_behavior",
    )
    recurring = _recurring(read.group(given, "recurring"))
    amount = read.integer(given, "unit_amount")
    return store.add(
        {
            **nulls("custom_unit_amount tiers_mode transform_quantity"),
            "id": stripe_id("price"),
            "object": "price",
            "active": True,
            "billing_scheme": "per_unit",
            "created": store.timestamp(),
            "currency": currency(given),
            "livemode": False,
            "lookup_key": read.text(given, "lookup_key"),
            "metadata": read.metadata(given),
            "nickname": read.text(given, "nickname"),
            "product": _product(given)["id"],
            "recurring": recurring,
            "tax_behavior": read.text(given, "tax_behavior", "unspecified"),
            "type": "recurring" if recurring else "one_time",
            "unit_amount": amount,
            "unit_amount_decimal": str(amount),
        }
    )


def currency(given: Parameters) -> str:
    """A currency's three letters, small."""
    value = read.required_text(given, "currency").lower()
    if len(value) != 3 or not value.isalpha():
        raise invalid("currency", f"Invalid currency: {value}.")
    return value


def create_customer(given: Parameters) -> Body:
    """``POST /v1/customers``."""
    read.only(given, "email", "name", "description", "metadata", "phone", "address", "shipping", "preferred_locales")
    told: dict[str, Any] = {name: read.text(given, name) for name in ("email", "name", "description", "phone")}
    return store.add(
        {
            **nulls(_CUSTOMER_NULLS),
            "id": stripe_id("cus", 14),
            "object": "customer",
            "balance": 0,
            "created": store.timestamp(),
            "delinquent": False,
            "invoice_prefix": stripe_id("", 8).strip("_").upper(),
            "invoice_settings": nulls("custom_fields default_payment_method footer rendering_options"),
            "livemode": False,
            "metadata": read.metadata(given),
            "next_invoice_sequence": 1,
            "preferred_locales": [],
            "tax_exempt": "none",
            **told,
        }
    )


def update_customer(given: Parameters, id: str) -> Body:
    """``POST /v1/customers/<id>``."""
    read.only(given, "email", "name", "description", "metadata", "phone")
    customer = store.find_locked("customer", id)
    told = {name: read.text(given, name) for name in ("email", "name", "description", "phone") if name in given}
    store.change(customer, metadata=customer["metadata"] | read.metadata(given), **told)
    return customer


def _product(given: Parameters) -> Body:
    if id := read.text(given, "product"):
        return store.find("product", id, param="product")
    if "product_data" not in given:
        raise required("product")
    return create_product(read.group(given, "product_data"))


def _recurring(given: Parameters) -> Body | None:
    if not given:
        return None
    read.only(given, "interval", "interval_count", "usage_type", at="recurring")
    return {
        "interval": read.one_of(given, "interval", INTERVALS, ""),
        "interval_count": read.integer(given, "interval_count", 1, least=1),
        "usage_type": "licensed",
        **nulls("meter trial_period_days"),
    }
