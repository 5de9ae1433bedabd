"""What a holder has, and claiming by link."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.requests import UserRequest
from apps.common.access import owner, public
from apps.common.pages import render_page
from apps.credentials import claiming
from apps.credentials.claim_limits import BAD_CLAIMS, TooManyBadClaims, followed, offered
from apps.credentials.forms import NameForm
from apps.credentials.models import Profile
from apps.credentials.profiles import block, open_profile_for_holder, profile_by_handle, profile_of, unblock
from apps.credentials.received import held_by, issuers_known_to, waiting_for
from apps.credentials.refusals import NotFound, Refusal

TEMPLATE = "credentials/received.html"
CLAIM = "credentials/claim.html"


@owner
@require_safe
def received(request: UserRequest) -> HttpResponse:
    """The person's own credentials, newest first."""
    profile = profile_of(request.user)
    before = request.GET.get("before", "")
    page = held_by(profile, before=int(before) if _is_number(before) else None) if profile else None
    waiting = waiting_for(profile) if profile else []
    issuers = issuers_known_to(profile) if profile else []
    return render_page(request, TEMPLATE, {"profile": profile, "page": page, "waiting": waiting, "issuers": issuers})


@owner
@require_POST
def block_issuer(request: UserRequest, handle: str) -> HttpResponse:
    """Takes nothing more from an issuer, or takes from them again."""
    profile, issuer = _profile(request), profile_by_handle(handle)
    if issuer is None:
        raise Http404
    if request.POST.get("act") == "unblock":
        unblock(profile=profile, issuer=issuer)
        messages.success(request, _("You receive from %(name)s again.") % {"name": issuer.display_name})
    else:
        block(profile=profile, issuer=issuer)
        messages.success(request, _("You receive nothing more from %(name)s.") % {"name": issuer.display_name})
    return redirect("credentials:received")


@owner
@require_POST
def accept(request: UserRequest, credential_id: UUID) -> HttpResponse:
    """Accepts what was delivered to the person."""
    profile = _profile(request)
    return _done(request, lambda: claiming.accept(profile=profile, credential_id=credential_id))


@owner
@require_POST
def take(request: UserRequest, inbox_id: UUID) -> HttpResponse:
    """Takes what waits for an address of the person's."""
    profile, now = _profile(request), timezone.now()
    return _done(request, lambda: claiming.take_from_inbox(profile=profile, inbox_id=inbox_id, now=now))


@owner
@require_safe
def download(request: UserRequest, credential_id: UUID) -> HttpResponse:
    """The person's credential as a file: the document, and its signed form."""
    credential = _profile(request).credentials.filter(pk=credential_id).first()
    if credential is None:
        raise Http404
    body = {"credential": credential.document, "jwt": credential.signed}
    response = JsonResponse(body, json_dumps_params={"indent": 2, "ensure_ascii": False})
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=f"{credential_id}.json")
    return response


@public
@never_cache
@sensitive_variables("token")
@require_http_methods(["GET", "HEAD", "POST"])
def claim(request: HttpRequest, token: str) -> HttpResponse:
    """What the link is for; claimed by whoever is signed in and says so. Never found by a search engine."""
    try:
        response = _claim(request, token)
    except NotFound:
        raise Http404 from None
    except TooManyBadClaims as error:
        response = HttpResponse(str(error), status=429, content_type="text/plain; charset=utf-8")
        response["Retry-After"] = str(BAD_CLAIMS.seconds_left)
    response["X-Robots-Tag"] = "noindex"
    return response


def _claim(request: HttpRequest, token: str) -> HttpResponse:
    offer = offered(request, token)
    profile = profile_of(request.user) if request.user.is_authenticated else None
    form = NameForm(request.POST or None)
    context: dict[str, Any] = {"offer": offer, "profile": profile, "form": form, "path": request.path}
    if request.method != "POST" or not request.user.is_authenticated:
        return render_page(request, CLAIM, context)
    if profile is None and not form.is_valid():
        return render_page(request, CLAIM, context, status=422)
    profile = profile or open_profile_for_holder(user=request.user, display_name=form.cleaned_data["name"])
    try:
        claimed = followed(request, profile, token)
    except Refusal as refusal:
        return render_page(request, CLAIM, context | {"refusal": str(refusal), "profile": profile}, status=400)
    messages.success(request, _("It's yours.") if claimed.is_new else _("You have claimed this before. It's yours."))
    return redirect("credentials:received")


def _done(request: UserRequest, act: Any) -> HttpResponse:
    """Claims, and goes back to all of the person's credentials; 404 where there is nothing of theirs to claim."""
    try:
        act()
    except NotFound:
        raise Http404 from None
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("It's yours."))
    return redirect("credentials:received")


def _profile(request: UserRequest) -> Profile:
    profile = profile_of(request.user)
    if profile is None:
        raise Http404
    return profile


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19
