"""A submission that waits for a person gets another attempt, once however often it is pressed."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from apps.accounts.models import User
from apps.orders import desk, operations, submission
from apps.orders.desk import Refused
from apps.orders.models import Order
from apps.orders.providers.printify import Printify
from apps.orders.submission import Step
from tests.factories import UserFactory
from tests.http_stand_in import Answer, StandIn
from tests.orders.factories import NOON, open_order, paid_order
from tests.threads import at_once

Lines = Callable[..., list[str]]


def failed_order(attempts: int = 1) -> Order:
    """An order that waits for a person after so many attempts."""
    order = paid_order()
    for attempt in range(1, attempts + 1):
        operations.claim_submission(order.pk, attempt=attempt)
        retry_in = timedelta() if attempt < attempts else None
        operations.record_submission_failure(order.pk, reason="no stock", attempt=attempt, retry_in=retry_in)
    return order


@pytest.mark.django_db
@pytest.mark.parametrize(("attempts", "said"), [(1, "attempt 2 of 3"), (3, "attempt 4 of 4")])
def test_a_retry_is_the_next_attempt_and_says_who_wanted_it(
    teammate: User, lines: Lines, attempts: int, said: str
) -> None:
    order = failed_order(attempts)

    assert desk.retry_submission(order.pk, by=teammate) == attempts + 1
    assert operations.claim_submission(order.pk, attempt=attempts + 1)

    assert lines(order)[-1] == f"Submission retried — {said} (by teammate@example.com)"


@pytest.mark.usefixtures("committed")
def test_pressed_by_six_at_once_it_is_one_attempt_and_one_line(lines: Lines) -> None:
    by = UserFactory.create(email="teammate@example.com", is_staff=True)
    order = failed_order()

    outcomes = at_once(6, lambda _: desk.retry_submission(order.pk, by=by))

    assert outcomes.answers == [2]
    assert {str(error) for error in outcomes.errors} == {"It is being submitted already."}
    assert outcomes.kinds_of_error == {Refused}
    assert sum(line.startswith("Submission retried") for line in lines(order)) == 1


@pytest.mark.django_db
def test_a_granted_attempt_that_nobody_picks_up_is_offered_by_the_sweep(teammate: User) -> None:
    order = failed_order(3)
    desk.retry_submission(order.pk, by=teammate)
    asked_at = Order.objects.get(pk=order.pk).submission_due_at
    assert asked_at is not None

    assert submission.offer_waiting(now=asked_at + timedelta(minutes=3)) == 1


@pytest.mark.django_db
def test_a_granted_attempt_that_fails_waits_for_a_person_again(teammate: User, printify: StandIn, lines: Lines) -> None:
    order = failed_order(3)
    attempt = desk.retry_submission(order.pk, by=teammate)
    printify.answering(Answer({"data": []}), Answer("", 503))

    with Printify.from_settings() as provider:
        assert submission.submit(order.pk, Step(attempt=attempt), provider, now=NOON) is None

    assert sum(line.startswith("Submission to Printify failed") for line in lines(order)) == 4
    assert desk.retry_submission(order.pk, by=teammate) == 5


@pytest.mark.django_db
def test_what_needs_no_retry_is_refused_and_says_why(teammate: User) -> None:
    submitted, cancelled, unpaid, imported = paid_order(), paid_order(), open_order(), failed_order()
    Order.objects.filter(pk=imported.pk).update(imported_from="old shop 1")
    operations.record_submission(submitted.pk, printify_id="PFY-1", at=NOON)
    operations.cancel(cancelled.pk, at=NOON)

    for order, why in [
        (paid_order(), "It is being submitted already."),
        (submitted, "It is with the provider already."),
        (cancelled, "It is cancelled."),
        (unpaid, "It isn't paid."),
        (imported, "brought here from another shop"),
    ]:
        with pytest.raises(Refused, match=why):
            desk.retry_submission(order.pk, by=teammate)
