"""What the ledger says of a person. Its amounts stay, or no sum would stand; its descriptions are somebody's words."""

from collections.abc import Iterator
from datetime import datetime

from apps.accounts.models import User
from apps.common.personal_data import ERASED, Section, permitted_erasure
from apps.credits.models import CreditTransaction


def sections(user: User) -> Iterator[Section]:
    """Every transaction, the oldest first."""
    of_user = CreditTransaction.objects.filter(user=user).order_by("seq")
    yield "transactions", of_user.values("created_at", "type", "amount", "balance_after", "description").iterator()


def erase(user: User, *, now: datetime) -> None:
    """Takes the words out."""
    with permitted_erasure("credits"):
        CreditTransaction.objects.filter(user=user).exclude(description="").update(description=ERASED)
