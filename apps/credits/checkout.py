"""Payment pages for credit packs and for plans. What was paid is told by webhooks; see ``webhook_handlers``.

Each page names the person and what is bought, so that its events say by themselves what they mean.
"""

from typing import Any, Final, NamedTuple

from apps.accounts.models import Plan, User
from apps.accounts.usage import active_subscription
from apps.common.stripe_calls import called
from apps.credits.packs import Pack
from apps.credits.plan_changes import can_buy

# Stripe puts the page's id there.
SESSION_ID: Final = "{CHECKOUT_SESSION_ID}"


class CannotBuy(Exception):
    """The plan costs nothing, or the person has it, or pays for another, beside which it would be charged."""


class Addresses(NamedTuple):
    """Where the payment page leads to: when it was paid, and when it wasn't."""

    success: str
    cancel: str


def begin_pack_checkout(*, user: User, pack: Pack, key: str, addresses: Addresses) -> str:
    """The address of the page where the pack is paid; with the same ``key`` the same page. Raises ProviderError."""
    told = {"user": str(user.public_id), "credits": str(pack.credits)}
    price = {
        "currency": pack.currency.lower(),
        "unit_amount": pack.price_minor,
        "product_data": {"name": f"{pack.credits} credits"},
    }
    params = {
        "mode": "payment",
        "line_items": [{"price_data": price, "quantity": 1}],
        "metadata": told,
        "payment_intent_data": {"metadata": told},
    }
    return _page(user, params, key=f"pack:{user.public_id}:{pack.slug}:{key}", addresses=addresses)


def begin_plan_checkout(*, user: User, plan: Plan, key: str, addresses: Addresses) -> str:
    """The address of the page where the plan is subscribed to; with the same ``key`` the same page.

    Raises CannotBuy, ProviderError.
    """
    if not can_buy(plan, active_subscription(user)):
        raise CannotBuy
    told = {"user": str(user.public_id)}
    params = {
        "mode": "subscription",
        "line_items": [{"price": _price_of(plan), "quantity": 1}],
        "metadata": told,
        "subscription_data": {"metadata": told},
    }
    return _page(user, params, key=f"plan:{user.public_id}:{plan.slug}:{key}", addresses=addresses)


def _page(user: User, params: dict[str, Any], *, key: str, addresses: Addresses) -> str:
    common = {
        "customer_email": user.email,
        "client_reference_id": str(user.public_id),
        "success_url": addresses.success,
        "cancel_url": addresses.cancel,
    }
    session = called(lambda client: client.v1.checkout.sessions.create({**params, **common}, {"idempotency_key": key}))
    return str(session.url or "")


def _price_of(plan: Plan) -> str:
    """The provider's id of the plan's price; made there at the first sale. Whoever changes a price empties it."""
    if plan.provider_price_id:
        return plan.provider_price_id
    params = {
        "currency": plan.currency.lower(),
        "unit_amount": plan.price_minor,
        "recurring": {"interval": "month"},
        "product_data": {"name": plan.name},
    }
    key = f"price:{plan.slug}:{plan.currency}:{plan.price_minor}"
    price = called(lambda client: client.v1.prices.create(params, {"idempotency_key": key}))
    Plan.objects.filter(pk=plan.pk, provider_price_id="").update(provider_price_id=price.id)
    return str(price.id)
