"""Buying credits and plans: to the payment page, and back to where the payment provider's word is waited for."""

from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.requests import UserRequest
from apps.accounts.usage import active_subscription
from apps.common.access import owner
from apps.common.limits import Limit
from apps.common.pages import render_page
from apps.common.providers import ProviderError
from apps.credits import checkout, ledger
from apps.credits.packs import find_pack
from apps.credits.queries import bought_by_page, every_plan

PURCHASES: Final = Limit("purchases", times=20, seconds=600)
LONGEST_KEY: Final = 64


@owner
@require_POST
def buy_pack(request: UserRequest, slug: str) -> HttpResponse:
    """Goes to the page where the pack is paid."""
    pack = find_pack(slug)
    if pack is None:
        raise Http404
    return _to_page(
        request,
        lambda key, addresses: checkout.begin_pack_checkout(user=request.user, pack=pack, key=key, addresses=addresses),
        back_to="credits:overview",
        then="credits:bought",
    )


@owner
@require_POST
def subscribe(request: UserRequest, slug: str) -> HttpResponse:
    """Goes to the page where the plan is subscribed to."""
    plan = next((plan for plan in every_plan() if plan.slug == slug), None)
    if plan is None:
        raise Http404
    return _to_page(
        request,
        lambda key, addresses: checkout.begin_plan_checkout(user=request.user, plan=plan, key=key, addresses=addresses),
        back_to="credits:plan",
        then="credits:subscribed",
    )


@owner
@never_cache
@require_safe
def bought(request: UserRequest) -> HttpResponse:
    """Where the payment page of a pack leads back to: it waits until the credits are there."""
    entry = bought_by_page(request.user, request.GET.get("session", "")[:200])
    context = {
        "entry": entry,
        "balance": ledger.balance_of(request.user.pk),
        "poll_url": "" if entry else request.get_full_path(),
    }
    return render_page(request, "credits/bought.html", context)


@owner
@never_cache
@require_safe
def subscribed(request: UserRequest) -> HttpResponse:
    """Where the payment page of a plan leads back to: it waits until the plan holds."""
    held = active_subscription(request.user)
    is_paid = held is not None and bool(held.provider_id)
    context = {"held": held if is_paid else None, "poll_url": "" if is_paid else request.get_full_path()}
    return render_page(request, "credits/subscribed.html", context)


def _to_page(
    request: UserRequest, begin: Callable[[str, checkout.Addresses], str], *, back_to: str, then: str
) -> HttpResponse:
    """Nothing is charged where this fails; the page that it came from says why."""
    key = request.POST.get("key", "")
    if not key or len(key) > LONGEST_KEY or not PURCHASES.count(str(request.user.pk)):
        messages.error(request, _("That was often, or from an old page. Wait a moment and try again."))
        return redirect(back_to)
    addresses = checkout.Addresses(
        success=f"{request.build_absolute_uri(reverse(then))}?session={checkout.SESSION_ID}",
        cancel=request.build_absolute_uri(reverse(back_to)),
    )
    try:
        return _leading_to(begin(key, addresses))
    except checkout.CannotBuy:
        messages.info(request, _("Your plan has just changed. Look at it below and choose again."))
    except ProviderError:
        messages.error(
            request, _("The payment page can’t be opened at the moment. Nothing was charged; try again in a minute.")
        )
    return redirect(back_to)


def _leading_to(address: str) -> HttpResponse:
    """Where the payment provider said; nothing but the web, whatever it says."""
    if urlsplit(address).scheme not in {"https", "http"}:
        raise ProviderError("The payment provider gave no address for its page.")
    return HttpResponseRedirect(address)
