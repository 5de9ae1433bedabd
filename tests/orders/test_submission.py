"""Submitting a paid order, against the provider's API on this machine."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.conf import LazySettings
from django.utils import timezone

from apps.orders import operations, submission, tasks
from apps.orders.models import Order
from apps.orders.providers.printify import Printify
from apps.orders.states import Status
from apps.orders.submission import MOST_RELEASES, RELEASE_PAUSE_S, Step
from tests.http_stand_in import Answer, StandIn
from tests.orders.factories import NOON, open_order, paid_order
from tests.orders.plans import plan_without_sorting

pytestmark = pytest.mark.django_db

Lines = Callable[..., list[str]]
MADE, RELEASED = Answer({"id": "PFY-1"}), Answer({"id": "PFY-1"})
TOO_YOUNG = Answer({"status": "error", "code": 8502, "message": "Order cannot be sent to production"}, 400)
NO_STOCK = Answer({"status": "error", "code": 8150, "errors": {"reason": "insufficient stock for M Black"}}, 400)
BUSY = Answer("", 429, {"Retry-After": "90"})
DOWN = Answer("", 503)


@pytest.fixture
def provider() -> Iterator[StandIn]:
    with StandIn().running() as running:
        yield running


@pytest.fixture
def take(provider: StandIn) -> Iterator[Callable[[UUID, Step], Step | None]]:
    """Takes one step of an order's submission."""
    with Printify(token="secret", shop_id="7", base=f"{provider.url}/v1") as client:
        yield lambda order_id, step: submission.submit(order_id, step, client, now=NOON)


Take = Callable[[UUID, Step], Step | None]


def now_of(order: Order) -> Order:
    return Order.objects.get(pk=order.pk)


def test_a_paid_order_is_drafted_released_and_noted(take: Take, provider: StandIn, lines: Lines) -> None:
    address = {
        "name": "Ada King Lovelace",
        "line1": "1 Mill Lane",
        "city": "Bath",
        "postal_code": "BA1",
        "country": "GB",
    }
    order = paid_order(shipping_address=address)
    provider.answering(MADE, RELEASED)

    assert take(order.pk, Step()) is None

    draft = provider.asked[0].body
    assert (draft["external_id"], draft["label"]) == (str(order.pk), order.number)
    assert (draft["address_to"]["first_name"], draft["address_to"]["last_name"]) == ("Ada King", "Lovelace")
    assert (draft["address_to"]["zip"], draft["address_to"]["email"]) == ("BA1", order.email)
    assert (now_of(order).status, now_of(order).printify_id) == (Status.SUBMITTED, "PFY-1")
    assert lines(order)[-1] == "Submitted to Printify (PFY-1)"


def test_a_draft_that_is_too_young_is_released_later_and_not_drafted_again(take: Take, provider: StandIn) -> None:
    order = paid_order()
    provider.answering(MADE, TOO_YOUNG)

    later = take(order.pk, Step())
    assert later == Step(draft_id="PFY-1", releases=1, wait_s=RELEASE_PAUSE_S)
    provider.answering(RELEASED)
    assert take(order.pk, later) is None

    assert [asked.path.rsplit("/", 1)[1] for asked in provider.asked] == [
        "orders.json", "send_to_production.json", "send_to_production.json"
    ]  # fmt: skip
    assert now_of(order).status == Status.SUBMITTED


def test_a_draft_that_never_gets_ready_is_a_failure_in_the_end(take: Take, provider: StandIn, lines: Lines) -> None:
    order = paid_order()
    provider.answering(MADE, TOO_YOUNG)
    step = take(order.pk, Step())
    assert step is not None

    provider.answering(TOO_YOUNG)
    again = take(order.pk, Step(attempt=1, draft_id=step.draft_id, releases=MOST_RELEASES))

    assert again is not None
    assert again.attempt == 2
    assert "doesn't get the order ready" in lines(order)[-1]


def test_what_the_provider_refuses_for_good_waits_for_a_person(take: Take, provider: StandIn, lines: Lines) -> None:
    order = paid_order()
    provider.answering(NO_STOCK)

    assert take(order.pk, Step()) is None
    assert now_of(order).fulfilment_error == "insufficient stock for M Black"
    assert lines(order)[-1] == "Submission to Printify failed: insufficient stock for M Black"


@pytest.mark.parametrize(("answer", "wait_s"), [(BUSY, 90), (DOWN, 30)])
def test_a_provider_in_trouble_is_asked_again_later(
    take: Take, provider: StandIn, lines: Lines, answer: Answer, wait_s: float
) -> None:
    order = paid_order()
    provider.answering(answer)

    second = take(order.pk, Step())
    assert second == Step(attempt=2, wait_s=wait_s)

    provider.answering(Answer({"data": []}), MADE, RELEASED)
    assert take(order.pk, second) is None
    assert {"Submission retried — attempt 2 of 3", "Submitted to Printify (PFY-1)"} <= set(lines(order))


def test_the_third_failure_is_the_last(take: Take, provider: StandIn) -> None:
    order = paid_order()
    provider.answering(DOWN, Answer({"data": []}), DOWN, Answer({"data": []}), DOWN)

    second = take(order.pk, Step())
    third = second and take(order.pk, second)

    assert third is not None
    assert third.wait_s == 60
    assert take(order.pk, third) is None


def test_a_draft_whose_answer_was_lost_is_found_and_not_made_again(take: Take, provider: StandIn) -> None:
    order = paid_order()
    provider.answering(DOWN)
    second = take(order.pk, Step())
    assert second is not None
    there = {"id": "PFY-9", "external_id": str(order.pk), "status": "pending"}
    provider.answering(Answer({"data": [there]}), RELEASED)

    assert take(order.pk, second) is None
    assert now_of(order).printify_id == "PFY-9"


