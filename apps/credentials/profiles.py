"""Opening a profile, and what a profile may say about itself."""

from django.db import transaction

from apps.accounts.models import User
from apps.credentials import keys
from apps.credentials.models import Profile, ProfileBlock


@transaction.atomic
def open_profile(*, user: User, handle: str, display_name: str) -> Profile:
    """The person's profile, with a key to sign with. Raises IntegrityError for a handle that is taken."""
    profile = Profile.objects.create(user=user, handle=handle, display_name=display_name)
    keys.make_key(profile)
    return profile


def profile_of(user: User) -> Profile | None:
    """The person's profile, if they have opened one."""
    return Profile.objects.filter(user=user).first()


def block(*, profile: Profile, issuer: Profile) -> None:
    """The profile receives nothing from the issuer any more; twice is once."""
    ProfileBlock.objects.get_or_create(profile=profile, blocked=issuer)
