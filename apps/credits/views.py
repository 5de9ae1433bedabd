"""The credits page: what is there now and what moved lately."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from apps.accounts.requests import UserRequest
from apps.accounts.usage import active_subscription
from apps.common.access import owner
from apps.common.pages import render_page
from apps.credits import ledger
from apps.credits.models import CreditTransaction

RECENT = 10


@owner
@require_safe
def overview(request: UserRequest) -> HttpResponse:
    """The balance, the plan, and the newest movements."""
    recent = CreditTransaction.objects.filter(user=request.user).order_by("-seq")[:RECENT]
    context = {
        "balance": ledger.balance_of(request.user.pk),
        "subscription": active_subscription(request.user),
        "recent": recent,
    }
    return render_page(request, "credits/overview.html", context)
