"""The credits page: what is there now, what moved lately and what things cost; and the choice of a plan."""

from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.requests import UserRequest
from apps.accounts.usage import active_subscription
from apps.common.access import owner
from apps.common.pages import render_page
from apps.credits import ledger
from apps.credits.forms import PlanForm
from apps.credits.packs import PACKS
from apps.credits.plan_changes import NeedsPayment, SubscriptionEnded, choose_plan
from apps.credits.plan_presenter import outcome_words, plan_options
from apps.credits.prices import all_prices
from apps.credits.queries import every_plan, recent_movements
from apps.credits.verification import check_of


@owner
@require_safe
def overview(request: UserRequest) -> HttpResponse:
    """The balance, the plan, what things cost, and the newest movements."""
    balance = ledger.balance_of(request.user.pk)
    context = {
        "balance": balance,
        "subscription": active_subscription(request.user),
        "recent": recent_movements(request.user),
        "prices": [(price, balance // price.credits) for price in all_prices()],
        "ledger_check": check_of(request.user),
        "packs": PACKS,
        "form_key": uuid4().hex,
    }
    return render_page(request, "credits/overview.html", context)


@owner
@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: UserRequest) -> HttpResponse:
    """The plans; one that is chosen holds at once or from the period's end."""
    held = active_subscription(request.user)
    form = PlanForm(request.POST or None, held=held)
    if request.method == "POST" and form.is_valid() and _chosen(request, form):
        return redirect("credits:plan")
    context = {
        "form": form,
        "subscription": held,
        "options": plan_options(every_plan(), held, now=timezone.now()),
        "form_key": uuid4().hex,
    }
    return render_page(request, "credits/plan.html", context, status=422 if form.is_bound else 200)


def _chosen(request: UserRequest, form: PlanForm) -> bool:
    """Whether the choice was made. Only a payment that comes in at this moment can have made it impossible."""
    wanted = form.cleaned_data["plan"]
    try:
        effect = choose_plan(user=request.user, plan=wanted, by=request.user, now=timezone.now())
    except (NeedsPayment, SubscriptionEnded):
        form.add_error(None, _("Your plan has just changed. Look at it below and choose again."))
        return False
    messages.success(request, outcome_words(effect, wanted, form.held))
    return True
