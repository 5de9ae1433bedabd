"""The staff's feed: both tabs, their filters, what they say, and what they cost."""

import json
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apps.orders import feed
from apps.orders.feed import stream
from apps.orders.log import log_event, resolve
from apps.orders.models import ActivityEntry
from tests.orders.factories import open_order
from tests.orders.staff.past import SEE_FEED, SEE_ORDERS, WORK, ago, staff_who, staff_with, troubled_order

pytestmark = pytest.mark.django_db

PAGE = "/admin/activity/"
ATTENTION = f"{PAGE}?tab=attention"


def sync_fails(times: int = 1) -> None:
    for number in range(times):
        payload = {"provider": "printify", "reason": "API rate limit exceeded"}
        log_event("sync.failed", payload=payload, occurred_at=ago(minutes=times - number))


def test_a_line_says_level_event_message_when_and_which_order() -> None:
    order = troubled_order()

    page = staff_with(SEE_FEED, SEE_ORDERS, WORK).get(PAGE).text

    for words in ("Error", "Submission failed", "insufficient stock for M Black", "just now", "3 hours ago", "Info"):
        assert words in page
    assert f'href="/admin/orders/{order.pk}/">{order.number}</a>' in page
    assert page.count("data-resolve>") == 3
    places = [page.index(words) for words in ("Email bounced: ", "Submission retried — ", "Order placed — ")]
    assert places == sorted(places)


def test_who_may_only_look_is_offered_neither_acts_nor_orders() -> None:
    order = troubled_order()

    page = staff_with(SEE_FEED).get(PAGE).text

    assert "data-resolve" not in page
    assert 'type="checkbox" name=' not in page
    assert f"/admin/orders/{order.pk}/" not in page
    assert f'href="{PAGE}?order={order.number}"' in page


def test_repeats_are_one_line_with_their_count_and_their_first_and_last_time() -> None:
    sync_fails(100)

    page = staff_with(SEE_FEED, WORK).get(ATTENTION).text

    assert page.count('class="feed-row') == 1
    assert "×100" in page
    first, last = feed.list_problems().problems[0].first_occurred_at, feed.list_problems().problems[0].last_occurred_at
    assert f"first {first:%H:%M}, last {last:%H:%M}" in page or first.date() != last.date()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("level=error", ["sync.failed", "order.submission_failed", "order.submission_failed"]),
        ("level=warning", ["email.bounced"]),
        ("type=order.created", ["order.created"]),
        ("q=STOCK+black", ["order.submission_failed", "order.submission_failed"]),
        ("q=100%25", []),
        ("backfilled=yes", ["sync.completed"]),
        ("backfilled=yes&level=error", []),
        ("backfilled=no&level=error", ["sync.failed", "order.submission_failed", "order.submission_failed"]),
    ],
)
def test_the_filters_leave_what_they_say(query: str, expected: list[str]) -> None:
    troubled_order()
    sync_fails()
    ActivityEntry.objects.create(
        event_type="sync.completed", level="info", message="Done", occurred_at=ago(days=9), fingerprint="x",
        backfilled=True,
    )  # fmt: skip
    browser = staff_with(SEE_FEED)

    found = json.loads(browser.get(f"{PAGE}export.json?{query}").getvalue())

    assert sorted(entry["event"] for entry in found) == sorted(expected)
    assert browser.get(f"{PAGE}?{query}").text.count('class="feed-row') == len(expected)


def test_an_order_is_a_filter_by_its_number_in_both_tabs() -> None:
    order = troubled_order()
    troubled_order()
    browser = staff_with(SEE_FEED)

    for tab, lines in (("", 5), ("&tab=attention", 2)):
        page = browser.get(f"{PAGE}?order={order.number.lower()}{tab}").text
        assert page.count('class="feed-row') == lines, tab
    assert "No order has the number" in browser.get(f"{PAGE}?order=SS-1").text
    assert "Nothing matches these filters" in browser.get(f"{ATTENTION}&order=SS-1").text


@pytest.mark.parametrize("query", ["level=error", "type=sync.failed", "q=rate+limit", "from=2026-01-01"])
def test_what_needs_attention_is_filtered_too(query: str) -> None:
    sync_fails(2)
    log_event("order.overdue", order=open_order(), payload={"awaiting": "shipped"}, occurred_at=ago(days=3_000))

    page = staff_with(SEE_FEED).get(f"{ATTENTION}&{query}").text

    assert page.count('class="feed-row') == 1
    assert "×2" in page


