"""What is kept here about a person: who they are, how they sign in, what they subscribed to, when they came."""

from collections.abc import Iterator
from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.admin.models import LogEntry
from django.db import transaction

from apps.accounts.models import ApiToken, PeriodReset, Session, Subscription, User, Visit
from apps.common.personal_data import ERASED, Section, permitted_erasure


def addresses(user: User) -> frozenset[str]:
    """The addresses that are the person's, in small letters: not one that was only typed and never confirmed.

    By them things are found that name nobody else's account, and anybody can sign up with a stranger's address.
    """
    known = EmailAddress.objects.filter(user=user).values_list("email", "verified")
    theirs = {user.email.lower(): True} | {address.lower(): confirmed for address, confirmed in known}
    return frozenset(address for address, is_theirs in theirs.items() if is_theirs)


def sections(user: User) -> Iterator[Section]:
    """All that is the person's, by what it is, row by row."""
    about = {"email": user.email, "confirmed_addresses": sorted(addresses(user)), "time_zone": user.time_zone}
    yield "person", [about | {"joined_at": user.date_joined, "images_generated": user.generated_count}]
    tokens = ApiToken.objects.filter(user=user).order_by("created_at")
    yield "tokens", tokens.values("name", "scopes", "beginning", "created_at", "expires_at", "last_used_at").iterator()
    subscriptions = Subscription.objects.filter(user=user).order_by("current_period_start")
    yield "subscriptions", subscriptions.values("plan__name", "status", "current_period_start", "ended_at").iterator()
    yield "visits", Visit.objects.filter(user=user).order_by("day").values("day", "viewed_activity").iterator()


@transaction.atomic
def erase(user: User, *, now: datetime) -> None:
    """Nobody signs in as them any more, by password, second factor or token; and nothing says who it was."""
    EmailAddress.objects.filter(user=user).delete()
    Authenticator.objects.filter(user=user).delete()
    Session.objects.filter(user_id=user.pk).delete()
    tokens = ApiToken.objects.filter(user=user)
    tokens.filter(revoked_at=None).update(revoked_at=now)
    tokens.update(name=ERASED)
    with permitted_erasure("accounts"):
        PeriodReset.objects.filter(user=user).update(reason=ERASED)
    LogEntry.objects.filter(content_type__model="user", object_id=str(user.pk)).update(object_repr=ERASED)
    user.groups.clear()
    user.user_permissions.clear()
    user.email, user.time_zone = f"{ERASED}-{user.pk}@{ERASED}.invalid", "UTC"
    user.is_active = user.is_staff = user.is_superuser = False
    user.set_unusable_password()
    user.save()