def test_a_release_that_nobody_heard_of_counts(take: Take, provider: StandIn) -> None:
    order = paid_order()
    provider.answering(
        MADE, Answer({"message": "Already sent."}, 400), Answer({"id": "PFY-1", "status": "in-production"})
    )

    assert take(order.pk, Step()) is None
    assert now_of(order).status == Status.SUBMITTED


def test_a_second_delivery_and_a_cancelled_order_are_left_alone(take: Take, provider: StandIn) -> None:
    order = paid_order()
    provider.answering(MADE, RELEASED)
    take(order.pk, Step())

    assert take(order.pk, Step()) is None
    assert take(order.pk, Step(draft_id="PFY-1")) is None
    assert len(provider.asked) == 2


def test_without_a_provider_the_order_says_that_a_person_is_needed(settings: LazySettings, lines: Lines) -> None:
    settings.PRINTIFY_API_TOKEN = ""
    order = paid_order()

    tasks.submit(str(order.pk))

    assert "No PRINTIFY_API_TOKEN is set." in lines(order)[-1]
    assert now_of(order).submission_attempts == 0


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """The orders and attempts that were given to the broker."""
    given: list[tuple[str, int]] = []

    def take(task: str, args: tuple[str, int], **_: object) -> None:
        given.append(args)

    monkeypatch.setattr("apps.common.enqueue.current_app.send_task", take)
    return given


def due(order: Order, minutes: int) -> datetime:
    """So many minutes after the order was due."""
    moment = now_of(order).submission_due_at
    assert moment is not None
    return moment + timedelta(minutes=minutes)


def test_what_was_never_picked_up_is_offered_again(take: Take, provider: StandIn, offered: list[Any]) -> None:
    forgotten, submitted = paid_order(), paid_order()
    provider.answering(MADE, RELEASED)
    take(submitted.pk, Step())

    assert submission.offer_waiting(now=due(forgotten, 1)) == 0
    assert submission.offer_waiting(now=due(forgotten, 3)) == 1

    assert offered == [(str(forgotten.pk), 1)]
    assert submission.offer_waiting(now=due(forgotten, 1)) == 0, "offered again before a pause"


def test_an_attempt_that_died_half_way_is_followed_by_the_next(offered: list[Any]) -> None:
    order = paid_order()
    operations.claim_submission(order.pk, attempt=1)

    assert submission.offer_waiting(now=due(order, 3)) == 1
    assert offered == [(str(order.pk), 2)]


def test_a_last_attempt_that_died_half_way_is_told_to_a_person_once(offered: list[Any], lines: Lines) -> None:
    order = paid_order()
    for attempt in (1, 2, 3):
        operations.claim_submission(order.pk, attempt=attempt)
    late = due(order, 3)

    assert [submission.offer_waiting(now=late) for _ in range(2)] == [0, 0]

    assert offered == []
    assert lines(order)[-1] == "Submission to Printify failed: it stopped half-way"
    assert now_of(order).submission_due_at is None


def test_what_was_refused_for_good_isnt_offered_again(take: Take, provider: StandIn, offered: list[Any]) -> None:
    order = paid_order()
    provider.answering(NO_STOCK)
    take(order.pk, Step())

    assert submission.offer_waiting(now=NOON + timedelta(days=400)) == 0
    assert offered == []


def test_what_is_to_be_tried_again_later_isnt_offered_before(take: Take, provider: StandIn, offered: list[Any]) -> None:
    order = paid_order()
    provider.answering(BUSY)
    take(order.pk, Step())

    assert submission.offer_waiting(now=timezone.now() + timedelta(seconds=90)) == 0
    assert submission.offer_waiting(now=due(order, 3)) == 1


def test_a_first_attempt_after_the_provider_was_set_up_tells_its_own_failure(
    take: Take, provider: StandIn, settings: LazySettings, lines: Lines
) -> None:
    settings.PRINTIFY_API_TOKEN = ""
    order = paid_order()
    tasks.submit(str(order.pk))
    provider.answering(NO_STOCK)

    take(order.pk, Step())

    assert [line for line in lines(order) if "failed" in line] == [
        "Submission to Printify failed: No PRINTIFY_API_TOKEN is set.",
        "Submission to Printify failed: insufficient stock for M Black",
    ]


def test_a_message_that_comes_late_tells_of_no_missing_provider_where_none_is_needed(lines: Lines) -> None:
    order = paid_order()
    operations.record_submission(order.pk, printify_id="PFY-1", at=NOON)

    tasks.submit(str(order.pk))

    assert [line for line in lines(order) if "failed" in line] == []


@pytest.mark.parametrize("paid_first", [True, False])
def test_what_was_given_back_whole_is_not_made(*, paid_first: bool) -> None:
    order, facts = open_order(), ["paid", "refunded"]
    for fact in facts if paid_first else reversed(facts):
        if fact == "paid":
            operations.record_payment(order.pk, at=NOON)
        else:
            operations.record_refund(order.pk, total_minor=4_300, before_minor=0, at=NOON)

    assert operations.claim_submission(order.pk, attempt=1) is None
    assert submission.offer_waiting(now=timezone.now() + timedelta(days=1)) == 0


def test_what_was_given_back_in_part_is_made() -> None:
    order = paid_order()
    operations.record_refund(order.pk, total_minor=300, before_minor=0, at=NOON)

    assert operations.claim_submission(order.pk, attempt=1) is not None


def test_the_sweep_reads_what_is_due_by_its_index() -> None:
    plan = plan_without_sorting(Order.objects.to_submit(due_before=NOON)[:200])

    assert "order_submission_due" in plan
