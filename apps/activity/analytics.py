"""The three things that PostHog is told about the activity page."""

from collections.abc import Mapping

from apps.accounts.models import User
from apps.activity.filters import TimelineFilters
from apps.activity.items import ActivityItem
from apps.common.analytics import capture


def activity_viewed(user: User, filters: TimelineFilters, *, event_count: int) -> None:
    """The page was opened, with so many items on it."""
    capture(
        user.public_id,
        "activity_viewed",
        {
            "event_count": event_count,
            "date_range": filters.range.value,
            "event_type_filter": filters.type.value,
        },
    )


def activity_filters_applied(user: User, changed: Mapping[str, str]) -> None:
    """Filters were changed: one event each, with the value's name."""
    for name, value in changed.items():
        capture(user.public_id, "activity_filter_applied", {"filter_name": name, "filter_value": value})


def activity_item_opened(user: User, item: ActivityItem) -> None:
    """The drawer was opened."""
    capture(
        user.public_id,
        "activity_item_opened",
        {
            "activity_type": item.type.value,
            "has_generation_link": item.generation_job_id is not None,
            "has_credit_link": item.credit_transaction_id is not None,
        },
    )
