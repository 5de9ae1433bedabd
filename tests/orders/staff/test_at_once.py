"""Several admins at the same lines at the same moment, by their own browsers and database connections."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from apps.orders import feed
from apps.orders.log import log_event
from apps.orders.models import ActivityEntry, OpenProblem, Resolution
from apps.orders.models.activity_log import NEEDS_ATTENTION
from tests.conftest import SignedIn
from tests.orders.factories import open_order
from tests.orders.staff.past import SEE_FEED, SEE_ORDERS, WORK, ago, staff_who
from tests.orders.staff.test_resolving_views import ATTENTION, PAGE, WITH_SCRIPTS, boxes, buttons
from tests.threads import at_once

pytestmark = pytest.mark.usefixtures("committed")


def two_admins() -> tuple[SignedIn, SignedIn]:
    anna, ben = (staff_who(SEE_FEED, SEE_ORDERS, WORK, email=f"{name}@example.com")[1] for name in ("anna", "ben"))
    return anna, ben


def is_consistent() -> bool:
    """Every entry says what the last act on it says, and open problems count what is open."""
    entries = ActivityEntry.objects.filter(level__in=("warning", "error"))
    for entry in entries.select_related("resolved_in"):
        if entry.resolved_in:
            assert entry.resolved_in.undone_at is None
            assert entry.pk in entry.resolved_in.entry_ids
            assert (entry.resolved_at, entry.resolved_by_id) == (
                entry.resolved_in.made_at,
                entry.resolved_in.made_by_id,
            )
    assert sum(OpenProblem.objects.values_list("entries", flat=True)) == entries.filter(NEEDS_ATTENTION).count()
    return True


def all_at_once(*acts: Callable[[], Any]) -> list[Any]:
    outcomes = at_once(len(acts), lambda number: acts[number]())
    assert outcomes.errors == []
    return outcomes.answers


def test_two_who_resolve_one_line_make_one_act_and_both_are_told_the_truth() -> None:
    log_event("sync.failed", payload={"provider": "printify"})
    anna, ben = two_admins()
    values = [buttons(browser.get(ATTENTION).text)[0] for browser in (anna, ben)]

    answers = all_at_once(
        lambda: anna.post(f"{PAGE}resolve/", {"only": values[0]}, headers=WITH_SCRIPTS),
        lambda: ben.post(f"{PAGE}resolve/", {"only": values[1]}, headers=WITH_SCRIPTS),
    )

    assert sorted("someone was faster" in answer.text for answer in answers) == [False, True]
    assert Resolution.objects.count() == 1
    assert is_consistent()


def test_overlapping_selections_resolve_each_line_once_and_keep_both_acts_on_record() -> None:
    for _ in range(6):
        log_event("order.cancelled", order=open_order(), occurred_at=ago(minutes=1))
    anna, ben = two_admins()
    entries = boxes(anna.get(PAGE).text)["entry"]

    all_at_once(
        lambda: anna.post(f"{PAGE}resolve/", {"entry": entries[:4]}),
        lambda: ben.post(f"{PAGE}resolve/", {"entry": list(reversed(entries[2:]))}),
    )

    taken = [set(act.entry_ids) for act in Resolution.objects.all()]
    assert (len(taken), len(set.union(*taken)), sum(map(len, taken))) == (2, 6, 6)
    assert set(Resolution.objects.values_list("made_by__email", flat=True)) == {
        "anna@example.com",
        "ben@example.com",
    }
    assert is_consistent()
    assert feed.count_needing_attention() == 0


def test_two_who_take_back_the_same_act_open_it_once_and_one_is_on_record() -> None:
    for _ in range(3):
        log_event("sync.failed", payload={"provider": "printify"})
    anna, ben = two_admins()
    anna.post(f"{PAGE}resolve/", {"only": buttons(anna.get(ATTENTION).text)[0]})
    act = Resolution.objects.get()

    answers = all_at_once(
        *(lambda b=browser: b.post(f"{PAGE}undo/{act.pk}/", headers=WITH_SCRIPTS) for browser in (anna, ben))
    )

    assert sorted("are open again" in answer.text for answer in answers) == [False, True]
    act.refresh_from_db()
    assert act.made_by_id is not None
    assert act.undone_by_id is not None
    assert feed.count_needing_attention() == 3
    assert is_consistent()


def test_resolving_and_taking_back_in_any_order_ends_in_one_state() -> None:
    order = open_order()
    for _ in range(4):
        log_event("order.payment_failed", order=order)
    anna, ben = two_admins()
    anna.post(f"/admin/orders/{order.pk}/resolve/")
    act = Resolution.objects.get()

    all_at_once(
        lambda: anna.post(f"{PAGE}undo/{act.pk}/"),
        lambda: ben.post(f"/admin/orders/{order.pk}/resolve/"),
        lambda: anna.post(f"/admin/orders/{order.pk}/resolve/"),
        lambda: log_event("order.created", order=order, source_key=str(uuid4())),
    )

    act.refresh_from_db()
    assert act.undone_at is not None
    assert is_consistent()


def test_what_commits_while_the_page_is_on_the_screen_stays_open() -> None:
    log_event("sync.failed", payload={"provider": "printify"})
    anna, _ = two_admins()
    value = buttons(anna.get(ATTENTION).text)[0]
    log_event("sync.failed", payload={"provider": "printify"})

    answer = anna.post(f"{PAGE}resolve/", {"only": value}, headers=WITH_SCRIPTS)

    assert "1 newer occurrence stays open" in answer.text
    assert feed.count_needing_attention() == 1
    assert buttons(answer.text)
    anna.post(f"{PAGE}resolve/", {"only": buttons(answer.text)[0]})
    assert feed.count_needing_attention() == 0
