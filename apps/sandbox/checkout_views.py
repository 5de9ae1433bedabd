"""The hosted payment page: marked as what it is, and offering every way that a payment can go."""

from typing import Final

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.common.access import public
from apps.common.pages import render_page
from apps.sandbox.forms import PayerForm
from apps.sandbox.stripe import paying, sessions, shapes, store
from apps.sandbox.stripe.errors import StripeError
from apps.sandbox.stripe.paying import Payer
from apps.sandbox.stripe.store import Body

PAGE: Final = "sandbox/checkout.html"


@public
@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def checkout(request: HttpRequest, session_id: str) -> HttpResponseBase:
    """Shows a session, and does what was pressed: pay, pay later, decline, expire."""
    session = _session(session_id)
    if session["status"] != "open":
        return render_page(request, PAGE, {"session": session, "shop": _cancel_url(session)})
    if request.POST.get("act") == "expire":
        sessions.expire({}, session_id)
        return redirect("sandbox:checkout", session_id)
    form = PayerForm(request.POST or None, initial={"email": session["customer_email"]})
    if request.method == "POST" and form.is_valid():
        return _pay(request, session_id, form.payer())
    context = {
        "session": session,
        "form": form,
        "delayed": shapes.delayed_method(session["currency"]) in session["payment_method_types"],
        "card": "card" in session["payment_method_types"],
        "shop": _cancel_url(session),
    }
    return render_page(request, PAGE, context, status=422 if form.is_bound else 200)


def _pay(request: HttpRequest, id: str, payer: Payer) -> HttpResponseBase:
    act = request.POST.get("act")
    try:
        if act == "decline":
            paying.decline_card(id, payer)
            raise paying.CardDeclined
        session = paying.pay_by_card(id, payer) if act == "pay" else _pay_later(id, payer, act)
    except paying.CardDeclined:
        messages.error(request, _("The card was declined. Try another way, or cancel."))
        return redirect("sandbox:checkout", id)
    return HttpResponseRedirect(session["success_url"].replace("{CHECKOUT_SESSION_ID}", id))


def _pay_later(id: str, payer: Payer, act: str | None) -> Body:
    if act not in {"later", "later-fails"}:
        raise Http404
    return paying.pay_later(id, payer, succeeds=act == "later")


def _session(id: str) -> Body:
    try:
        return store.find("checkout.session", id)
    except StripeError:
        raise Http404 from None


def _cancel_url(session: Body) -> str:
    return str(session["cancel_url"] or "/")
