"""The client of the print provider, against its API as documented and as seen: odd errors included."""

from collections.abc import Iterator

import pytest
from django.conf import LazySettings

from apps.orders.providers.drafts import Draft, LineItem
from apps.orders.providers.errors import ProviderError
from apps.orders.providers.printify import Printify
from tests.http_stand_in import Answer, StandIn
from tests.orders.factories import NOON

DRAFT = Draft(
    external_id="0198-order",
    label="SS-261121-0001",
    line_items=[LineItem("5bfd0b66a342bcc9b5563216", "17887", 2)],
    address_to={"first_name": "Ada", "country": "GB"},
)
TOO_YOUNG = {"status": "error", "code": 8502, "message": "Order cannot be sent to production", "errors": {}}
INVALID = {
    "status": "error",
    "code": 8150,
    "message": "Validation failed.",
    "errors": {"reason": "insufficient stock for M Black", "code": 8150},
}


@pytest.fixture
def printify(provider: StandIn) -> Iterator[Printify]:
    with Printify(token="secret", shop_id="7", base=f"{provider.url}/v1") as client:
        yield client


def test_a_draft_is_posted_as_the_provider_wants_it(printify: Printify, provider: StandIn) -> None:
    provider.answering(Answer({"id": "5a96f649b2439217d070f507"}))

    assert printify.create_order(DRAFT) == "5a96f649b2439217d070f507"

    (asked,) = provider.asked
    assert (asked.method, asked.path) == ("POST", "/v1/shops/7/orders.json")
    assert (asked.headers["Authorization"], asked.headers["User-Agent"]) == ("Bearer secret", "Activity")
    assert asked.body == {
        "external_id": "0198-order",
        "label": "SS-261121-0001",
        "line_items": [{"product_id": "5bfd0b66a342bcc9b5563216", "variant_id": 17887, "quantity": 2}],
        "shipping_method": 1,
        "send_shipping_notification": False,
        "address_to": {"first_name": "Ada", "country": "GB"},
    }


def test_a_draft_that_is_too_young_is_to_be_asked_for_again(printify: Printify, provider: StandIn) -> None:
    provider.answering(Answer(TOO_YOUNG, 400), Answer({"id": "1"}))

    assert printify.send_to_production("1") is False
    assert printify.send_to_production("1") is True
    assert provider.asked[0].path == "/v1/shops/7/orders/1/send_to_production.json"


REFUSALS = {
    "a reason in the errors": (Answer(INVALID, 400), "insufficient stock for M Black", "8150", True),
    "a message alone": (Answer({"message": "Unauthenticated."}, 401), "Unauthenticated.", "401", True),
    "errors in a list": (Answer({"errors": ["x"], "message": "No."}, 422), "No.", "422", True),
    "plain text": (Answer("Bad things\n", 400), "Bad things", "400", True),
    "an empty body": (Answer("", 404), "The provider answered 404 Not Found.", "404", True),
    "JSON that is no object": (Answer([1], 400), "[1]", "400", True),
    "too many requests": (Answer("slow down", 429), "slow down", "429", False),
    "a gateway in between": (Answer("<html>Bad gateway</html>", 502), "<html>Bad gateway</html>", "502", False),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_says_why_and_whether_to_ask_again(name: str, printify: Printify, provider: StandIn) -> None:
    answer, message, code, permanent = REFUSALS[name]
    provider.answering(answer)

    with pytest.raises(ProviderError) as refusal:
        printify.create_order(DRAFT)

    error = refusal.value
    assert (error.message, error.code, error.permanent) == (message, code, permanent)


def test_who_asks_too_often_is_told_how_long_to_wait(printify: Printify, provider: StandIn) -> None:
    provider.answering(Answer("", 429, {"Retry-After": "17"}), Answer("", 429, {"Retry-After": "soon"}))

    waits = []
    for _ in range(2):
        with pytest.raises(ProviderError) as refusal:
            printify.cancel("1")
        waits.append(refusal.value.retry_after_s)
    assert waits == [17.0, None]


def test_a_provider_that_is_not_there_is_worth_another_try() -> None:
    with Printify(token="t", shop_id="7", base="http://127.0.0.1:1") as nobody, pytest.raises(ProviderError) as refusal:
        nobody.order("1")
    assert (refusal.value.permanent, refusal.value.code) == (False, "network")


@pytest.mark.parametrize("body", ["", "<html>", [], {"id": None}, {}])
def test_a_success_that_says_nothing_is_no_success(body: object, printify: Printify, provider: StandIn) -> None:
    provider.answering(Answer(body))
    with pytest.raises(ProviderError):
        printify.create_order(DRAFT)


ORDER = {
    "id": "1",
    "status": "fulfilled",
    "external_id": "0198-order",
    "shipments": [
        {
            "carrier": "USPS",
            "number": "94001",
            "url": "https://track.example/94001",
            "delivered_at": "1970-01-01 00:00:00+00:00",
        }
    ],
    "line_items": [
        {"sent_to_production_at": "2026-11-21 12:00:00+00:00", "fulfilled_at": "2026-11-21 13:00:00+00:00"},
        {"sent_to_production_at": "2026-11-21 12:30:00+00:00", "fulfilled_at": None},
        "nonsense",
    ],
}


def test_an_order_is_reported_in_our_terms(printify: Printify, provider: StandIn) -> None:
    provider.answering(Answer(ORDER))

    report = printify.order("1")

    assert (report.provider_order_id, report.status, report.production_at) == ("1", "fulfilled", NOON)
    (parcel,) = report.parcels
    assert parcel.parcel == ("94001", "USPS", "https://track.example/94001")
    assert (parcel.shipped_at, parcel.delivered_at) == (NOON.replace(hour=13), None)


def test_an_order_whose_answer_was_lost_is_found_again(printify: Printify, provider: StandIn) -> None:
    others = [{"id": f"{number}", "status": "pending"} for number in range(50)]
    provider.answering(Answer({"data": others}), Answer({"data": [*others[:3], ORDER]}))

    found = printify.find_order(external_id="0198-order", label="SS-261121-0001")

    assert found is not None
    assert found.provider_order_id == "1"
    assert [asked.query["page"] for asked in provider.asked] == ["1", "2"]


def test_an_order_that_never_came_is_not_found(printify: Printify, provider: StandIn) -> None:
    provider.answering(Answer({"data": []}))
    assert printify.find_order(external_id="0198-order", label="SS-261121-0001") is None


def test_products_are_read_page_by_page(printify: Printify, provider: StandIn) -> None:
    provider.answering(
        Answer({"data": [{"id": "a"}, {"id": "b"}], "last_page": 2}),
        Answer({"data": [{"id": "c"}, None], "last_page": 2}),
    )

    assert [product["id"] for product in printify.products()] == ["a", "b", "c"]
    assert [asked.query for asked in provider.asked] == [{"page": "1", "limit": "50"}, {"page": "2", "limit": "50"}]


def test_without_a_token_nobody_is_asked(settings: LazySettings) -> None:
    settings.PRINTIFY_API_TOKEN = ""
    with pytest.raises(ProviderError, match="PRINTIFY_API_TOKEN"):
        Printify.from_settings()
