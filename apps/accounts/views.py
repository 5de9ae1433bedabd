"""The account page."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.accounts import panels
from apps.accounts.forms import SettingsForm
from apps.accounts.requests import UserRequest
from apps.accounts.usage import active_subscription
from apps.common.access import owner
from apps.common.pages import render_page


@owner
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: UserRequest) -> HttpResponse:
    """Usage, plan and settings."""
    form = SettingsForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("accounts:account")
    context = {"form": form, "subscription": active_subscription(request.user), **panels.context_for(request.user)}
    return render_page(request, "accounts/account.html", context, status=422 if form.is_bound else 200)
