"""The part of the payments API that a shop calls, by its addresses."""

from django.urls import path, re_path

from apps.sandbox.stripe import catalogue, disputes, refunds, sessions, subscriptions
from apps.sandbox.stripe.api import endpoint, listing, retrieving, unknown

_SESSIONS = listing("checkout.session", "/v1/checkout/sessions", "payment_intent", "subscription", "customer")


urlpatterns = [
    path("checkout/sessions", endpoint(GET=_SESSIONS, POST=sessions.create), name="stripe-sessions"),
    path("checkout/sessions/<str:id>", endpoint(GET=retrieving("checkout.session")), name="stripe-session"),
    path("checkout/sessions/<str:id>/expire", endpoint(POST=sessions.expire), name="stripe-session-expire"),
    path("checkout/sessions/<str:id>/line_items", endpoint(GET=sessions.line_items), name="stripe-session-lines"),
    path(
        "refunds",
        endpoint(GET=listing("refund", "/v1/refunds", "charge", "payment_intent"), POST=refunds.create),
        name="stripe-refunds",
    ),
    path("refunds/<str:id>", endpoint(GET=retrieving("refund")), name="stripe-refund"),
    path(
        "payment_intents",
        endpoint(GET=listing("payment_intent", "/v1/payment_intents", "customer")),
        name="stripe-payment-intents",
    ),
    path("payment_intents/<str:id>", endpoint(GET=retrieving("payment_intent")), name="stripe-payment-intent"),
    path(
        "charges", endpoint(GET=listing("charge", "/v1/charges", "payment_intent", "customer")), name="stripe-charges"
    ),
    path("charges/<str:id>", endpoint(GET=retrieving("charge")), name="stripe-charge"),
    path("events", endpoint(GET=listing("event", "/v1/events", "type")), name="stripe-events"),
    path("events/<str:id>", endpoint(GET=retrieving("event")), name="stripe-event"),
    path(
        "disputes",
        endpoint(GET=listing("dispute", "/v1/disputes", "charge", "payment_intent")),
        name="stripe-disputes",
    ),
    path("disputes/<str:id>", endpoint(GET=retrieving("dispute"), POST=disputes.update), name="stripe-dispute"),
    path(
        "customers",
        endpoint(GET=listing("customer", "/v1/customers", "email"), POST=catalogue.create_customer),
        name="stripe-customers",
    ),
    path(
        "customers/<str:id>",
        endpoint(GET=retrieving("customer"), POST=catalogue.update_customer),
        name="stripe-customer",
    ),
    path(
        "products",
        endpoint(GET=listing("product", "/v1/products"), POST=catalogue.create_product),
        name="stripe-products",
    ),
    path("products/<str:id>", endpoint(GET=retrieving("product")), name="stripe-product"),
    path(
        "prices",
        endpoint(GET=listing("price", "/v1/prices", "product", "lookup_key"), POST=catalogue.create_price),
        name="stripe-prices",
    ),
    path("prices/<str:id>", endpoint(GET=retrieving("price")), name="stripe-price"),
    path(
        "subscriptions",
        endpoint(GET=listing("subscription", "/v1/subscriptions", "customer", "status")),
        name="stripe-subscriptions",
    ),
    path(
        "subscriptions/<str:id>",
        endpoint(GET=retrieving("subscription"), POST=subscriptions.update, DELETE=subscriptions.cancel),
        name="stripe-subscription",
    ),
    path("invoices", endpoint(GET=listing("invoice", "/v1/invoices", "customer", "status")), name="stripe-invoices"),
    path("invoices/<str:id>", endpoint(GET=retrieving("invoice")), name="stripe-invoice"),
    re_path(r"^(?P<path>.*)$", unknown, name="stripe-unknown"),
]
