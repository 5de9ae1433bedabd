"""What PostHog is told about the activity page, on a server that speaks its protocol; and that it costs nothing."""

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client

from apps.accounts.models import User
from apps.common import analytics
from apps.generations import operations
from apps.generations.models import GenerationJob
from tests.conftest import SignedIn
from tests.factories import CharacterFactory, on_plan, wish, with_credits
from tests.posthog import KEY, PATIENCE_S, PostHog

pytestmark = pytest.mark.django_db

PAGE = "/activity/"
HERE = f"http://testserver{PAGE}"
FRAGMENT = {"HX-Request": "true", "HX-Target": "timeline"}
PREFETCHES = [{"Sec-Purpose": "prefetch;prerender"}, {"Purpose": "prefetch"}]
GOING_BACK = {"HX-Request": "true", "HX-History-Restore-Request": "true"}


@pytest.fixture
def posthog(settings: LazySettings) -> Iterator[PostHog]:
    """The PostHog that the settings name."""
    with PostHog().running() as running:
        settings.POSTHOG_API_KEY, settings.POSTHOG_HOST = KEY, running.host
        yield running
        analytics.flush()


@pytest.fixture
def visitor(owner: User) -> Client:
    return SignedIn(owner)


@pytest.fixture
def job(owner: User) -> GenerationJob:
    """A job with its charge, on a plan with its credits: three items."""
    return operations.request(user=on_plan(owner), wish=wish())


def told(posthog: PostHog, event: str) -> list[dict[str, Any]]:
    analytics.flush()
    return posthog.told(event)


def filtered(posthog: PostHog) -> dict[str, str]:
    events = told(posthog, "activity_filter_applied")
    names = {event["filter_name"]: event["filter_value"] for event in events}
    assert len(names) == len(events)
    return names


def test_an_opened_page_is_told_with_what_it_showed(posthog: PostHog, visitor: Client, job: GenerationJob) -> None:
    visitor.get(PAGE, {"range": "last_7_days", "type": "credits"})

    assert told(posthog, "activity_viewed") == [
        {"event_count": 2, "date_range": "last_7_days", "event_type_filter": "credits"}
    ]
    assert len(posthog.events) == 1


def test_the_person_is_an_opaque_id(posthog: PostHog, visitor: Client, owner: User) -> None:
    visitor.get(PAGE)
    analytics.flush()

    (event,) = posthog.events
    assert event["distinct_id"] == str(owner.public_id)
    assert posthog.batches[0]["api_key"] == KEY
    assert owner.email not in str(posthog.batches)


@pytest.mark.parametrize(
    "headers", [FRAGMENT, {"HX-Request": "true", "HX-Target": "more"}, GOING_BACK, *PREFETCHES], ids=str
)
def test_what_nobody_opened_is_not_told(posthog: PostHog, visitor: Client, headers: dict[str, str]) -> None:
    assert visitor.get(PAGE, headers=headers).status_code == 200
    assert visitor.head(PAGE).status_code == 200

    assert told(posthog, "activity_viewed") == []


def test_an_opened_drawer_is_told_with_its_links(
    posthog: PostHog, visitor: Client, job: GenerationJob, owner: User
) -> None:
    charge = owner.credit_transactions.of_job(job.pk).get()
    drawer = {"HX-Request": "true", "HX-Target": "drawer"}

    visitor.get(f"{PAGE}generation_job/{job.pk}/", headers=drawer)
    visitor.get(f"{PAGE}credit_transaction/{charge.pk}/", headers=drawer)

    assert told(posthog, "activity_item_opened") == [
        {"activity_type": "generation_started", "has_generation_link": True, "has_credit_link": True},
        {"activity_type": "credits_consumed", "has_generation_link": True, "has_credit_link": True},
    ]
    assert told(posthog, "activity_viewed") == []


def test_a_drawer_opened_by_its_address_opens_the_page_too(
    posthog: PostHog, visitor: Client, job: GenerationJob
) -> None:
    visitor.get(f"{PAGE}generation_job/{job.pk}/", headers={"Referer": f"{HERE}?type=generation"})

    assert len(told(posthog, "activity_item_opened")) == len(told(posthog, "activity_viewed")) == 1
    assert filtered(posthog) == {}


@pytest.mark.parametrize("headers", [GOING_BACK, *PREFETCHES], ids=str)
def test_a_drawer_that_nobody_opened_is_not_told(
    posthog: PostHog, visitor: Client, job: GenerationJob, headers: dict[str, str]
) -> None:
    visitor.get(f"{PAGE}generation_job/{job.pk}/", headers=headers)

    assert told(posthog, "activity_item_opened") == []


def test_each_changed_filter_is_told_once(posthog: PostHog, visitor: Client, owner: User) -> None:
    whom = CharacterFactory.create(user=owner)
    query = {"range": "last_30_days", "from": "2026-03-01", "type": "generation", "q": "beach"} | {
        "character": str(whom.pk)
    }
    before = {"HX-Current-URL": f"{HERE}?range=last_30_days&status=failed&to=2026-03-31"}

    visitor.get(PAGE, query, headers=FRAGMENT | before)

    assert filtered(posthog) == {
        "from": "2026-03-01",
        "to": "cleared",
        "type": "generation",
        "character": str(whom.pk),
        "status": "cleared",
        "q": "set",
    }


