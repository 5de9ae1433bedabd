"""What messages said is forgotten: of a person, however it is written there."""

import json

import pytest

from apps.webhooks.models import WebhookDelivery
from apps.webhooks.retention import forget_bodies_that_name

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "body",
    [
        json.dumps({"email": "Zoë@exämple.com"}),
        json.dumps({"email": "Zoë@exämple.com"}, ensure_ascii=False),
        json.dumps({"email": "ZOË@EXÄMPLE.COM"}),
        json.dumps({"email": "ZOË@EXÄMPLE.COM"}, ensure_ascii=False),
        "email=zoë@exämple.com&a=\\",
    ],
)
def test_a_name_is_found_however_a_message_writes_it(body: str) -> None:
    WebhookDelivery.objects.create(provider="stripe", event_id="evt_zoe", body=body.encode())
    WebhookDelivery.objects.create(provider="stripe", event_id="evt_zoo", body=b'{"email": "zo@example.com"}')

    assert forget_bodies_that_name(["zoë@exämple.com"]) == 1
    assert WebhookDelivery.objects.with_body().get().event_id == "evt_zoo"
