"""Following a claim token, with a limit on how many wrong ones may come from one network."""

from typing import Final

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from apps.common.limits import Limit
from apps.credentials.claim_links import Offer, look_at
from apps.credentials.claiming import Claimed, follow
from apps.credentials.models import Profile
from apps.credentials.refusals import NotFound

BAD_CLAIMS: Final = Limit("bad-claim-tokens", times=20, seconds=300)


class TooManyBadClaims(Exception):
    """Too many tokens that nobody made came from one network; good ones are still welcome from there."""


@sensitive_variables("secret")
def offered(request: HttpRequest, secret: str) -> Offer:
    """What the token stands for. Raises NotFound, TooManyBadClaims."""
    try:
        return look_at(secret, now=timezone.now())
    except NotFound:
        _count(request)
        raise


@sensitive_variables("secret")
def followed(request: HttpRequest, profile: Profile, secret: str) -> Claimed:
    """What the profile got by the token. Raises NotFound, Refused, TooManyBadClaims."""
    try:
        return follow(profile=profile, secret=secret, now=timezone.now())
    except NotFound:
        _count(request)
        raise


def _count(request: HttpRequest) -> None:
    if not BAD_CLAIMS.count_request(request):
        raise TooManyBadClaims(_("Too many wrong claim links. Wait a few minutes.")) from None