def test_what_was_searched_for_stays_here(posthog: PostHog, visitor: Client) -> None:
    visitor.get(PAGE, {"q": "first secret"}, headers=FRAGMENT | {"HX-Current-URL": HERE})
    visitor.get(PAGE, {"q": "second"}, headers=FRAGMENT | {"HX-Current-URL": f"{HERE}?q=first+secret"})
    visitor.get(PAGE, headers=FRAGMENT | {"HX-Current-URL": f"{HERE}?q=second"})
    events = told(posthog, "activity_filter_applied")

    assert [event["filter_value"] for event in events] == ["set", "set", "cleared"]
    assert "secret" not in str(posthog.batches)


def test_a_cleared_choice_is_told_by_its_default(posthog: PostHog, visitor: Client) -> None:
    visitor.get(PAGE, headers=FRAGMENT | {"HX-Current-URL": f"{HERE}?type=credits&range=last_7_days"})

    assert filtered(posthog) == {"type": "all", "range": "all_time"}


def test_without_scripts_the_page_that_was_left_tells_what_changed(posthog: PostHog, visitor: Client) -> None:
    visitor.get(PAGE, {"type": "credits"}, headers={"Referer": f"{HERE}?status="})

    assert filtered(posthog) == {"type": "credits"}
    assert len(told(posthog, "activity_viewed")) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Referer": "http://testserver/credits/"},
        {"Referer": f"http://elsewhere.example{PAGE}"},
        {"Referer": "http://["},
        {"HX-Current-URL": f"{HERE}?type=credits"},
        {"HX-Current-URL": f"{HERE}?type=credits&cursor=abc&range=nonsense&character=nonsense&from=never"},
        {"HX-Current-URL": HERE, **GOING_BACK},
        *({"Referer": HERE, **headers} for headers in PREFETCHES),
    ],
    ids=str,
)
def test_a_filter_that_nobody_changed_is_not_told(posthog: PostHog, visitor: Client, headers: dict[str, str]) -> None:
    assert visitor.get(PAGE, {"type": "credits"}, headers=headers).status_code == 200

    assert filtered(posthog) == {}


def test_remembering_the_former_filters_asks_the_database_nothing(
    posthog: PostHog, visitor: Client, owner: User, django_assert_num_queries: Any
) -> None:
    former = f"{HERE}?character={CharacterFactory.create(user=owner).pk}"
    session, person, items = range(3)

    with django_assert_num_queries(len([session, person, items])):
        visitor.get(PAGE, headers=FRAGMENT | {"HX-Current-URL": former})

    assert filtered(posthog) == {"character": "cleared"}


def test_a_slow_posthog_holds_up_nobody(posthog: PostHog, visitor: Client) -> None:
    with ThreadPoolExecutor() as beside, posthog.holding_its_answers():
        visitor.get(PAGE)
        flushed = beside.submit(analytics.flush)
        assert posthog.received.wait(PATIENCE_S)

        page = visitor.get(PAGE)

        assert page.status_code == 200
        assert not posthog.may_answer.is_set()
    flushed.result()
    assert len(told(posthog, "activity_viewed")) == 2


def test_a_posthog_that_never_answers_does_not_keep_a_process_alive(posthog: PostHog, visitor: Client) -> None:
    with posthog.holding_its_answers():
        visitor.get(PAGE)

        analytics.flush()

        assert not posthog.may_answer.is_set()


def test_a_posthog_that_is_down_costs_nothing(settings: LazySettings, visitor: Client) -> None:
    with socket.socket() as taken:  # bound and never listening: whoever connects is refused
        taken.bind(("127.0.0.1", 0))
        settings.POSTHOG_API_KEY, settings.POSTHOG_HOST = KEY, f"http://127.0.0.1:{taken.getsockname()[1]}"

        assert visitor.get(PAGE).status_code == 200
        analytics.flush()
        assert visitor.get(PAGE).status_code == 200


@pytest.mark.parametrize(("status", "body"), [(500, b"{}"), (401, b'{"detail": "No."}'), (200, b"what?"), (302, b"")])
def test_a_posthog_that_is_wrong_costs_nothing(posthog: PostHog, visitor: Client, status: int, body: bytes) -> None:
    posthog.status, posthog.body = status, body

    assert visitor.get(PAGE).status_code == 200
    analytics.flush()
    assert visitor.get(PAGE).status_code == 200
    assert posthog.received.is_set()


def test_without_a_key_nobody_even_connects(
    posthog: PostHog, settings: LazySettings, visitor: Client, job: GenerationJob
) -> None:
    settings.POSTHOG_API_KEY = ""

    visitor.get(PAGE, {"type": "credits"}, headers={"Referer": HERE})
    visitor.get(f"{PAGE}generation_job/{job.pk}/")
    analytics.flush()

    assert posthog.connections == 0


def test_whoever_sees_nothing_new_still_viewed_the_page(posthog: PostHog, visitor: Client, owner: User) -> None:
    with_credits(owner, 5)

    visitor.get(PAGE, {"type": "generation"})

    assert told(posthog, "activity_viewed")[0]["event_count"] == 0
