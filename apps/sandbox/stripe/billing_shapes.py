"""Subscriptions and invoices as the API gives them, every field of API version 2026-10-28 included."""

from typing import Any, Final

from apps.sandbox.identifiers import stripe_id
from apps.sandbox.stripe.shapes import nulls
from apps.sandbox.stripe.store import Body, list_of, timestamp

_SUBSCRIPTION_NULLS: Final = """
    application application_fee_percent billing_cycle_anchor_config billing_thresholds cancel_at canceled_at
    customer_account days_until_due default_payment_method default_source description ended_at latest_invoice
    managed_payments next_pending_invoice_item_invoice on_behalf_of pause_collection pending_invoice_item_interval
    pending_setup_intent pending_update presentment_details schedule status_details test_clock transfer_data
    trial_end trial_start
"""


def subscription(*, customer: str, price: Body, quantity: int, starts: int, ends: int, **given: Any) -> Body:
    """A subscription to one price, its first period running from ``starts`` to ``ends``."""
    id = stripe_id("sub")
    item = subscription_item(id, price=price, quantity=quantity, starts=starts, ends=ends)
    return {
        **nulls(_SUBSCRIPTION_NULLS),
        "id": id,
        "object": "subscription",
        "automatic_tax": {"enabled": False, **nulls("disabled_reason liability")},
        "billing_cycle_anchor": starts,
        "billing_mode": {"type": "flexible", "flexible": {"proration_discounts": "included"}, "updated_at": None},
        "billing_schedules": [],
        "cancel_at_period_end": False,
        "cancellation_details": nulls("comment feedback feedback_option reason"),
        "collection_method": "charge_automatically",
        "created": starts,
        "currency": price["currency"],
        "customer": customer,
        "default_tax_rates": [],
        "discounts": [],
        "invoice_settings": {
            **nulls("account_tax_ids custom_fields description footer"),
            "issuer": {"type": "self"},
        },
        "items": list_of(f"/v1/subscription_items?subscription={id}", [item]),
        "livemode": False,
        "metadata": {},
        "payment_settings": {
            **nulls("payment_method_options payment_method_types"),
            "save_default_payment_method": "off",
        },
        "start_date": starts,
        "status": "active",
        "trial_settings": {"end_behavior": {"missing_payment_method": "create_invoice", "billing_cycle_anchor": None}},
        **given,
    }


def subscription_item(subscription: str, *, price: Body, quantity: int, starts: int, ends: int) -> Body:
    """What a subscription is to, and its present period."""
    return {
        **nulls("billed_until billing_thresholds current_trial"),
        "id": stripe_id("si", 14),
        "object": "subscription_item",
        "created": starts,
        "current_period_end": ends,
        "current_period_start": starts,
        "discounts": [],
        "metadata": {},
        "plan": plan(price),
        "price": price,
        "quantity": quantity,
        "subscription": subscription,
        "tax_rates": [],
    }


def plan(price: Body) -> Body:
    """A recurring price in its older shape, which items still carry."""
    same = ("id", "active", "billing_scheme", "created", "currency", "livemode", "metadata", "nickname", "product")
    return {
        **nulls("meter tiers_mode transform_usage trial_period_days"),
        **{name: price[name] for name in same},
        "object": "plan",
        "amount": price["unit_amount"],
        "amount_decimal": price["unit_amount_decimal"],
        "interval": price["recurring"]["interval"],
        "interval_count": price["recurring"]["interval_count"],
        "usage_type": "licensed",
    }


_INVOICE_NULLS: Final = """
    account_tax_ids amount_paid_off_stripe application automatically_finalizes_at confirmation_secret custom_fields
    customer_account customer_address customer_name customer_phone customer_shipping default_payment_method
    default_source description due_date footer from_invoice hosted_invoice_url invoice_pdf last_finalization_error
    latest_revision next_payment_attempt on_behalf_of receipt_number rendering shipping_cost shipping_details
    statement_descriptor status_details test_clock threshold_reason
"""


