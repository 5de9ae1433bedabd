"""The account page, and the tokens that are made and taken back on it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts import panels, tokens
from apps.accounts.forms import SettingsForm, TokenForm
from apps.accounts.presenters import token_rows
from apps.accounts.requests import UserRequest
from apps.accounts.scopes import Scope
from apps.accounts.usage import active_subscription
from apps.common.access import owner
from apps.common.pages import render_page


@owner
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: UserRequest) -> HttpResponse:
    """Usage, plan, settings and tokens."""
    form = SettingsForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("accounts:account")
    return _page(request, form=form, status=422 if form.is_bound else 200)


@owner
@never_cache
@require_POST
@sensitive_variables("issued")
def create_token(request: UserRequest) -> HttpResponse:
    """Makes a token and shows its secret in this very answer: it is kept nowhere that it could be shown from again."""
    form = TokenForm(request.POST)
    issued = _issued(request, form) if form.is_valid() else None
    if issued is None:
        return _page(request, token_form=form, status=422)
    return _page(request, issued=issued)


@owner
@require_POST
def revoke_token(request: UserRequest, token_id: UUID) -> HttpResponse:
    """Takes a token back, at once."""
    token = tokens.revoke(user=request.user, token_id=token_id, now=timezone.now())
    if token is None:
        raise Http404
    messages.success(request, _("“%s” no longer works.") % token.name)
    return redirect("accounts:account")


def _issued(request: UserRequest, form: TokenForm) -> tokens.Issued | None:
    """The new token, or None with the reason on the form."""
    asked = form.cleaned_data
    scopes = [Scope(scope) for scope in asked["scopes"]]
    try:
        return tokens.issue(
            user=request.user, name=asked["name"], scopes=scopes, lifetime=form.lifetime, now=timezone.now()
        )
    except tokens.TooManyTokens:
        form.add_error(None, _("You have as many tokens as one can have. Revoke one that isn't used."))
        return None


def _page(request: UserRequest, *, status: int = 200, **changes: Any) -> HttpResponse:
    subscription = active_subscription(request.user)
    context = {
        "form": SettingsForm(instance=request.user),
        "token_form": TokenForm(),
        "tokens": token_rows(request.user.api_tokens.not_revoked().newest_first(), now=timezone.now()),
        "subscription": subscription,
        **panels.context_for(request.user, subscription),
        **changes,
    }
    return render_page(request, "accounts/account.html", context, status=status)
