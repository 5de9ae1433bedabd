"""The print provider's stand-in: catalogue, orders that advance by themselves, webhooks, and refusals."""

import hmac
from base64 import b64encode
from hashlib import sha256
from io import BytesIO
from typing import Any

import httpx
import pytest
from PIL import Image

from tests.running import kill, sandbox_loop
from tests.sandbox.listener import Heard
from tests.sandbox.stage import Sandbox, Visitor

ADDRESS = {
    "first_name": "Ada",
    "last_name": "Sample",
    "email": "customer@example.com",
    "country": "GB",
    "address1": "1 Sandbox Lane",
    "city": "London",
    "zip": "EC1A 1BB",
}
NEVER = "1970-01-01 00:00:00+00:00"


@pytest.fixture
def shop(sandbox: Sandbox) -> httpx.Client:
    return sandbox.printify()


def asked_for(shop: httpx.Client, **changes: Any) -> dict[str, Any]:
    """What a shop sends for the first product's second variant."""
    product = shop.get("products.json").json()["data"][0]
    line = {"product_id": product["id"], "variant_id": product["variants"][1]["id"], "quantity": 1}
    order = {"external_id": "SS-260223-0042", "label": "SS-260223-0042", "line_items": [line], "address_to": ADDRESS}
    return {**order, "shipping_method": 1, "send_shipping_notification": False, **changes}


def drafted(shop: httpx.Client) -> str:
    return str(shop.post("orders.json", json=asked_for(shop)).json()["id"])


def submitted(shop: httpx.Client) -> str:
    """An order that was sent to production, which the provider refuses once."""
    id = drafted(shop)
    assert shop.post(f"orders/{id}/send_to_production.json").status_code == 400
    assert shop.post(f"orders/{id}/send_to_production.json").status_code == 200
    return id


def is_signed(webhook: Heard, secret: str) -> bool:
    return webhook.headers["X-Pfy-Signature"] == f"sha256={hmac.new(secret.encode(), webhook.body, sha256).hexdigest()}"


def test_the_catalogue_has_two_pages_and_every_picture_is_there(shop: httpx.Client) -> None:
    first = shop.get("products.json").json()
    second = shop.get("products.json", params={"page": 2}).json()

    assert (first["current_page"], first["last_page"], first["total"]) == (1, 2, 8)
    assert len(first["data"]) + len(second["data"]) == 8
    assert first["next_page_url"]
    assert second["next_page_url"] is None
    for product in first["data"] + second["data"]:
        assert {"id", "title", "description", "tags", "options", "variants", "images", "visible"} <= product.keys()
        picture = httpx.get(product["images"][0]["src"])
        assert (picture.status_code, picture.headers["Content-Type"]) == (200, "image/png")
        assert shop.get(f"products/{product['id']}.json").json() == product


def test_an_order_is_a_draft_and_not_ready_at_first(shop: httpx.Client) -> None:
    id = drafted(shop)
    draft = shop.get(f"orders/{id}.json").json()
    refused = shop.post(f"orders/{id}/send_to_production.json")

    assert (draft["status"], draft["shipments"], draft["fulfilled_at"]) == ("pending", [], NEVER)
    assert draft["line_items"][0]["metadata"]["variant_label"] == "12″ × 16″"
    assert (refused.status_code, refused.json()["code"]) == (400, 8502)
    sent = shop.post(f"orders/{id}/send_to_production.json").json()
    assert sent["status"] == "sending-to-production"


def test_an_order_advances_to_delivery_by_itself_and_every_webhook_is_signed(
    sandbox: Sandbox, shop: httpx.Client
) -> None:
    sandbox.hurry()
    id = submitted(shop)
    delivered = sandbox.listener.wait_for("order:shipment:delivered")

    topics = [each.topic for each in sandbox.listener.heard]
    assert [topic for topic in topics if topic != "order:updated"] == [
        *("order:created", "order:sent-to-production", "order:shipment:created", "order:shipment:delivered"),
    ]
    statuses = [each.json["resource"]["data"]["status"] for each in sandbox.listener.heard if "updated" in each.topic]
    assert statuses == ["sending-to-production", "in-production", "fulfilled"]
    assert all(is_signed(each, sandbox.keys.derived("printify webhooks")) for each in sandbox.listener.heard)
    assert len({each.json["id"] for each in sandbox.listener.heard}) == len(topics)
    told = delivered.json["resource"]
    assert (told["id"], told["type"], told["data"]["carrier"]["code"]) == (id, "order", "DHL")
    order = shop.get(f"orders/{id}.json").json()
    assert order["shipments"][0]["number"] == told["data"]["carrier"]["tracking_number"]
    assert order["shipments"][0]["delivered_at"] != NEVER