def invoice(subscription: Body, *, reason: str, email: str | None, lines: list[Body], number: str) -> Body:
    """The bill for a period of a subscription, not paid yet; its lines are added by the caller."""
    now = timestamp()
    id = stripe_id("in")
    amount = sum(line["amount"] for line in lines)
    item = subscription["items"]["data"][0]
    return {
        **nulls(_INVOICE_NULLS),
        **dict.fromkeys(("amount_due", "amount_remaining", "subtotal", "subtotal_excluding_tax", "total"), amount),
        **dict.fromkeys(("amount_overpaid", "amount_paid", "amount_shipping", "attempt_count", "starting_balance"), 0),
        **dict.fromkeys(("post_payment_credit_notes_amount", "pre_payment_credit_notes_amount", "ending_balance"), 0),
        "id": id,
        "object": "invoice",
        "account_country": "GB",
        "account_name": "Activity sandbox",
        "attempted": False,
        "auto_advance": False,
        "automatic_tax": {"enabled": False, **nulls("disabled_reason liability provider status")},
        "billing_reason": reason,
        "collection_method": "charge_automatically",
        "created": now,
        "currency": subscription["currency"],
        "customer": subscription["customer"],
        "customer_email": email,
        "customer_tax_exempt": "none",
        "customer_tax_ids": [],
        "default_tax_rates": [],
        "discounts": [],
        "effective_at": now,
        "issuer": {"type": "self"},
        "lines": list_of(f"/v1/invoices/{id}/lines", [line | {"invoice": id} for line in lines]),
        "livemode": False,
        "metadata": {},
        "number": number,
        "parent": {
            "type": "subscription_details",
            "quote_details": None,
            "subscription_details": {
                "metadata": subscription["metadata"],
                "subscription": subscription["id"],
                "subscription_proration_date": None,
            },
        },
        "payment_settings": nulls("default_mandate payment_method_options payment_method_types"),
        "period_end": item["current_period_start"],
        "period_start": subscription["start_date"] if reason == "subscription_create" else item["current_period_start"],
        "status": "open",
        "status_transitions": {"finalized_at": now, **nulls("marked_uncollectible_at paid_at voided_at")},
        "total_discount_amounts": [],
        "total_excluding_tax": amount,
        "total_pretax_credit_amounts": [],
        "total_taxes": [],
        "webhooks_delivered_at": None,
    }


def invoice_line(subscription: Body) -> Body:
    """The present period of the subscription as a line of a bill."""
    item = subscription["items"]["data"][0]
    price = item["price"]
    amount = price["unit_amount"] * item["quantity"]
    return {
        "id": stripe_id("il"),
        "object": "line_item",
        "amount": amount,
        "currency": price["currency"],
        "description": f"{item['quantity']} × {price['nickname'] or price['product']}",
        "discount_amounts": [],
        "discountable": True,
        "discounts": [],
        "livemode": False,
        "metadata": subscription["metadata"],
        "parent": {
            "type": "subscription_item_details",
            "invoice_item_details": None,
            "subscription_item_details": {
                **nulls("invoice_item proration_details"),
                "proration": False,
                "subscription": subscription["id"],
                "subscription_item": item["id"],
            },
        },
        "period": {"end": item["current_period_end"], "start": item["current_period_start"]},
        "pretax_credit_amounts": [],
        "pricing": {
            "type": "price_details",
            "price_details": {"price": price["id"], "product": price["product"]},
            "unit_amount_decimal": price["unit_amount_decimal"],
        },
        "quantity": item["quantity"],
        "quantity_decimal": str(item["quantity"]),
        "subscription": subscription["id"],
        "subtotal": amount,
        "taxes": [],
    }


def invoice_payment(invoice: Body, payment_intent: str) -> Body:
    """Which payment paid an invoice."""
    now = timestamp()
    return {
        "id": stripe_id("inpay"),
        "object": "invoice_payment",
        "amount_paid": invoice["total"],
        "amount_requested": invoice["total"],
        "created": now,
        "currency": invoice["currency"],
        "invoice": invoice["id"],
        "is_default": True,
        "livemode": False,
        "payment": {"type": "payment_intent", "payment_intent": payment_intent},
        "status": "paid",
        "status_transitions": {"canceled_at": None, "paid_at": now},
    }
