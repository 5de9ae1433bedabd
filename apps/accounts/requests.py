"""The request of a signed-in person, for the views that ``access.owner`` and ``access.staff`` guard."""

from django.http import HttpRequest

from apps.accounts.models import User


class UserRequest(HttpRequest):
    """A request whose user is known to be signed in."""

    user: User