def test_a_loop_that_was_killed_goes_on_where_it_was(sandbox: Sandbox, shop: httpx.Client) -> None:
    """Two loops work at once here: whoever takes a step, it is taken once."""
    sandbox.hurry()
    with sandbox_loop(sandbox.folder / "second.log", sandbox.environment) as second:
        id = submitted(shop)
        sandbox.listener.wait_for("order:sent-to-production")
        kill(second)
    sandbox.listener.wait_for("order:shipment:delivered")

    topics = sandbox.listener.topics()
    assert topics.count("order:shipment:created") == topics.count("order:shipment:delivered") == 1
    assert shop.get(f"orders/{id}.json").json()["status"] == "fulfilled"


def test_an_order_can_be_canceled_until_it_is_produced(sandbox: Sandbox, shop: httpx.Client) -> None:
    early, late = drafted(shop), submitted(shop)

    assert shop.post(f"orders/{early}/cancel.json").json()["status"] == "canceled"
    refused = shop.post(f"orders/{late}/cancel.json")
    assert (refused.status_code, refused.json()["status"]) == (400, "error")
    told = sandbox.listener.wait_for("order:updated", times=2).json["resource"]
    assert told["data"]["status"] in {"canceled", "sending-to-production"}
    assert [order["id"] for order in shop.get("orders.json", params={"status": "canceled"}).json()["data"]] == [early]


@pytest.mark.parametrize(
    ("fault", "status", "said"),
    [("submission_refused", 400, "Insufficient stock for 12″ × 16″."), ("submission_breaks", 503, "")],
)
def test_a_submission_can_be_made_to_fail(
    sandbox: Sandbox, shop: httpx.Client, fault: str, status: int, said: str
) -> None:
    sandbox.prepare(**{fault: 1})
    failed = shop.post("orders.json", json=asked_for(shop))

    assert failed.status_code == status
    assert (failed.json()["errors"]["reason"] if failed.content else "") == said
    assert shop.post("orders.json", json=asked_for(shop)).status_code == 200


def test_the_catalogue_can_be_made_to_answer_in_plain_text(sandbox: Sandbox, shop: httpx.Client) -> None:
    sandbox.prepare(sync_fails=1)
    limited = shop.get("products.json")

    assert (limited.status_code, limited.headers["Content-Type"], limited.text) == (
        429,
        "text/plain",
        "Too Many Attempts.",
    )


def test_what_is_wrong_or_out_of_stock_is_refused_with_a_reason(shop: httpx.Client) -> None:
    bag = next(
        each for each in shop.get("products.json", params={"page": 2}).json()["data"] if each["title"] == "Tote bag"
    )
    line = {"product_id": bag["id"], "variant_id": bag["variants"][1]["id"], "quantity": 1}
    wrong: tuple[dict[str, Any], ...] = (
        {"line_items": [line]},
        {"line_items": []},
        {"address_to": {}},
        {"external_id": ""},
    )
    answers = [shop.post("orders.json", json=asked_for(shop, **changes)).json() for changes in wrong]
    reasons = [answer["errors"]["reason"] for answer in answers]

    assert reasons == [
        "Insufficient stock for Black.",
        "The line items field is required.",
        "The address to.first_name field is required.",
        "The external id field is required.",
    ]


def test_prices_can_be_raised_for_the_next_sync_to_find(shop: httpx.Client, visitor: Visitor) -> None:
    before: list[int] = []
    after: list[int] = []
    for prices in (before, after):
        found = [each for page in (1, 2) for each in shop.get("products.json", params={"page": page}).json()["data"]]
        prices.extend(product["variants"][0]["price"] for product in found)
        visitor.press("/sandbox/", "/sandbox/catalogue/raise/")

    assert [new - old for old, new in zip(before, after, strict=True)] == [50, 50, 50, 0, 0, 0, 0, 0]


def test_the_shop_can_be_disconnected(sandbox: Sandbox, visitor: Visitor) -> None:
    visitor.press("/sandbox/", "/sandbox/shop/disconnect/")

    assert sandbox.listener.wait_for("shop:disconnected").json["resource"]["type"] == "shop"


def test_a_deleted_product_is_gone_and_told_of_until_it_is_brought_back(
    sandbox: Sandbox, shop: httpx.Client, visitor: Visitor
) -> None:
    order = asked_for(shop)
    product = shop.get("products.json").json()["data"][0]
    visitor.press("/sandbox/", "/sandbox/catalogue/delete/", product=product["id"])

    told = sandbox.listener.wait_for("product:deleted").json["resource"]
    assert (told["id"], told["type"]) == (product["id"], "product")
    assert shop.get(f"products/{product['id']}.json").status_code == 404
    assert shop.get("products.json").json()["total"] == 7
    assert shop.post("orders.json", json=order).status_code == 400

    visitor.press("/sandbox/", "/sandbox/catalogue/restore/")
    assert shop.get("products.json").json()["total"] == 8


