"""Opening a profile, and what a profile may say about itself."""

from secrets import token_hex
from typing import Final

from django.db import transaction
from django.utils.text import slugify

from apps.accounts.models import User
from apps.credentials import keys
from apps.credentials.models import Profile, ProfileBlock

_LONGEST_BEGINNING: Final = 30


@transaction.atomic
def open_profile(*, user: User, handle: str, display_name: str) -> Profile:
    """The person's profile, with a key to sign with. Raises IntegrityError for a handle that is taken."""
    profile = Profile.objects.create(user=user, handle=handle, display_name=display_name)
    keys.make_key(profile)
    return profile


def profile_of(user: User) -> Profile | None:
    """The person's profile, if they have opened one."""
    profile = Profile.objects.filter(user=user).first()
    if profile:
        profile.user = user  # known, and not to be asked for again
    return profile


def block(*, profile: Profile, issuer: Profile) -> None:
    """The profile receives nothing from the issuer any more; twice is once."""
    ProfileBlock.objects.get_or_create(profile=profile, blocked=issuer)


def unblock(*, profile: Profile, issuer: Profile) -> None:
    """The profile receives from the issuer again."""
    profile.blocks.filter(blocked=issuer).delete()


def open_profile_for_holder(*, user: User, display_name: str) -> Profile:
    """The profile of someone who claims and issues nothing yet: its handle is made from the name, and free."""
    begins = slugify(display_name)[:_LONGEST_BEGINNING].strip("-") or "holder"
    return open_profile(user=user, handle=f"{begins}-{token_hex(4)}", display_name=display_name)


def profile_by_handle(handle: str) -> Profile | None:
    """The profile that is called so."""
    return None if "\x00" in handle else Profile.objects.filter(handle=handle).first()
