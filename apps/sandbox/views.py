"""The controls: what goes wrong next, how fast time goes, and what was sent and answered."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.common.access import public
from apps.common.pages import render_page
from apps.sandbox import deliveries, faults, overview, pace
from apps.sandbox.forms import DisputeForm, FaultsForm, PaceForm, ProductForm, RefundForm, StatusForm
from apps.sandbox.printify import catalogue, orders, uploads, webhooks
from apps.sandbox.printify.errors import PrintifyError
from apps.sandbox.stripe import disputes, refunds, store, subscriptions
from apps.sandbox.stripe.errors import StripeError

Act = Callable[..., None]


def _acting(act: Act) -> Callable[..., HttpResponse]:
    """A button: does it, says so or why not, and leads back to the page that it stands on."""

    @public
    @require_POST
    @wraps(act)
    def view(request: HttpRequest, **ids: Any) -> HttpResponse:
        try:
            with transaction.atomic():
                act(request, **ids)
        except (StripeError, PrintifyError) as refusal:
            messages.error(request, str(refusal))
        return redirect(_page_of(request))

    return view


@public
@require_safe
def controls(request: HttpRequest) -> HttpResponse:
    """Everything at a glance."""
    pending = faults.all_pending()
    context = {
        "orders": overview.latest_orders(),
        "payments": overview.latest_payments(),
        "subscriptions": overview.latest_subscriptions(),
        "deliveries": overview.latest_deliveries(),
        "mails": overview.latest_mails()[:5],
        "pace": PaceForm(initial={"pace": pace.percent()}),
        "faults": FaultsForm(initial={key: pending.get(key, 0) for key in faults.FAULTS}),
        "pending": sum(pending.values()),
        "blocked_until": webhooks.blocked_until(),
        "product": ProductForm(),
    }
    return render_page(request, "sandbox/controls.html", context)


@_acting
def set_pace(request: HttpRequest) -> None:
    """Changes how fast time goes."""
    form = PaceForm(request.POST)
    if form.is_valid():
        pace.change(form.cleaned_data["pace"])
        messages.success(request, _("Time goes at another speed from now on."))


@_acting
def set_faults(request: HttpRequest) -> None:
    """Prepares what goes wrong next."""
    form = FaultsForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Write whole numbers from 0 to %d.") % faults.MOST)
        return
    for key, fault in faults.FAULTS.items():
        faults.prepare(fault, times=form.cleaned_data[key] or 0)
    messages.success(request, _("Prepared."))


@public
@require_safe
def order(request: HttpRequest, order_id: str) -> HttpResponse:
    """One order at the print provider."""
    found = overview.printify_order(order_id)
    if found is None:
        raise Http404
    context = {
        "row": overview.order_row(found),
        "body": _readable(found.body),
        "stalled": found.is_stalled,
        "pictures": uploads.printed_for(order_id),
        "form": StatusForm(),
        "deliveries": overview.deliveries_about(order_id),
    }
    return render_page(request, "sandbox/order.html", context)


@_acting
def advance_order(request: HttpRequest, order_id: str) -> None:
    """Takes an order's next step now."""
    orders.advance(order_id)


@_acting
def put_order(request: HttpRequest, order_id: str) -> None:
    """Puts an order into a status, documented or not."""
    form = StatusForm(request.POST)
    if form.is_valid():
        orders.put(order_id, form.cleaned_data["status"])


@public
@require_safe
def payment(request: HttpRequest, session_id: str) -> HttpResponse:
    """One checkout session, its refunds and disputes."""
    try:
        session = store.find("checkout.session", session_id)
    except StripeError:
        raise Http404 from None
    intent = session["payment_intent"] or ""
    made = {kind: overview.objects_about(intent, kind) if intent else [] for kind in ("refund", "dispute")}
    about = [session_id, intent, *(each["id"] for many in made.values() for each in many), *_charges(intent)]
    context = {
        "row": overview.session_row(session),
        "session": session,
        "body": _readable(store.presented(session, [])),
        "refunds": made["refund"],
        "disputes": made["dispute"],
        "refund_form": RefundForm(),
        "dispute_form": DisputeForm(),
        "deliveries": overview.deliveries_about(*filter(None, about)),
    }
    return render_page(request, "sandbox/payment.html", context)