def test_a_search_looks_at_so_many_and_says_how_far_it_got(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "MOST_SEARCHED", 20)
    log_event("order.note", payload={"text": "needle"}, occurred_at=ago(days=2))
    for number in range(30):
        log_event("order.note", payload={"text": "hay"}, occurred_at=ago(minutes=number))
    browser = staff_with(SEE_FEED)

    page = browser.get(f"{PAGE}?q=needle").text
    assert "Search further back" in page
    further = page.partition('hx-get="/admin/activity/?q=needle&amp;cursor=')[2].partition('"')[0]
    answer = browser.get(f"{PAGE}?q=needle&cursor={further}", headers={"hx-target": "more"}).text

    assert answer.count('class="feed-row') == 1
    assert "Search further back" not in answer
    exported = browser.get(f"{PAGE}export.csv?q=needle").getvalue().decode()
    assert exported.count("needle") == 1


@pytest.mark.parametrize("tab", ["", "&tab=attention"])
def test_a_walk_meets_every_line_once(tab: str) -> None:
    orders = [open_order(email=f"{number}@example.com") for number in range(120)]
    for number, order in enumerate(orders):
        log_event("order.cancelled", order=order, payload={"reason": f"r{number}."}, occurred_at=ago(minutes=number))
    browser, url, seen = staff_with(SEE_FEED), f"{PAGE}?{tab[1:]}", ""

    while url:
        answer = browser.get(url, headers={"hx-target": "more"} if seen else {})
        assert ("<html" in answer.text) is not bool(seen)
        seen += answer.text
        rest = answer.text.partition('hx-get="/admin/activity/?')[2].rpartition("cursor=")[2].partition('"')[0]
        url = f"{PAGE}?cursor={rest}{tab}" if rest and 'id="more"' in answer.text else ""

    assert all(seen.count(f": r{number}.") == 1 for number in range(120))


def test_what_cannot_be_applied_is_said_and_not_exported() -> None:
    browser = staff_with(SEE_FEED)

    for query in ("level=loud", "type=order.teleported", "from=yesterday", "from=2026-02-02&to=2026-02-01",
                  "cursor=bm90aGluZw", "q=%00", "backfilled=perhaps", "order=SS-1", "q=a+b+c+d+e+f+g"):  # fmt: skip
        for tab in ("", "&tab=attention"):
            if tab and query.startswith("backfilled"):
                continue
            page = browser.get(f"{PAGE}?{query}{tab}")
            assert (page.status_code, "callout warning" in page.text) == (200, True), query
            assert browser.get(f"{PAGE}export.csv?{query}{tab}").status_code == 400, query


def test_a_cursor_of_one_list_is_no_good_for_another() -> None:
    for _ in range(60):
        log_event("order.cancelled", order=open_order())
    browser = staff_with(SEE_FEED)
    cursor = browser.get(PAGE).text.partition("?cursor=")[2].partition('"')[0]

    assert "This page address has expired" not in browser.get(f"{PAGE}?cursor={cursor}").text
    assert "This page address has expired" in browser.get(f"{ATTENTION}&cursor={cursor}").text
    assert "This page address has expired" in browser.get(f"{PAGE}?cursor={cursor}&level=info").text


def test_a_problem_that_comes_back_says_that_it_had_recovered() -> None:
    sync_fails()
    log_event("sync.completed", payload={"provider": "printify", "products": 1, "updated": 0})
    browser = staff_with(SEE_FEED)
    assert "Nothing needs attention" in browser.get(ATTENTION).text
    assert "Recovered by itself" in browser.get(PAGE).text

    log_event("sync.failed", payload={"provider": "printify"})

    page = browser.get(ATTENTION).text
    assert "Came back" in page
    assert "after it had recovered on" in page


def test_a_resolved_line_says_by_whom_and_when() -> None:
    sync_fails()
    person, browser = staff_who(SEE_FEED, WORK, email="ops@example.com")
    act = resolve(ActivityEntry.objects.get().pk, person)

    page = browser.get(PAGE).text

    assert act is not None
    assert "Resolved by ops@example.com" in page
    assert f'formaction="/admin/activity/undo/{act.id}/"' in page
    assert act.made_at.isoformat() in page


