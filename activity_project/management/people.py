"""People as they are named on a command line."""

from django.core.management.base import CommandError

from apps.accounts.models import User


def person(email: str) -> User:
    """Who signs in with the address. Raises CommandError where nobody does."""
    try:
        return User.objects.get_by_natural_key(email)
    except User.DoesNotExist:
        raise CommandError(f"Nobody signs in with {email}.") from None
