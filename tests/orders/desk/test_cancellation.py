"""Staff cancel an order: here, and with the provider where it may be there."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import LazySettings

from apps.accounts.models import User
from apps.orders import desk, operations, submission
from apps.orders.desk import Refused
from apps.orders.models import Order
from apps.orders.operations.fulfilment import Parcel
from apps.orders.providers.printify import Printify
from apps.orders.states import Status
from apps.orders.submission import Step
from tests.factories import UserFactory
from tests.http_stand_in import Answer, StandIn
from tests.orders.deliveries import told_by_printify
from tests.orders.factories import NOON, open_order, paid_order
from tests.threads import at_once

Lines = Callable[..., list[str]]
CANCELLED = Answer({"id": "PFY-1", "status": "canceled"})
TOO_LATE = Answer({"status": "error", "code": 8150, "errors": {"reason": "The order is in-production."}}, 400)
BY = "(by teammate@example.com)"


def now_of(order: Order) -> Order:
    return Order.objects.get(pk=order.pk)


def submitted_order() -> Order:
    order = paid_order()
    operations.record_submission(order.pk, printify_id=f"PFY-{order.number}", at=NOON)
    return order


def draft(order: Order, **changes: Any) -> Answer:
    """The provider's list of orders, with a draft of ours in it."""
    made = {"id": "PFY-1", "external_id": str(order.pk), "status": "pending"} | changes
    return Answer({"data": [made]})


@pytest.mark.django_db
def test_an_order_of_which_no_attempt_was_made_is_cancelled_here(teammate: User, lines: Lines) -> None:
    order = paid_order()

    desk.cancel_order(order.pk, by=teammate, now=NOON, reason="changed their mind")

    assert now_of(order).status == Status.CANCELLED
    assert lines(order)[-1] == f"Order cancelled: changed their mind {BY}"
    assert operations.claim_submission(order.pk, attempt=1) is None


@pytest.mark.django_db
def test_a_submitted_order_is_cancelled_with_the_provider(teammate: User, printify: StandIn, lines: Lines) -> None:
    order = submitted_order()
    printify.answering(CANCELLED)

    desk.cancel_order(order.pk, by=teammate, now=NOON)

    assert printify.asked[0].path == f"/v1/shops/7/orders/PFY-{order.number}/cancel.json"
    assert lines(order)[-1] == f"Order cancelled {BY}"


@pytest.mark.django_db
def test_a_provider_that_says_no_leaves_the_order_as_it_was(teammate: User, printify: StandIn, lines: Lines) -> None:
    order = submitted_order()
    before = lines(order)
    printify.answering(TOO_LATE, Answer({"id": "PFY-1", "status": "in-production"}))

    with pytest.raises(Refused, match="The order is in-production"):
        desk.cancel_order(order.pk, by=teammate, now=NOON)

    assert (now_of(order).status, lines(order)) == (Status.SUBMITTED, before)


@pytest.mark.django_db
def test_what_the_provider_has_cancelled_already_is_as_good(teammate: User, printify: StandIn) -> None:
    order = submitted_order()
    printify.answering(TOO_LATE, CANCELLED)

    desk.cancel_order(order.pk, by=teammate, now=NOON)

    assert now_of(order).status == Status.CANCELLED


@pytest.mark.django_db
def test_a_draft_whose_release_is_outstanding_is_found_and_cancelled(teammate: User, printify: StandIn) -> None:
    order = paid_order()
    operations.claim_submission(order.pk, attempt=1)
    printify.answering(draft(order), CANCELLED)

    desk.cancel_order(order.pk, by=teammate, now=NOON)

    assert [asked.path.rsplit("/", 1)[1] for asked in printify.asked] == ["orders.json", "cancel.json"]
    assert operations.hold_submission(order.pk, attempt=1) is None


@pytest.mark.django_db
def test_a_provider_that_is_down_leaves_a_submission_going_on(teammate: User, printify: StandIn) -> None:
    order = paid_order()
    operations.claim_submission(order.pk, attempt=1)
    printify.answering(Answer("", 503))

    with pytest.raises(Refused, match="503"):
        desk.cancel_order(order.pk, by=teammate, now=NOON)

    assert operations.hold_submission(order.pk, attempt=1)


