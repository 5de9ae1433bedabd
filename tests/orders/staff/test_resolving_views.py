"""Resolving from the pages, with and without scripts: one line, a group, a selection, an order; and taking it back."""

import re
from html import unescape
from typing import Any
from uuid import uuid4

import pytest

from apps.orders import feed
from apps.orders.log import log_event
from apps.orders.models import ActivityEntry, Resolution
from apps.orders.models.activity_log import NEEDS_ATTENTION
from tests.conftest import SignedIn
from tests.orders.factories import open_order
from tests.orders.staff.past import SEE_FEED, SEE_ORDERS, WORK, ago, staff_who, staff_with, troubled_order

# What was seen of a problem is a matter of transactions, so these tests commit theirs.
pytestmark = pytest.mark.usefixtures("committed")

PAGE = "/admin/activity/"
ATTENTION = f"{PAGE}?tab=attention"
WITH_SCRIPTS = {"hx-request": "true"}


@pytest.fixture
def browser() -> SignedIn:
    return staff_who(SEE_FEED, SEE_ORDERS, WORK, email="ops@example.com")[1]


def buttons(page: str) -> list[str]:
    """What the buttons of the lines say when they are pressed."""
    return [unescape(value) for value in re.findall(r'name="only" value="([^"]+)"', page)]