@_acting
def refund(request: HttpRequest, session_id: str) -> None:
    """Gives money back from the provider's side, as staff may in its dashboard."""
    form = RefundForm(request.POST)
    if form.is_valid():
        given: dict[str, Any] = {"payment_intent": store.find("checkout.session", session_id)["payment_intent"]}
        if amount := form.cleaned_data["amount"]:
            given["amount"] = str(amount)
        refunds.create(given)


@_acting
def dispute(request: HttpRequest, session_id: str) -> None:
    """Has the cardholder contest the charge."""
    form = DisputeForm(request.POST)
    if form.is_valid():
        intent = store.find("checkout.session", session_id)["payment_intent"] or ""
        told = form.cleaned_data
        disputes.open_dispute(intent, reason=told["reason"], can_be_answered=not told["is_final"])


@_acting
def close_dispute(request: HttpRequest, dispute_id: str) -> None:
    """Has the bank decide."""
    disputes.close_dispute(dispute_id, won=request.POST.get("outcome") == "won")


@_acting
def renew(request: HttpRequest, subscription_id: str) -> None:
    """Begins a subscription's next period, paid or not."""
    subscriptions.renew(subscription_id, is_paid=request.POST.get("outcome") != "unpaid")


@_acting
def end_subscription(request: HttpRequest, subscription_id: str) -> None:
    """Ends a subscription now."""
    subscriptions.cancel({}, subscription_id)


@public
@require_safe
def delivery(request: HttpRequest, delivery_id: UUID) -> HttpResponse:
    """One webhook: what was sent, and what the product answered."""
    found = overview.delivery(delivery_id)
    if found is None:
        raise Http404
    return render_page(request, "sandbox/delivery.html", {"delivery": found, "body": _readable(json.loads(found.body))})


@_acting
def send_again(request: HttpRequest, delivery_id: UUID) -> None:
    """Sends a webhook once more, under the same id."""
    if overview.delivery(delivery_id):
        deliveries.send_again(delivery_id)
        messages.success(request, _("It is on its way again."))


@_acting
def raise_prices(request: HttpRequest) -> None:
    """Changes the print provider's catalogue, for a sync to find."""
    catalogue.raise_prices()
    messages.success(request, _("Three products cost more. The shop knows after its next sync."))


@_acting
def delete_product(request: HttpRequest) -> None:
    """Deletes a product at the print provider, and says so."""
    form = ProductForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose a product."))
        return
    product_id = form.cleaned_data["product"]
    catalogue.delete(product_id)
    webhooks.tell("product:deleted", kind="product", subject=product_id, told={})
    messages.success(request, _("It is deleted. The product is being told."))


@_acting
def restore_products(request: HttpRequest) -> None:
    """Brings back what was deleted."""
    catalogue.restore()
    messages.success(request, _("All products are there again. The shop knows after its next sync."))


@_acting
def disconnect(request: HttpRequest) -> None:
    """Says that somebody has disconnected the shop."""
    webhooks.tell("shop:disconnected", kind="shop", subject=settings.PRINTIFY_SHOP_ID, told={})
    messages.success(request, _("The product is being told that its shop was disconnected."))


@_acting
def unblock(request: HttpRequest) -> None:
    """Lets the print provider tell the product again after it had given up."""
    webhooks.unblock_all()
    messages.success(request, _("Nothing is blocked."))


def _charges(intent: str) -> list[str]:
    return [charge["id"] for charge in overview.objects_about(intent, "charge")] if intent else []


def _readable(body: Any) -> str:
    """The database doesn't keep the order of names."""
    return json.dumps(body, indent=2, ensure_ascii=False, sort_keys=True)


def _page_of(request: HttpRequest) -> str:
    """The page with the button, if it is one of the sandbox's own."""
    page = request.POST.get("next", "")
    return page if page.startswith("/sandbox/") else "/sandbox/"
