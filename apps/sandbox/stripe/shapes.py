"""Objects about payments as the API gives them, every field of API version 2026-10-28 included."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from apps.sandbox.identifiers import stripe_id
from apps.sandbox.stripe.store import Body, timestamp

CARD: Final = {"brand": "visa", "country": "GB", "exp_month": 12, "exp_year": 2034, "funding": "credit"}
CARD_NUMBER: Final = "4242"
# The delayed method that Stripe offers in a currency.
DELAYED_METHODS: Final = {"gbp": "bacs_debit", "usd": "us_bank_account"}
DELAYED_METHOD: Final = "sepa_debit"
NO_ADDRESS: Final = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))


def nulls(names: str) -> Body:
    """The fields that nothing here ever fills."""
    return dict.fromkeys(names.split())


def delayed_method(currency: str) -> str:
    """The bank debit of a currency: paid days later, or not at all."""
    return DELAYED_METHODS.get(currency, DELAYED_METHOD)


def line_item(*, price: Body, description: str, quantity: int) -> Body:
    """One line of a checkout session."""
    amount = price["unit_amount"] * quantity
    return {
        "id": stripe_id("li"),
        "object": "item",
        "amount_discount": 0,
        "amount_subtotal": amount,
        "amount_tax": 0,
        "amount_total": amount,
        "currency": price["currency"],
        "description": description,
        "discounts": [],
        "metadata": {},
        "price": price,
        "quantity": quantity,
        "taxes": [],
        **nulls("adjustable_quantity"),
    }


_SESSION_NULLS: Final = """
    after_expiration allow_promotion_codes allowed_payment_method_types billing_address_collection branding_settings
    client_secret collected_information consent consent_collection currency_conversion customer customer_account
    customer_details excluded_payment_method_types integration_identifier invoice invoice_creation managed_payments
    name_collection optional_items origin_context payment_intent payment_link payment_method_collection
    payment_method_configuration_details permissions presentment_details recovered_from redirect_on_completion
    return_url saved_payment_method_options setup_intent shipping_address_collection shipping_cost submit_type
    subscription tax_id_collection wallet_options
"""


def session(*, lines: list[Body], currency: str, shipping_minor: int, **given: Any) -> Body:
    """A checkout session that is open; ``given`` are the fields that the shop chose, its id among them."""
    subtotal = sum(line["amount_total"] for line in lines)
    return {
        **nulls(_SESSION_NULLS),
        "object": "checkout.session",
        "adaptive_pricing": {"enabled": False},
        "amount_subtotal": subtotal,
        "amount_total": subtotal + shipping_minor,
        "automatic_tax": {"enabled": False, **nulls("liability provider status")},
        "created": timestamp(),
        "currency": currency,
        "custom_fields": [],
        "custom_text": nulls("after_submit shipping_address submit terms_of_service_acceptance"),
        "discounts": [],
        "livemode": False,
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_status": "unpaid",
        "phone_number_collection": {"enabled": False},
        "status": "open",
        "total_details": {
            "amount_discount": 0,
            "amount_shipping": shipping_minor,
            "amount_tax": 0,
            **nulls("breakdown"),
        },
        "ui_mode": "hosted_page",
        "line_items": {
            "object": "list",
            "data": lines,
            "has_more": False,
            "url": f"/v1/checkout/sessions/{given['id']}/line_items",
        },
        **given,
    }


_INTENT_NULLS: Final = """
    allowed_payment_method_types amount_details application application_fee_amount canceled_at cancellation_reason
    customer customer_account description excluded_payment_method_types hooks last_payment_error latest_charge
    managed_payments next_action on_behalf_of payment_details payment_method payment_method_configuration_details
    payment_record presentment_details processing receipt_email review setup_future_usage shipping source
    statement_descriptor statement_descriptor_suffix transfer_data transfer_group
"""


def payment_intent(*, amount: int, currency: str, method: str, **given: Any) -> Body:
    """A payment that isn't made yet."""
    id = stripe_id("pi")
    return {
        **nulls(_INTENT_NULLS),
        "id": id,
        "object": "payment_intent",
        "amount": amount,
        "amount_capturable": 0,
        "amount_received": 0,
        "automatic_payment_methods": None,
        "capture_method": "automatic_async",
        "client_secret": f"{id}_secret_{stripe_id('s', 20)[2:]}",
        "confirmation_method": "automatic",
        "created": timestamp(),
        "currency": currency,
        "livemode": False,
        "metadata": {},
        "payment_method_options": {},
        "payment_method_types": [method],
        "status": "requires_payment_method",
        **given,
    }


_CHARGE_NULLS: Final = """
    application application_fee application_fee_amount authorization_code balance_transaction customer description
    failure_balance_transaction failure_code failure_message level3 on_behalf_of presentment_details receipt_email
    receipt_number receipt_url review shipping source source_transfer statement_descriptor
    statement_descriptor_suffix transfer transfer_data transfer_group
"""