def boxes(page: str) -> dict[str, list[str]]:
    """The lines that can be selected."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'type="checkbox" name="(\w+)" value="([^"]+)"', page):
        found.setdefault(name, []).append(unescape(value))
    return found


def open_count() -> int:
    return ActivityEntry.objects.filter(NEEDS_ATTENTION).count()


def sync_fails(times: int = 1, provider: str = "printify") -> None:
    for number in range(times):
        log_event("sync.failed", payload={"provider": provider}, occurred_at=ago(minutes=times - number))


def press(browser: SignedIn, value: str, **headers: str) -> Any:
    return browser.post(f"{PAGE}resolve/", {"only": value, "next": ATTENTION}, headers=headers)


def test_one_line_is_resolved_and_taken_back_without_scripts(browser: SignedIn) -> None:
    troubled_order()
    (first, *_rest) = buttons(browser.get(PAGE).text)

    answer = browser.post(f"{PAGE}resolve/", {"only": first, "next": f"{PAGE}?level=error"})
    assert (answer.status_code, answer["Location"], open_count()) == (302, f"{PAGE}?level=error", 2)
    page = browser.get(answer["Location"]).text
    assert "Resolved." in page
    undo = page.partition('id="said"')[2].partition('action="')[2].partition('"')[0]
    assert "Resolved." not in browser.get(answer["Location"]).text

    browser.post(undo, {"next": PAGE})
    assert open_count() == 3
    assert "1 is open again." in browser.get(PAGE).text
    assert browser.post(undo, {"next": PAGE}).status_code == 302
    assert "taken back before" in browser.get(PAGE).text


def test_with_scripts_the_line_changes_where_it_stands(browser: SignedIn) -> None:
    sync_fails(3)
    (value,) = buttons(browser.get(ATTENTION).text)

    answer = press(browser, value, **WITH_SCRIPTS)

    assert answer.status_code == 200
    assert "attention-changed" in answer["HX-Trigger"]
    assert answer.text.count('class="feed-row') == 1
    assert 'hx-swap-oob="true"' in answer.text
    for words in ("×3", "Resolved by ops@example.com", "Resolved 3.", "Undo"):
        assert words in answer.text

    undo = answer.text.partition('formaction="')[2].partition('"')[0]
    row = re.search(r'name="problem" value="([^"]+)"', answer.text)
    assert row
    back = browser.post(undo, {"problem": unescape(row[1])}, headers=WITH_SCRIPTS)
    assert "3 are open again." in back.text
    assert buttons(back.text)
    assert open_count() == 3


def test_a_selection_is_resolved_and_taken_back_together(browser: SignedIn) -> None:
    sync_fails(2)
    sync_fails(1, "printful")
    troubled_order()
    chosen = boxes(browser.get(ATTENTION).text)
    assert len(chosen["problem"]) == 4

    answer = browser.post(f"{PAGE}resolve/", {"problem": chosen["problem"][:3]}, headers=WITH_SCRIPTS)

    assert answer.text.count('class="feed-row') == 3
    act = Resolution.objects.get()
    assert open_count() == 6 - len(act.entry_ids)
    hidden = re.findall(r'type="hidden" name="problem" value="([^"]+)"', answer.text)
    assert len(hidden) == 3
    back = browser.post(f"{PAGE}undo/{act.pk}/", {"problem": list(map(unescape, hidden))}, headers=WITH_SCRIPTS)
    assert back.text.count("data-resolve>") == 3
    assert open_count() == 6


def test_entries_can_be_selected_in_all_activity(browser: SignedIn) -> None:
    troubled_order()
    chosen = boxes(browser.get(PAGE).text)

    answer = browser.post(f"{PAGE}resolve/", {"entry": chosen["entry"][:2], "next": PAGE})

    assert (answer.status_code, open_count()) == (302, 1)
    assert "Resolved 2." in browser.get(PAGE).text


def test_everything_about_an_order_is_resolved_from_its_page(browser: SignedIn) -> None:
    order, other = troubled_order(), troubled_order()
    page = browser.get(f"/admin/orders/{order.pk}/").text
    assert "Resolve all 3" in page
    form = {"of_order": "1", "next": f"/admin/orders/{order.pk}/#activity"}

    answer = browser.post(f"/admin/orders/{order.pk}/resolve/", form)

    assert answer["Location"] == form["next"]
    assert {each.order_id for each in ActivityEntry.objects.filter(NEEDS_ATTENTION)} == {other.pk}
    page = browser.get(f"/admin/orders/{order.pk}/").text
    assert "Resolved 3." in page
    assert page.count("Resolved by ops@example.com") == 3


def test_an_orders_page_asks_for_its_story_itself(browser: SignedIn) -> None:
    order = troubled_order()
    (value, *_rest) = buttons(browser.get(f"/admin/orders/{order.pk}/").text)

    answer = browser.post(f"{PAGE}resolve/", {"only": value, "of_order": "1"}, headers=WITH_SCRIPTS)

    assert "attention-changed" in answer["HX-Trigger"]
    assert "feed-row" not in answer.text
    assert "Resolved." in answer.text


def test_who_comes_second_is_told_that_someone_was_faster(browser: SignedIn) -> None:
    sync_fails()
    (value,) = buttons(browser.get(ATTENTION).text)
    _, faster = staff_who(SEE_FEED, WORK, email="faster@example.com")
    press(faster, value)

    answer = press(browser, value, **WITH_SCRIPTS)

    assert "someone was faster" in answer.text
    assert "Resolved by faster@example.com" in answer.text
    assert Resolution.objects.count() == 1


def test_a_recovery_can_be_taken_back_from_the_feed(browser: SignedIn) -> None:
    sync_fails()
    log_event("sync.completed", payload={"provider": "printify", "products": 1, "updated": 0})
    act = Resolution.objects.get()

    browser.post(f"{PAGE}undo/{act.pk}/", {"next": PAGE})

    assert open_count() == 1


def test_nothing_selected_and_nonsense_change_nothing(browser: SignedIn) -> None:
    sync_fails()
    (value,) = buttons(browser.get(ATTENTION).text)
    nonsense: tuple[dict[str, Any], ...] = (
        {},
        {"only": "entry:x"},
        {"only": "problem:x.y"},
        {"only": "planet:1"},
        {"only": ":"},
        {"only": value.replace("problem:", "problem:A")},
        {"only": f"{value}\0"},
        {"problem": "." * 5_000},
        {"entry": "1"},
        {"entry": str(uuid4())},
    )

    for form in nonsense:
        for headers in ({}, WITH_SCRIPTS):
            answer = browser.post(f"{PAGE}resolve/", form, headers=headers)
            assert answer.status_code in (200, 302), form
    assert (open_count(), Resolution.objects.count()) == (1, 0)


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "\\\\evil"])
def test_a_form_leads_back_to_a_page_of_ours_only(browser: SignedIn, elsewhere: str) -> None:
    answer = browser.post(f"{PAGE}resolve/", {"next": elsewhere})

    assert answer["Location"] == PAGE


def test_resolving_is_a_permission_of_its_own() -> None:
    sync_fails()
    (problem,) = feed.list_problems().problems
    looker = staff_with(SEE_FEED, SEE_ORDERS)

    assert looker.post(f"{PAGE}resolve/", {"entry": str(problem.last_entry_id)}).status_code == 404
    assert looker.post(f"{PAGE}undo/{uuid4()}/").status_code == 404
    assert looker.post(f"/admin/orders/{open_order().pk}/resolve/").status_code == 404
    assert looker.get(f"{PAGE}resolve/").status_code == 404


@pytest.mark.parametrize("elsewhere", ["//evil.example/", "https://evil.example/", "/\\evil.example", "home", "1", ""])
def test_the_way_back_is_a_path_of_this_site(elsewhere: str, browser: SignedIn) -> None:
    answer = browser.post(f"{PAGE}resolve/", {"next": elsewhere})

    assert answer["Location"] == PAGE
