"""What can be done with the images that are counted of a person's period: count anew, by hand or with a new period.

Locks are taken in one order everywhere: job, credit account, person. A period count changes only under the person's
row, which a job that ends takes last; so a reset never waits for more than another change of the same count.
"""

from django.db import transaction

from apps.accounts.models import PeriodReset, User
from apps.common.sql import ClockTimestamp


@transaction.atomic
def reset_period(*, user: User, by: User, reason: str) -> PeriodReset:
    """Sets the images of this period to 0, by hand, and records who did it, why, and how many they were.

    The subscription's dates and the credits stay as they are, and images in flight count from now on. Raises ValueError
    without a reason.
    """
    if not reason.strip():
        raise ValueError("A reset needs a reason.")
    before = _locked(user.pk).current_period_count
    reset = PeriodReset.objects.create(user=user, reset_by=by, reason=reason.strip(), count_before=before)
    User.objects.filter(pk=user.pk).update(current_period_count=0, last_reset_date=reset.reset_at)
    return reset


def count_anew(*, user_id: int) -> None:
    """Has a period's images counted from now on, those in flight included. In the caller's transaction."""
    _locked(user_id)
    User.objects.filter(pk=user_id).update(current_period_count=0, last_reset_date=ClockTimestamp())


def _locked(user_id: int) -> User:
    """The person as they are now, held until the transaction ends; what merely refers to them isn't held up."""
    return User.objects.select_for_update(no_key=True).get(pk=user_id)