def test_what_is_delayed_is_said(settings: LazySettings) -> None:
    spool = Path(settings.ACTIVITY_LOG_SPOOL)
    spool.mkdir()
    for name in ("1.json", "2.json"):
        (spool / name).write_text("{}")

    assert "2 entries delayed" in staff_with(SEE_FEED).get(PAGE).text


def ask_url(page: str) -> str:
    return page.partition('id="offer"')[2].partition('hx-get="')[2].partition('"')[0].replace("&amp;", "&")


@pytest.mark.parametrize("query", ["", "tab=attention", "level=error", "q=rate", "tab=attention&type=sync.failed"])
def test_what_has_come_since_the_page_was_read_is_offered(query: str) -> None:
    browser = staff_with(SEE_FEED)
    sync_fails(2)
    log_event("order.cancelled", order=open_order(), occurred_at=ago(days=1))
    url = ask_url(browser.get(f"{PAGE}?{query}").text)

    assert "button" not in browser.get(url).text
    log_event("sync.failed", payload={"provider": "printify", "reason": "rate"})
    log_event("order.note", payload={"text": "of another kind"}, occurred_at=ago(days=2))

    offer = browser.get(url).text
    assert "1 new" in offer
    assert f'href="{PAGE}{"?" if query else ""}{query}"'.replace("&", "&amp;") in offer
    assert ask_url(offer) == url


def test_an_empty_list_hears_of_the_first_line_too() -> None:
    browser = staff_with(SEE_FEED)
    url = ask_url(browser.get(ATTENTION).text)
    sync_fails(1)
    log_event("sync.failed", payload={"provider": "printful"})

    assert "1 new" in browser.get(url).text
    assert browser.get(f"{PAGE}new/").status_code == 286
    assert browser.get(f"{PAGE}new/?after=nonsense").status_code == 286


def test_the_badge_is_a_number_or_nothing_at_all() -> None:
    browser = staff_with(SEE_FEED)
    assert browser.get(f"{PAGE}badge/").text == ""
    assert 'hx-get="/admin/activity/badge/" hx-trigger="load, every 60s' in browser.get(PAGE).text

    sync_fails(3)
    assert ">3<" in browser.get(f"{PAGE}badge/").text
    assert "failures and warnings nobody has resolved" in browser.get("/admin/").text

    sync_fails(120)
    assert ">99+<" in browser.get(f"{PAGE}badge/").text


def test_a_file_holds_every_line_of_its_filters() -> None:
    order = troubled_order(email="=cmd@example.com")
    sync_fails(3)
    browser = staff_with(SEE_FEED)

    lines = browser.get(f"{PAGE}export.csv").getvalue().decode().splitlines()
    assert len(lines) == 1 + 5 + 3
    assert lines[0].startswith("id,occurred_at,recorded_at,level,event,message,order_number")
    problems = json.loads(browser.get(f"{PAGE}export.json?tab=attention").getvalue())
    assert {(each["event"], each["occurrences"]) for each in problems} == {
        ("sync.failed", 3), ("order.submission_failed", 2), ("email.bounced", 1),
    }  # fmt: skip
    facts = json.loads(browser.get(f"{PAGE}export.json?order={order.number}").getvalue())
    assert facts[0]["payload"]["recipient"] == "=cmd@example.com"


SESSION_AND_USER, PERMISSIONS, COUNT, LINES = 2, 2, 1, 1


@pytest.mark.parametrize("many", [1, 45])
def test_each_tab_takes_six_queries_however_many_lines(
    many: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    person, browser = staff_who(SEE_FEED, SEE_ORDERS, WORK)
    for _ in range(many):
        log_event("order.cancelled", order=open_order())
    resolve(ActivityEntry.objects.latest("occurred_at").pk, person)
    log_event("order.cancelled", order=open_order())

    for url in (PAGE, ATTENTION):
        with django_assert_num_queries(SESSION_AND_USER + PERMISSIONS + COUNT + LINES):
            browser.get(url)


def test_days_are_those_of_the_reader() -> None:
    _, browser = staff_who(SEE_FEED, time_zone="Pacific/Auckland")
    at = timezone.now().replace(year=2026, month=3, day=1, hour=12)  # 2 March in Auckland
    log_event("sync.started", payload={"provider": "printify"}, occurred_at=at)

    assert browser.get(f"{PAGE}?from=2026-03-02&to=2026-03-02").text.count('class="feed-row') == 1
    assert browser.get(f"{PAGE}?from=2026-03-01&to=2026-03-01").text.count('class="feed-row') == 0
