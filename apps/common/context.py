"""What every template knows beside the view's own context."""

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, str]:
    """The name that the site goes by."""
    return {"site_name": settings.SITE_NAME}
