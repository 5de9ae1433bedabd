"""What staff do with an order from its page: offered where it takes effect, done once, told in the story."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from apps.orders import feed, operations
from apps.orders.log import log_event
from apps.orders.models import Order, StaffRequest
from apps.orders.operations.fulfilment import Parcel
from apps.orders.states import Status
from tests.conftest import SignedIn
from tests.http_stand_in import Answer, StandIn
from tests.orders.factories import open_order
from tests.orders.staff.past import (
    REFUND,
    SEE_ORDERS,
    WORK,
    ago,
    delivered_order,
    staff_who,
    staff_with,
    troubled_order,
)
from tests.threads import at_once

BY = "(by ops@example.com)"
Lines = Callable[..., list[str]]


@pytest.fixture
def browser(db: None) -> SignedIn:
    return staff_who(SEE_ORDERS, WORK, REFUND, email="ops@example.com")[1]


def page_of(order: Order) -> str:
    return f"/admin/orders/{order.pk}/"


def refunded(total: int) -> Answer:
    """Stripe's answer when so much of the charge has gone back in all."""
    charge = {"id": "ch_1", "object": "charge", "amount_refunded": total}
    return Answer({"id": "re_1", "object": "refund", "status": "succeeded", "charge": charge})


def line_of(page: str, message: str) -> str:
    """The last line of the story that says so, as it stands in the page."""
    return [line for line in page.split('<li class="story-line')[1:] if message in line][-1].partition("</li>")[0]


@pytest.mark.django_db
def test_a_submission_that_waits_for_someone_is_tried_again_from_the_line_that_failed(
    browser: SignedIn, lines: Lines
) -> None:
    order = troubled_order()
    line = line_of(browser.get(page_of(order)).text, "Submission to Printify failed")
    assert f'formaction="{page_of(order)}act/retry/"' in line
    assert browser.get(page_of(order)).text.count("act/retry/") == 4  # twice each: over the story, on that line

    for said in ("Submitting again", "It is being submitted already"):
        answer = browser.post(f"{page_of(order)}act/retry/", {"of_order": "1"}, headers={"hx-request": "true"})
        assert said in answer.text
        assert "attention-changed" in answer["HX-Trigger"]

    operations.claim_submission(order.pk, attempt=3)
    assert lines(order)[-1] == f"Submission retried — attempt 3 of 3 {BY}"
    assert "act/retry/" not in browser.get(page_of(order)).text


@pytest.mark.django_db
def test_a_mail_is_sent_again_from_the_line_that_bounced(browser: SignedIn) -> None:
    order = troubled_order()
    line = line_of(browser.get(page_of(order)).text, "Email bounced")
    assert f'formaction="{page_of(order)}act/confirmation/"' in line
    form = {"next": f"{page_of(order)}#activity"}

    for said in ("On its way to customer@example.com again.", "It is being sent"):
        answer = browser.post(f"{page_of(order)}act/confirmation/", form)
        assert answer["Location"] == form["next"]
        page = browser.get(page_of(order)).text
        assert said in page or "ops@example.com" in page
    assert StaffRequest.objects.open().count() == 1
    assert "Send the confirmation again, asked for by ops@example.com just now: being done." in page


@pytest.mark.django_db
def test_what_cannot_take_effect_is_not_offered(browser: SignedIn) -> None:
    for order, offered in (
        (open_order(), set()),
        (delivered_order(), {"act/confirmation/", "act/shipping-notice/", "refund/"}),
        (troubled_order(), {"act/retry/", "act/confirmation/", "cancel/", "refund/"}),
    ):
        page = browser.get(page_of(order)).text
        acts = ("act/retry/", "act/confirmation/", "act/shipping-notice/", "cancel/", "refund/")
        assert {act for act in acts if f'"{page_of(order)}{act}"' in page} == offered


@pytest.mark.django_db
def test_an_order_is_cancelled_once_and_says_why(browser: SignedIn, printify: StandIn, lines: Lines) -> None:
    order = troubled_order()
    printify.answering(Answer({"data": []}))

    for said in ("The order is cancelled. No money was given back.", "It is cancelled already."):
        answer = browser.post(f"{page_of(order)}cancel/", {"reason": "changed their mind"})
        assert answer["Location"] == page_of(order)
        assert said in browser.get(page_of(order)).text

    assert lines(order)[-1] == f"Order cancelled: changed their mind {BY}"
    assert Order.objects.get(pk=order.pk).status == Status.CANCELLED


@pytest.mark.django_db
def test_an_amount_is_given_back_and_says_what_is_left(browser: SignedIn, stripe: StandIn, lines: Lines) -> None:
    order = delivered_order()
    stripe.answering(refunded(1_050))
    assert "Give all £43.00 back" in browser.get(page_of(order)).text

    browser.post(f"{page_of(order)}refund/", {"amount": "10.50", "reason": "torn", "key": str(uuid4())})

    page = browser.get(page_of(order)).text
    assert "Give all £32.50 back" in page
    assert "Partly refunded" in page
    assert f"Refund of £10.50 asked for: torn {BY}" in lines(order)