class Interrupted(Printify):
    """Staff cancel the order between the draft and its release."""

    meanwhile: Callable[[], None]

    def __enter__(self) -> "Interrupted":
        return self

    def create_order(self, draft: Any) -> str:
        made = super().create_order(draft)
        self.meanwhile()
        return made


@pytest.mark.django_db
def test_a_step_that_is_overtaken_by_a_cancellation_withdraws_its_draft(
    teammate: User, printify: StandIn, lines: Lines
) -> None:
    order = paid_order()
    printify.answering(Answer({"id": "PFY-1"}), Answer({"data": []}), CANCELLED)

    with Interrupted(token="token", shop_id="7", base=f"{printify.url}/v1") as provider:
        provider.meanwhile = lambda: desk.cancel_order(order.pk, by=teammate, now=NOON)
        assert submission.submit(order.pk, Step(), provider, now=NOON) is None

    assert [asked.path.rsplit("/", 1)[1] for asked in printify.asked] == ["orders.json", "orders.json", "cancel.json"]
    assert lines(order)[1:] == [f"Order cancelled {BY}"]


@pytest.mark.django_db
def test_a_release_that_a_cancellation_has_overtaken_is_no_submission_and_no_failure(
    teammate: User, printify: StandIn, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    order, release = paid_order(), Printify.send_to_production

    def overtaken(provider: Printify, order_id: str) -> bool:
        desk.cancel_order(order.pk, by=teammate, now=NOON)
        return release(provider, order_id)

    monkeypatch.setattr(Printify, "send_to_production", overtaken)
    printify.answering(Answer({"id": "PFY-1"}), draft(order), CANCELLED, TOO_LATE, CANCELLED)

    with Printify.from_settings() as provider:
        submission.submit(order.pk, Step(), provider, now=NOON)

    assert lines(order)[1:] == [f"Order cancelled {BY}"]
    assert now_of(order).submitted_at is None


@pytest.mark.django_db
def test_the_providers_own_word_of_it_may_be_faster_and_still_says_who(
    teammate: User, printify: StandIn, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = submitted_order()
    monkeypatch.setattr(
        Printify, "cancel", lambda *_: told_by_printify("order:updated", order.printify_id or now_of(order).printify_id,
                                                        {"status": "canceled"})
    )  # fmt: skip

    desk.cancel_order(order.pk, by=teammate, now=NOON)

    assert [line for line in lines(order) if "cancelled" in line] == [f"Order cancelled {BY}"]


@pytest.mark.usefixtures("committed")
def test_pressed_by_five_at_once_the_provider_is_asked_once(printify: StandIn, lines: Lines) -> None:
    by = UserFactory.create(email="teammate@example.com", is_staff=True)
    order = submitted_order()
    printify.answering(CANCELLED)

    outcomes = at_once(5, lambda _: desk.cancel_order(order.pk, by=by, now=NOON))

    assert (len(outcomes.answers), outcomes.kinds_of_error) == (1, {Refused})
    assert len(printify.asked) == 1
    assert sum("cancelled" in line for line in lines(order)) == 1


@pytest.mark.django_db
def test_what_is_too_late_or_too_early_is_refused_without_asking_anybody(teammate: User) -> None:
    made, shipped, gone, unpaid = paid_order(), paid_order(), paid_order(), open_order()
    operations.record_production(made.pk, at=NOON)
    operations.record_shipment(shipped.pk, Parcel("1"), at=NOON)
    operations.cancel(gone.pk, at=NOON)

    for order, why in [(made, "being made"), (shipped, "on its way"), (gone, "cancelled already"), (unpaid, "paid")]:
        with pytest.raises(Refused, match=why):
            desk.cancel_order(order.pk, by=teammate, now=NOON)


@pytest.mark.django_db
def test_without_the_provider_a_submitted_order_isnt_cancelled(teammate: User, settings: LazySettings) -> None:
    settings.PRINTIFY_API_TOKEN = ""
    order = submitted_order()

    with pytest.raises(Refused, match="PRINTIFY_API_TOKEN"):
        desk.cancel_order(order.pk, by=teammate, now=NOON)
