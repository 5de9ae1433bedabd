"""What the account page and the credits page show of generations."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Subscription, User
from apps.accounts.panels import register
from apps.credits import prices
from apps.credits.prices import Price
from apps.generations.models import Quality
from apps.generations.pricing import CREDITS_PER_IMAGE
from apps.generations.queries import images_per_day, usage_of
from apps.generations.usage_presenter import DAYS, usage_history


@register
def usage_panel(user: User, subscription: Subscription | None) -> dict[str, Any]:
    """Images used and left in this period, and those of the last days."""
    today = timezone.now().astimezone(user.zone).date()
    return {
        "usage": usage_of(user, plan=subscription.plan if subscription else None),
        "usage_history": usage_history(images_per_day(user, last=today, days=DAYS), last=today),
    }


prices.register(Price(what=_("An image in standard quality"), credits=CREDITS_PER_IMAGE[Quality.STANDARD]))
prices.register(Price(what=_("An image in high quality (HQ)"), credits=CREDITS_PER_IMAGE[Quality.HQ]))