@pytest.mark.django_db
def test_all_of_it_is_given_back_by_a_button_that_says_how_much(browser: SignedIn, stripe: StandIn) -> None:
    order = delivered_order()
    stripe.answering(refunded(4_300))

    browser.post(f"{page_of(order)}refund/", {"amount": "1", "whole": "1", "key": str(uuid4())})

    assert [asked.body["amount"] for asked in stripe.asked] == ["4300"]
    page = browser.get(page_of(order)).text
    assert "−£43.00" in page
    assert "refund/" not in page


@pytest.mark.django_db
def test_a_refund_form_that_is_sent_twice_is_one_refund(browser: SignedIn, stripe: StandIn) -> None:
    order, form = delivered_order(), {"amount": "5", "key": str(uuid4())}
    stripe.answering(refunded(500))

    for said in ("The refund is on its way.", "This refund was asked for already."):
        browser.post(f"{page_of(order)}refund/", form)
        assert said in browser.get(page_of(order)).text
    assert len(stripe.asked) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("amount", ["", "0", "-1", "43.01", "1.005", "many", "1e9", "NaN"])
def test_an_amount_that_cannot_be_given_back_is_refused_in_its_place(browser: SignedIn, amount: str) -> None:
    order = delivered_order()

    answer = browser.post(f"{page_of(order)}refund/", {"amount": amount, "key": str(uuid4())})

    assert answer.status_code == 422
    assert '<details class="order-act" id="refund" open>' in answer.text
    assert "errorlist" in answer.text


@pytest.mark.django_db
def test_stripe_out_of_reach_is_said_and_the_refund_noted(browser: SignedIn, stripe: StandIn) -> None:
    order = delivered_order()
    stripe.answering(Answer({"error": {"message": "down"}}, 503, {"Stripe-Should-Retry": "false"}))

    browser.post(f"{page_of(order)}refund/", {"whole": "1", "key": str(uuid4())})

    page = browser.get(page_of(order)).text
    assert "repeated until Stripe answers" in page
    assert "Refund of £43.00, asked for by ops@example.com just now: being done." in page


@pytest.mark.django_db
def test_working_on_orders_and_giving_money_back_are_two_permissions() -> None:
    order = troubled_order()
    worker, cashier, looker = staff_with(SEE_ORDERS, WORK), staff_with(SEE_ORDERS, REFUND), staff_with(SEE_ORDERS)

    assert "refund/" not in worker.get(page_of(order)).text
    assert "refund/" in cashier.get(page_of(order)).text
    assert "cancel/" not in cashier.get(page_of(order)).text
    for browser, refused in (
        (worker, ("refund/",)),
        (cashier, ("act/retry/", "cancel/", "resolve/", "comment/")),
        (looker, ("act/retry/", "cancel/", "resolve/", "comment/", "refund/")),
    ):
        assert {browser.post(page_of(order) + path).status_code for path in refused} == {404}


@pytest.mark.django_db
def test_an_act_or_an_order_that_isnt_there_is_not_found(browser: SignedIn) -> None:
    assert browser.post(f"{page_of(open_order())}act/teleport/").status_code == 404
    for act in ("act/retry/", "cancel/", "refund/"):
        assert browser.post(f"/admin/orders/{uuid4()}/{act}").status_code == 404


@pytest.mark.usefixtures("committed")
def test_two_admins_who_retry_resolve_and_take_back_at_once_end_in_one_state(lines: Lines) -> None:
    order = troubled_order()
    browsers = [staff_who(SEE_ORDERS, WORK, email=f"{name}@example.com")[1] for name in ("anna", "ben")]

    def act(number: int) -> Any:
        browser, what = browsers[number % 2], ("act/retry/", "resolve/")[number // 2]
        return browser.post(page_of(order) + what, {"of_order": "1"}, headers={"hx-request": "true"}).text

    outcomes = at_once(4, act)

    assert outcomes.errors == []
    assert sum("Submitting again" in answer for answer in outcomes.answers) == 1
    assert sum("Resolved 3." in answer for answer in outcomes.answers) == 1
    assert feed.count_needing_attention() == 0
    assert operations.claim_submission(order.pk, attempt=3)
    assert operations.claim_submission(order.pk, attempt=3) is None
    assert sum(line.startswith("Submission retried — attempt 3") for line in lines(order)) == 1


@pytest.mark.django_db
def test_a_shipping_notice_that_bounced_is_sent_again_as_such(browser: SignedIn) -> None:
    order = troubled_order()
    operations.record_shipment(order.pk, Parcel("1Z", "DHL", ""), at=ago())
    log_event("email.bounced", order=order, payload={"recipient": "a@b.example", "mail": "shipping notification"})

    line = line_of(browser.get(page_of(order)).text, "a@b.example")

    assert "act/shipping-notice/" in line
    assert "act/confirmation/" not in line
