"""How many images a person may still generate. Images in flight count, so that parallel requests can't pass a limit."""

from dataclasses import dataclass
from datetime import datetime

from apps.accounts.models import Plan, Subscription, User


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Counts in images. ``limit`` null means that the plan has none, or that there is no plan."""

    limit: int | None
    lifetime_total: int
    current_period_used: int
    in_flight: int
    last_reset_date: datetime | None

    @property
    def has_limit(self) -> bool:
        return self.limit is not None

    @property
    def used(self) -> int:
        """Images of this period, those being made now included."""
        return self.current_period_used + self.in_flight

    @property
    def remaining(self) -> int | None:
        """Images that may still be asked for; null without a limit."""
        return None if self.limit is None else max(self.limit - self.used, 0)

    @property
    def can_generate(self) -> bool:
        return self.allows(1)

    def allows(self, images: int) -> bool:
        """Whether so many more images stay within the limit."""
        return self.remaining is None or images <= self.remaining


def active_subscription(user: User) -> Subscription | None:
    """The subscription that holds now, paid or past due, with its plans."""
    return Subscription.objects.holding().filter(user=user).with_plans().first()


def usage(*, plan: Plan | None, user: User, in_flight: int) -> Usage:
    """The usage of a person whose counts were read just now, together with the images in flight."""
    return Usage(
        limit=plan.images_per_period if plan else None,
        lifetime_total=user.generated_count,
        current_period_used=user.current_period_count,
        in_flight=in_flight,
        last_reset_date=user.last_reset_date,
    )
