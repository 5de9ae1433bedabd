"""An issuer's boosts and integrations: made, changed, brought live, issued from."""

from collections.abc import Callable
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

from apps.accounts.requests import UserRequest
from apps.common.access import owner
from apps.common.pages import render_page
from apps.credentials import boosts as operations
from apps.credentials import claim_links
from apps.credentials.documents import Content
from apps.credentials.event_types import Source
from apps.credentials.forms import BoostForm, ClaimLinkForm, IntegrationForm, IssueForm
from apps.credentials.issuing import Sent, Wish, send
from apps.credentials.models import Boost, Profile
from apps.credentials.profiles import profile_of
from apps.credentials.refusals import DeliveryFailed, Refusal, Refused
from apps.credentials.uris import site_url


@owner
@require_http_methods(["GET", "HEAD", "POST"])
def boosts(request: UserRequest) -> HttpResponse:
    """All of the person's boosts, and the form of a new one."""
    profile = _profile(request)
    form = BoostForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        boost = operations.add_boost(owner=profile, **form.cleaned_data)
        return redirect("credentials:boost", boost.pk)
    context = {"profile": profile, "boosts": profile.boosts.newest_first(), "form": form}
    return render_page(request, "credentials/boosts.html", context, status=422 if form.is_bound else 200)


@owner
@require_http_methods(["GET", "HEAD", "POST"])
def boost(request: UserRequest, boost_id: UUID) -> HttpResponse:
    """One boost: a draft can be changed, a live one issued."""
    found = _own(request, boost_id)
    form = BoostForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        _say(request, _("Saved."), lambda: operations.change_boost(found, **form.cleaned_data))
        return redirect("credentials:boost", boost_id)
    return _page(request, found, form=form, status=422 if form.is_bound else 200)


@owner
@require_POST
def publish(request: UserRequest, boost_id: UUID) -> HttpResponse:
    """Brings a draft live."""
    operations.bring_live(_own(request, boost_id))
    messages.success(request, _("Live. It can be issued now, and no longer changed."))
    return redirect("credentials:boost", boost_id)


@owner
@require_POST
def remove_boost(request: UserRequest, boost_id: UUID) -> HttpResponse:
    """Removes a draft."""
    found = _own(request, boost_id)
    gone = _say(request, _("Removed."), lambda: operations.remove_boost(found))
    return redirect("credentials:boosts") if gone else redirect("credentials:boost", boost_id)


@owner
@require_POST
def issue(request: UserRequest, boost_id: UUID) -> HttpResponse:
    """Issues the boost to someone."""
    found = _own(request, boost_id)
    form = IssueForm(found.owner, request.POST)
    if form.is_valid():
        try:
            sent = _send(found, form)
        except (Refusal, DeliveryFailed) as error:
            form.add_error("recipient", str(error))
        else:
            messages.success(request, _("Issued."))
            return redirect("credentials:activity", sent.issuance.activity_id)
    return _page(request, found, issue_form=form, status=422)


@owner
@never_cache
@require_POST
@sensitive_variables("made")
def add_claim_link(request: UserRequest, boost_id: UUID) -> HttpResponse:
    """Makes a claim link and shows it in this very answer: it is kept nowhere that it could be shown from again."""
    found = _own(request, boost_id)
    form = ClaimLinkForm(request.POST)
    if not form.is_valid() or not found.is_live:
        return _page(request, found, link_form=form, status=422)
    made = claim_links.make_link(found, lifetime=form.lifetime, uses=form.cleaned_data["uses"], now=timezone.now())
    return _page(request, found, claim_url=site_url(f"/claim/{made.secret}/"))


@owner
@require_POST
def revoke_claim_link(request: UserRequest, boost_id: UUID, link_id: UUID) -> HttpResponse:
    """Nothing is claimed with the link any more."""
    link = _own(request, boost_id).claim_links.filter(pk=link_id).first()
    if link is None:
        raise Http404
    claim_links.revoke_link(link, now=timezone.now())
    messages.success(request, _("The link no longer works."))
    return redirect("credentials:boost", boost_id)


@owner
@require_http_methods(["GET", "HEAD", "POST"])
def integrations(request: UserRequest) -> HttpResponse:
    """The apps that issuances are attributed to, and the form of a new one."""
    profile = _profile(request)
    form = IntegrationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.add_integration(owner=profile, name=form.cleaned_data["name"])
        except Refused as refused:
            form.add_error("name", str(refused))
        else:
            return redirect("credentials:integrations")
    context = {"profile": profile, "integrations": profile.integrations.by_name(), "form": form}
    return render_page(request, "credentials/integrations.html", context, status=422 if form.is_bound else 200)


@owner
@require_POST
def remove_integration(request: UserRequest, integration_id: UUID) -> HttpResponse:
    """Removes an integration that nothing is attributed to."""
    integration = _profile(request).integrations.with_id(integration_id).first()
    if integration is None:
        raise Http404
    _say(request, _("Removed."), lambda: operations.remove_integration(integration))
    return redirect("credentials:integrations")


def _profile(request: UserRequest) -> Profile:
    profile = profile_of(request.user)
    if profile is None:
        raise Http404
    return profile


def _own(request: UserRequest, boost_id: UUID) -> Boost:
    found = _profile(request).boosts.select_related("owner").filter(pk=boost_id).first()
    if found is None:
        raise Http404
    return found


def _send(boost: Boost, form: IssueForm) -> Sent:
    integration = form.cleaned_data["integration"]
    wish = Wish(
        issuer=boost.owner,
        recipient=form.cleaned_data["recipient"],
        source=Source.SEND_BOOST,
        content=Content.of_boost(boost),
        boost=boost,
        integration_id=integration.pk if integration else None,
    )
    return send(wish, now=timezone.now())


def _page(request: UserRequest, boost: Boost, *, status: int = 200, **changes: Any) -> HttpResponse:
    context = {
        "boost": boost,
        "form": BoostForm(instance=boost),
        "issue_form": IssueForm(boost.owner),
        "link_form": ClaimLinkForm(),
        "links": boost.claim_links.not_revoked().newest_first(),
        "now": timezone.now(),
        **changes,
    }
    return render_page(request, "credentials/boost.html", context, status=status)


def _say(request: UserRequest, done: str, act: Callable[[], object]) -> bool:
    """Does it and says so, or says why not."""
    try:
        act()
    except Refused as refused:
        messages.error(request, str(refused))
        return False
    messages.success(request, done)
    return True
