"""What people write and are called stays out of the log, on the ways where most of it is handled."""

import logging
from collections.abc import Callable, Iterator
from typing import Final
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.db import IntegrityError, transaction
from django.test import Client

from apps.accounts.models import User
from apps.generations import production
from apps.generations.models import GenerationJob
from tests.factories import UserFactory, on_plan
from tests.http_stand_in import Answer, StandIn
from tests.log_lines import Lines, captured
from tests.orders.wares import poster

pytestmark = pytest.mark.django_db

BrowserOf = Callable[[User], Client]
EMAIL: Final = "recognisable.person@example.com"
PASSWORD: Final = "xylophone-quartz-42"
PROMPT: Final = "a recognisable prompt"
ADDRESS: Final = "1 Recognisable Street"


@pytest.fixture(autouse=True)
def lines() -> Iterator[Lines]:
    """Everything down to what libraries say for themselves; whatever is recognisable in it fails the test."""
    with captured(level=logging.DEBUG) as all_lines:
        yield all_lines
    told = all_lines.text.lower()
    assert "recognisable" not in told
    assert PASSWORD not in told


@pytest.fixture
def stripe(settings: LazySettings) -> Iterator[StandIn]:
    with StandIn().running() as running:
        settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE = "sk_test_1", running.url
        yield running


def test_signing_up_and_in_right_and_wrong_leaves_no_name(client: Client) -> None:
    form = {"email": EMAIL, "password1": PASSWORD, "password2": PASSWORD}
    assert client.post("/accounts/signup/", form).status_code == 302
    client.post("/accounts/logout/")
    for password in (f"{PASSWORD}-wrong", PASSWORD):
        client.post("/accounts/login/", {"login": EMAIL, "password": password})

    assert client.get("/activity/").status_code == 200
    assert client.post("/accounts/password/reset/", {"email": EMAIL}).status_code == 302


def test_paying_leaves_no_name_also_where_the_provider_fails(client: Client, stripe: StandIn) -> None:
    variant = poster()
    client.post(f"/shop/{variant.product_id}/", {"variant": variant.pk, "quantity": 1})
    stripe.answering(Answer({"error": {"message": f"{EMAIL} is bad", "type": "api_error"}}, 400))

    client.post("/cart/checkout/", {"seen_total": 2600, "email": EMAIL, "address": ADDRESS})
    client.get(f"/orders/guest/{EMAIL}/")

    assert len(stripe.asked) == 1


@pytest.mark.parametrize("prompt", [PROMPT, f"{PROMPT} [fail]", f"{PROMPT} [refuse]"])
def test_generating_leaves_no_prompt(browser_of: BrowserOf, prompt: str) -> None:
    person = on_plan(UserFactory.create(email=EMAIL))
    wish = {"prompt": prompt, "quality": "standard", "aspect_ratio": "1:1", "image_count": 1}
    browser_of(person).post("/generate/", wish | {"idempotency_key": f"form:{uuid4()}"})

    production.produce(GenerationJob.objects.get().pk, attempt=1)

    assert browser_of(person).get("/activity/", {"q": prompt}).status_code == 200


def test_a_row_that_the_database_refuses_is_not_shown(lines: Lines) -> None:
    UserFactory.create(email=EMAIL)
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        UserFactory.create(email=EMAIL)
    logging.getLogger(__name__).error("refused", exc_info=refused.value)

    assert EMAIL in str(refused.value)
    assert "DETAIL: [row]" in lines.text
