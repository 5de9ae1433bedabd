"""One order as the staff see it: what was bought, for whom, and its story."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.orders import feed, operations
from apps.orders.log import log_event, resolve
from apps.orders.models import ActivityEntry, Order
from apps.orders.staff.story_presenter import story
from tests.conftest import SignedIn
from tests.orders.factories import open_order
from tests.orders.staff.past import SEE_ORDERS, WORK, ago, delivered_order, staff_who, staff_with, troubled_order

pytestmark = pytest.mark.django_db


def page_of(order: Order) -> str:
    return f"/admin/orders/{order.pk}/"


def told(order: Order) -> list[str]:
    return [line.message for line in story(feed.list_for_order(order), timezone.now()).lines]


def test_an_order_tells_what_was_bought_for_whom_and_all_that_happened() -> None:
    order = delivered_order(shipping_address={"name": "Ada <Payer>", "line1": "1 High St", "country": "GB"})

    page = staff_with(SEE_ORDERS).get(page_of(order)).text

    for words in ("T-shirt", "M / Black", "£43.00", "Ada &lt;Payer&gt;", "1 High St", "Delivered", order.printify_id):
        assert words in page
    places = [page.index(f"{message}</p>") for message in told(order)]
    assert len(places) == 6
    assert places == sorted(places)


def test_a_time_is_the_clock_today_and_the_day_before_and_exact_for_everyone() -> None:
    order = delivered_order()
    now = timezone.now().replace(hour=23)
    lines = story(feed.list_for_order(order), now).lines

    assert lines[-1].moment.text == f"{ago(hours=2):%H:%M}" or ago(hours=2).date() != now.date()
    assert lines[0].moment.text == f"{ago(days=4).day} {ago(days=4):%b}"
    page = staff_with(SEE_ORDERS).get(page_of(order)).text
    assert f'title="{lines[0].moment.exact}"' in page
    assert f'<span class="unseen">{lines[0].moment.exact}</span>' in page
    assert lines[0].moment.exact.endswith("UTC")


def test_what_was_recorded_late_says_so_and_what_was_rebuilt_is_marked() -> None:
    order = open_order()
    log_event("order.delivered", order=order, occurred_at=ago(hours=3, minutes=1))
    log_event("order.production", order=order, occurred_at=ago(minutes=4))
    ActivityEntry.objects.bulk_create([
        ActivityEntry(
            event_type="order.created", level="info", order=order, message="Order placed", occurred_at=ago(days=90),
            fingerprint="x", backfilled=True,
        )
    ])  # fmt: skip

    rebuilt, delivered, production = story(feed.list_for_order(order), timezone.now()).lines

    assert (delivered.late, production.late, rebuilt.late) == ("recorded 3 h later", "", "")
    assert (delivered.is_backfilled, rebuilt.is_backfilled) == (False, True)
    page = staff_with(SEE_ORDERS).get(page_of(order)).text
    assert "recorded 3 h later" in page
    assert "Backfilled" in page


def test_a_problem_stands_out_and_says_what_became_of_it() -> None:
    order = troubled_order()
    person, browser = staff_who(SEE_ORDERS, WORK, email="ops@example.com")
    bounce = ActivityEntry.objects.get(order=order, event_type="email.bounced")

    assert "3 need attention" in browser.get(page_of(order)).text
    resolve(bounce.pk, person)
    operations.record_submission(order.pk, printify_id="PFY-1", at=timezone.now())

    page = browser.get(page_of(order)).text
    assert "need attention" not in page
    assert "Resolved by ops@example.com" in page
    assert page.count("Recovered by itself") == 2


def test_a_problem_that_comes_back_says_that_it_had_been_resolved() -> None:
    order = open_order()
    person, _ = staff_who()
    log_event("order.payment_failed", order=order, payload={"reason": "card declined"}, occurred_at=ago(hours=2))
    act = resolve(ActivityEntry.objects.get().pk, person)
    log_event("order.payment_failed", order=order, payload={"reason": "card declined"})

    first, again = story(feed.list_for_order(order), timezone.now()).lines

    assert act is not None
    assert (first.came_back, bool(again.came_back)) == ("", True)
    (problem,) = feed.list_problems().problems
    assert (problem.came_back_after, problem.resolution_before) == (act.made_at, "manual")


def test_the_story_is_asked_for_again_until_the_order_has_ended() -> None:
    order, browser = troubled_order(), staff_with(SEE_ORDERS)
    page = browser.get(page_of(order)).text
    url = page.partition('hx-get="')[2].partition('"')[0]
    assert url.startswith(page_of(order) + "?version=")

    assert browser.get(url, headers={"hx-target": "order-live"}).status_code == 204
    operations.cancel(order.pk, at=timezone.now(), reason="no stock")
    answer = browser.get(url, headers={"hx-target": "order-live"})

    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert "Order cancelled: no stock" in answer.text
    assert "every 10s" in page
    assert "every 10s" not in answer.text
    assert "every 10s" not in browser.get(page_of(delivered_order())).text


def test_a_comment_is_one_line_however_often_it_is_sent() -> None:
    order = open_order()
    _, browser = staff_who(SEE_ORDERS, WORK, email="ops@example.com")
    form = {"text": "Called them.\n<b>They wait.", "key": str(uuid4())}

    for _ in range(2):
        answer = browser.post(f"{page_of(order)}comment/", form)
        assert (answer.status_code, answer["Location"]) == (302, f"{page_of(order)}#activity")

    page = browser.get(page_of(order)).text
    assert page.count("&lt;b&gt;They wait.") == 1
    assert "ops@example.com" in page
    assert "Comment added." in page


def test_a_comment_without_words_or_key_says_what_is_wrong() -> None:
    order, browser = open_order(), staff_with(SEE_ORDERS, WORK)

    assert browser.post(f"{page_of(order)}comment/", {"text": "", "key": str(uuid4())}).status_code == 422
    answer = browser.post(f"{page_of(order)}comment/", {"text": "Lost?"})
    assert (answer.status_code, "Open the page again" in answer.text, "Lost?" in answer.text) == (422, True, True)
    assert told(order) == []


def test_who_may_only_look_is_offered_nothing_else() -> None:
    order, browser = troubled_order(), staff_with(SEE_ORDERS)

    assert "<button" not in browser.get(page_of(order)).text.partition('id="activity"')[2].partition("</article>")[0]
    assert browser.post(f"{page_of(order)}comment/", {"text": "x", "key": str(uuid4())}).status_code == 404


def test_the_customer_sees_nothing_of_what_is_for_the_staff(owner: User) -> None:
    order = troubled_order(user=owner, email=owner.email)
    operations.add_note(order, text="A difficult customer", by=owner, key=uuid4())

    page = SignedIn(owner).get(f"/orders/{order.pk}/").text

    assert order.number in page
    for secret in ("difficult", "insufficient stock", "Submission", "bounced", "PFY", "need attention"):
        assert secret not in page


def test_an_order_that_isnt_there_is_not_found() -> None:
    assert staff_with(SEE_ORDERS).get(f"/admin/orders/{uuid4()}/").status_code == 404


SESSION_AND_USER, PERMISSIONS, ORDER, LINES, PICTURES, SHIPMENTS, REFUNDS, ASKINGS, STORY = 2, 2, 1, 1, 2, 1, 1, 1, 1


@pytest.mark.parametrize("lines", [1, 40])
def test_the_page_takes_as_many_queries_however_long_the_story(
    lines: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    order, (person, browser) = troubled_order(), staff_who(SEE_ORDERS)
    for number in range(lines):
        log_event("order.payment_failed", order=order, occurred_at=ago(minutes=number) - timedelta(days=1))
    resolve(ActivityEntry.objects.filter(event_type="order.payment_failed")[0].pk, person)

    with django_assert_num_queries(
        SESSION_AND_USER + PERMISSIONS + ORDER + LINES + PICTURES + SHIPMENTS + REFUNDS + ASKINGS + STORY
    ):
        browser.get(page_of(order))
