"""A customer's picture goes to the printer with the line that it is printed for."""

from base64 import b64decode
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from PIL import Image

from apps.accounts.models import User
from apps.orders import submission
from apps.orders.artwork import keep_artwork
from apps.orders.models import Order, OrderLine
from apps.orders.operations import LineWish
from apps.orders.providers.printify import Printify
from apps.orders.states import Status
from apps.orders.submission import Step
from tests.http_stand_in import Answer, StandIn
from tests.orders.factories import NOON, paid_order
from tests.orders.wares import picture_of, poster

pytestmark = pytest.mark.django_db

Lines = Callable[..., list[str]]
MADE, RELEASED = Answer({"id": "PFY-1"}), Answer({"id": "PFY-1"})
THERE = "https://pictures.printer.example/1"
UPLOADED = Answer({"id": "picture-1", "preview_url": THERE})
DOWN = Answer("", 503)


@pytest.fixture
def provider() -> Iterator[StandIn]:
    with StandIn().running() as running:
        yield running


@pytest.fixture
def take(provider: StandIn) -> Iterator[Callable[[Order, Step], Step | None]]:
    with Printify(token="secret", shop_id="7", base=f"{provider.url}/v1") as client:
        yield lambda order, step: submission.submit(order.pk, step, client, now=NOON)


Take = Callable[[Order, Step], Step | None]


@pytest.fixture
def order(owner: User) -> Order:
    """Two posters of a picture of the owner's, paid."""
    order = paid_order(user=owner, lines=[LineWish(poster(), 2, picture_of(owner))])
    keep_artwork(order)
    return order


def blank(order: Order, *places: dict[str, Any], variant: str | None = None) -> Answer:
    """The order's product at the provider, with these places for pictures; one empty front where none is named."""
    line = order.lines.get()
    area = {
        "variant_ids": [int(variant or line.printify_variant_id)],
        "placeholders": places or [{"position": "front", "images": []}],
    }
    return Answer({"id": line.printify_product_id, "blueprint_id": 282, "print_provider_id": 27, "print_areas": [area]})


def test_it_is_given_to_the_printer_and_named_in_the_line(take: Take, provider: StandIn, order: Order) -> None:
    provider.answering(blank(order), UPLOADED, MADE, RELEASED)

    take(order, Step())

    line, (_, upload, draft, _) = order.lines.get(), provider.asked
    assert upload.path == "/v1/uploads/images.json"
    assert upload.body["file_name"] == f"{line.pk}.jpg"
    assert b64decode(upload.body["contents"]) == Path(line.artwork.path).read_bytes()
    assert draft.body["line_items"] == [
        {
            "blueprint_id": 282,
            "print_provider_id": 27,
            "variant_id": int(line.printify_variant_id),
            "print_areas": {"front": THERE},
            "quantity": 2,
        }
    ]
    assert Order.objects.get().status == Status.SUBMITTED


def test_a_picture_that_is_there_isnt_given_again(take: Take, provider: StandIn, order: Order) -> None:
    provider.answering(blank(order), UPLOADED, DOWN)
    second = take(order, Step())
    assert second is not None

    provider.answering(Answer({"data": []}), blank(order), MADE, RELEASED)
    take(order, second)

    assert sum(asked.path.endswith("images.json") for asked in provider.asked) == 1
    assert order.lines.get().artwork_url == THERE


@pytest.mark.parametrize("at", ["the product", "the upload"])
def test_a_printer_that_breaks_off_is_a_failure_and_asked_again(
    take: Take, provider: StandIn, order: Order, lines: Lines, at: str
) -> None:
    provider.answering(*([DOWN] if at == "the product" else [blank(order), DOWN]))

    assert take(order, Step()) == Step(attempt=2, wait_s=30)
    assert "503" in lines(order)[-1]


def test_pictures_of_the_shops_own_stay_where_they_are(take: Take, provider: StandIn, order: Order) -> None:
    position = {"x": 0.2, "y": 0.3, "scale": 0.4, "angle": 90}
    logo, seal = {"id": "logo", "src": "https://printer.example/logo", **position}, {"id": "seal"}
    back = {"position": "back", "images": [logo, seal]}
    provider.answering(
        blank(order, back, {"position": "front", "images": []}, {"position": "sleeve", "images": []}),
        UPLOADED,
        Answer({"id": "seal", "preview_url": "https://printer.example/seal"}),
        MADE,
        RELEASED,
    )

    take(order, Step())

    middle = {"x": 0.5, "y": 0.5, "scale": 1, "angle": 0}
    (line,) = provider.asked[3].body["line_items"]
    assert line["print_areas"] == {
        "back": [
            {"src": "https://printer.example/logo", **position},
            {"src": "https://printer.example/seal", **middle},
        ],
        "front": [{"src": THERE, **middle}],
    }


def test_a_product_without_a_place_for_it_is_for_a_person(
    take: Take, provider: StandIn, order: Order, lines: Lines
) -> None:
    provider.answering(blank(order, variant="999"))

    assert take(order, Step()) is None
    assert "no place for a picture any more" in lines(order)[-1]


def test_a_picture_that_was_lost_is_for_a_person(take: Take, provider: StandIn, order: Order, lines: Lines) -> None:
    Path(order.lines.get().artwork.path).unlink()
    provider.answering(blank(order))

    assert take(order, Step()) is None
    assert lines(order)[-1] == "Submission to Printify failed: The picture that is to be printed is lost."


def test_a_kind_that_the_printer_doesnt_take_is_turned_into_png(take: Take, provider: StandIn, order: Order) -> None:
    webp, line = BytesIO(), order.lines.get()
    Image.new("RGB", (20, 10), "teal").save(webp, "WEBP")
    line.artwork.save("artwork/picture.webp", ContentFile(webp.getvalue()))
    provider.answering(blank(order), UPLOADED, MADE, RELEASED)

    take(order, Step())

    sent = b64decode(provider.asked[1].body["contents"])
    with Image.open(BytesIO(sent)) as picture:
        assert (picture.format, picture.size) == ("PNG", (20, 10))


def test_a_line_without_a_picture_is_the_shops_product(take: Take, provider: StandIn) -> None:
    order = paid_order(lines=[LineWish(poster(), 1)])
    provider.answering(MADE, RELEASED)

    take(order, Step())

    line = OrderLine.objects.get()
    assert provider.asked[0].body["line_items"] == [
        {"product_id": line.printify_product_id, "variant_id": int(line.printify_variant_id), "quantity": 1}
    ]


def test_an_order_of_before_pictures_were_kept_keeps_its_own_now(take: Take, provider: StandIn, owner: User) -> None:
    order = paid_order(user=owner, lines=[LineWish(poster(), 1, picture_of(owner))])
    provider.answering(blank(order), UPLOADED, MADE, RELEASED)

    take(order, Step())

    assert order.lines.get().artwork