def charge(intent: Body, *, status: str, method: str, billing: Body) -> Body:
    """The attempt to collect a payment; ``status`` is succeeded, pending or failed."""
    is_paid = status == "succeeded"
    return {
        **nulls(_CHARGE_NULLS),
        "id": stripe_id("ch"),
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": intent["amount"] if is_paid else 0,
        "amount_refunded": 0,
        "billing_details": billing,
        "calculated_statement_descriptor": "ACTIVITY SANDBOX",
        "captured": is_paid,
        "created": timestamp(),
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "fraud_details": {},
        "livemode": False,
        "metadata": intent["metadata"],
        "outcome": outcome(status),
        "paid": status != "failed",
        "payment_intent": intent["id"],
        "payment_method": stripe_id("pm"),
        "payment_method_details": method_details(method),
        "radar_options": {},
        "receipt_email": intent["receipt_email"],
        "refunded": False,
        "status": status,
    }


def outcome(status: str) -> Body:
    """What the card network said."""
    declined = status == "failed"
    return {
        "advice_code": "try_again_later" if declined else None,
        "network_advice_code": None,
        "network_decline_code": "01" if declined else None,
        "network_status": "declined_by_network" if declined else "approved_by_network",
        "reason": "generic_decline" if declined else None,
        "risk_level": "normal",
        "risk_score": 12,
        "rule": None,
        "seller_message": "The bank did not return any further details with this decline."
        if declined
        else "Payment complete.",
        "type": "issuer_declined" if declined else "authorized",
    }


def method_details(method: str) -> Body:
    """What was paid with: the card 4242, or an account that ends in it."""
    if method != "card":
        account = {"bank_code": "37040044", "country": "DE", "fingerprint": "sandbox", "last4": CARD_NUMBER}
        return {"type": method, method: account | nulls("branch_code expected_debit_date mandate")}
    card = {
        **nulls("""amount_authorized authorization_code capture_before description electronic_commerce_indicator
            extended_authorization iin incremental_authorization installments issuer mandate moto multicapture
            network_token network_transaction_id overcapture regulated_status setup_credential_usage
            stored_credential_usage three_d_secure transaction_link_id wallet"""),
        **CARD,
        "checks": {"address_line1_check": "pass", "address_postal_code_check": "pass", "cvc_check": "pass"},
        "fingerprint": "sandbox",
        "last4": CARD_NUMBER,
        "network": "visa",
    }
    return {"type": "card", "card": card}


_REFUND_NULLS: Final = """
    balance_transaction customer customer_account description failure_balance_transaction failure_reason
    instructions_email next_action payment_method pending_reason presentment_details receipt_number
    source_transfer_reversal transfer_reversal
"""


def refund(charge: Body, *, amount: int, reason: str | None, metadata: Mapping[str, str], status: str) -> Body:
    """Money given back."""
    return {
        **nulls(_REFUND_NULLS),
        "id": stripe_id("re"),
        "object": "refund",
        "amount": amount,
        "charge": charge["id"],
        "created": timestamp(),
        "currency": charge["currency"],
        "destination_details": {
            "type": "card",
            "card": {"reference_status": "pending", "type": "refund", **nulls("reference reference_type")},
        },
        "metadata": dict(metadata),
        "payment_intent": charge["payment_intent"],
        "reason": reason,
        "status": status,
    }


_EVIDENCE: Final = """
    access_activity_log appeal billing_address cancellation_policy cancellation_policy_disclosure
    cancellation_rebuttal customer_communication customer_email_address customer_name customer_purchase_ip
    customer_signature duplicate_charge_documentation duplicate_charge_explanation duplicate_charge_id
    product_description receipt refund_policy refund_policy_disclosure refund_refusal_explanation service_date
    service_documentation shipping_address shipping_carrier shipping_date shipping_documentation
    shipping_tracking_number uncategorized_file uncategorized_text
"""


def dispute(charge: Body, *, reason: str, due_by: int) -> Body:
    """A charge that the cardholder contests; ``due_by`` is when the answer must be there, 0 where none is taken."""
    return {
        "id": stripe_id("du"),
        "object": "dispute",
        "amount": charge["amount"] - charge["amount_refunded"],
        "balance_transactions": [],
        "charge": charge["id"],
        "created": timestamp(),
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {**nulls(_EVIDENCE), "enhanced_evidence": {}},
        "evidence_details": {
            "due_by": due_by,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
            "submission_method": "not_submitted",
        },
        "intended_submission_method": None,
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "network_reason_code": "10.4",
        "payment_intent": charge["payment_intent"],
        "payment_method_details": {
            "type": "card",
            "card": {"brand": "visa", "case_type": "chargeback", "network": "visa", "network_reason_code": "10.4"},
        },
        "reason": reason,
        "status": "needs_response",
    }


def payer(*, email: str | None, name: str | None, address: Mapping[str, str | None] | None) -> Body:
    """A charge's ``billing_details``."""
    return {"address": {**NO_ADDRESS, **(address or {})}, "email": email, "name": name, "phone": None, "tax_id": None}


def total(lines: Iterable[Body]) -> int:
    """What lines come to, in minor units."""
    return sum(line["amount_total"] for line in lines)
