"""The second factor of those who work here: where it is required, nothing of the staff's opens without it.

It counts for the session in which it was shown. A session from before, or one that a password alone began, is asked
for it; who has none yet sets one up first.
"""

from urllib.parse import urlsplit

from allauth.account.authentication import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django.urls import reverse

METHOD = "mfa"  # allauth's word


def still_asked_for(request: HttpRequest) -> str | None:
    """Where the signed-in person has to go first, by way of which they come back; null where nothing is missing."""
    if not settings.STAFF_MFA_REQUIRED or was_shown(request):
        return None
    step = "mfa_reauthenticate" if is_mfa_enabled(request.user) else "mfa_activate_totp"
    return redirect_to_login(_way_back(request), reverse(step))["Location"]


def was_shown(request: HttpRequest) -> bool:
    """Whether a second factor was shown in this session, by somebody who still has one."""
    records = get_authentication_records(request, request.user)
    return is_mfa_enabled(request.user) and any(record["method"] == METHOD for record in records)


def _way_back(request: HttpRequest) -> str:
    """The page that was asked for, or the one around what was asked for; an act isn't repeated."""
    if request.method == "GET" and not getattr(request, "htmx", False):
        return request.get_full_path()
    return urlsplit(request.headers.get("Referer", "")).path or reverse("staff:home")
