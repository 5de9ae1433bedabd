"""What a request of a generation asks of the database."""

from collections.abc import Iterator

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from activity_project.benchmarks.figures import Figure
from activity_project.benchmarks.generations import accounts
from apps.generations import operations
from apps.generations.operations import Wish

_NUMBER = 3_000
_CONTROL = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")


def figures() -> Iterator[Figure]:
    """Statements of a request as the form makes it, with a key; it is undone, so that no worker hears of it."""
    user = accounts.enrolled_person(_NUMBER, timezone.now())
    wish = Wish(prompt="a quiet beach", quality="hq", aspect_ratio="1:1", image_count=2)
    with transaction.atomic(), CaptureQueriesContext(connection) as captured:
        operations.request(user=user, wish=wish, idempotency_key="bench")
        transaction.set_rollback(True)
    asked = [query["sql"] for query in captured if not query["sql"].startswith(_CONTROL)]
    yield Figure(name="queries of a request: limit, charge, insert, enqueue", value=len(asked), most=8)