def a_picture() -> str:
    """In base64."""
    png = BytesIO()
    Image.new("RGB", (30, 20), "teal").save(png, "PNG")
    return b64encode(png.getvalue()).decode()


def printed_on(blank: dict[str, Any], picture: Any) -> dict[str, Any]:
    """The line of a blank with a picture at its front."""
    made_of = {name: blank[name] for name in ("blueprint_id", "print_provider_id")}
    return {**made_of, "variant_id": blank["variants"][0]["id"], "quantity": 1, "print_areas": {"front": picture}}


def test_a_picture_is_uploaded_printed_and_shown(sandbox: Sandbox, shop: httpx.Client, visitor: Visitor) -> None:
    there = shop.post("../../uploads/images.json", json={"file_name": "a.png", "contents": a_picture()}).json()
    assert (there["width"], there["height"], there["mime_type"]) == (30, 20, "image/png")
    assert shop.get(f"../../uploads/{there['id']}.json").json() == there
    assert httpx.get(there["preview_url"]).headers["Content-Type"] == "image/png"

    blank = shop.get("products.json").json()["data"][0]
    at_a_position = [{"src": there["preview_url"], "x": 0.5, "y": 0.5, "scale": 1, "angle": 0}]
    for picture in (there["preview_url"], at_a_position):
        made = shop.post("orders.json", json=asked_for(shop, line_items=[printed_on(blank, picture)]))
        assert made.status_code == 200
    (line,) = shop.get(f"orders/{made.json()['id']}.json").json()["line_items"]
    assert (line["metadata"]["title"], line["product_id"] == blank["id"]) == (blank["title"], False)
    assert "a.png" in visitor.get(f"/sandbox/orders/{made.json()['id']}/").text


def test_what_is_no_picture_or_isnt_there_is_refused(shop: httpx.Client) -> None:
    blank = shop.get("products.json").json()["data"][0]

    assert shop.post("../../uploads/images.json", json={"file_name": "a.png", "contents": "eA=="}).status_code == 400
    wrong: tuple[Any, ...] = ("https://elsewhere.example/a.png", [], {}, None)
    for picture in wrong:
        refused = shop.post("orders.json", json=asked_for(shop, line_items=[printed_on(blank, picture)]))
        assert (refused.status_code, refused.json()["code"]) == (400, 8150), picture


def test_only_the_shop_itself_may_ask_and_must_say_who_it_is(sandbox: Sandbox) -> None:
    assert sandbox.printify(Authorization="Bearer other").get("orders.json").status_code == 401
    assert sandbox.printify(**{"User-Agent": ""}).get("orders.json").status_code == 403
    assert sandbox.printify().get("../1/orders.json").status_code == 404


def test_an_undocumented_status_passes_and_issues_stay(sandbox: Sandbox, shop: httpx.Client) -> None:
    sandbox.hurry()
    sandbox.prepare(unknown_status=1, order_has_issues=1)
    id = submitted(shop)
    sandbox.listener.wait_for("order:updated", times=4)

    statuses = [
        each.json["resource"]["data"].get("status") for each in sandbox.listener.heard if "updated" in each.topic
    ]
    assert statuses == ["sending-to-production", "awaiting-moon-phase", "in-production", "has-issues"]
    assert shop.get(f"orders/{id}.json").json()["status"] == "has-issues"


def test_a_stalled_delivery_waits_for_a_push(sandbox: Sandbox, shop: httpx.Client, visitor: Visitor) -> None:
    sandbox.hurry()
    sandbox.prepare(delivery_stalls=1)
    id = submitted(shop)
    sandbox.listener.wait_for("order:shipment:created")
    page = f"/sandbox/orders/{id}/"
    assert "Stalled on purpose" in visitor.get(page).text

    visitor.press(page, f"{page}advance/")
    sandbox.listener.wait_for("order:shipment:delivered")


def test_a_shop_registers_its_own_webhooks_with_its_own_secret(sandbox: Sandbox, shop: httpx.Client) -> None:
    url = f"{sandbox.listener.address}/elsewhere/"
    made = shop.post("webhooks.json", json={"topic": "order:created", "url": url, "secret": "mine"}).json()
    try:
        drafted(shop)
        sandbox.listener.wait_for("order:created", times=2)
        there = next(each for each in sandbox.listener.heard if each.path == "/elsewhere/")
        assert is_signed(there, "mine")
        assert made in shop.get("webhooks.json").json()
    finally:
        assert shop.delete(f"webhooks/{made['id']}.json").status_code == 200
