"""The addresses that the print provider tells what happens, and the telling."""

import json
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Max
from django.utils import timezone

from apps.sandbox import deliveries
from apps.sandbox.addresses import product
from apps.sandbox.identifiers import printify_id
from apps.sandbox.models import PrintifyWebhook
from apps.sandbox.printify.errors import PrintifyError, not_found
from apps.sandbox.printify.shapes import Body, event_json

PATH: Final = "/webhooks/printify/"
TOPICS: Final = (
    "order:created",
    "order:updated",
    "order:sent-to-production",
    "order:shipment:created",
    "order:shipment:delivered",
    "product:deleted",
    "product:publish:started",
    "shop:disconnected",
)


def register_the_product() -> None:
    """Has the shop told of everything, as somebody would have set it up by hand; what is registered stays."""
    for topic in TOPICS:
        PrintifyWebhook.objects.get_or_create(
            topic=topic,
            url=product(PATH),
            defaults={"id": printify_id(), "secret": settings.PRINTIFY_WEBHOOK_SECRET},
        )


def register(given: Body) -> Body:
    """``POST …/webhooks.json``; the same address for the same topic again gets the new secret."""
    topic, url = given.get("topic"), given.get("url")
    if topic not in TOPICS:
        raise PrintifyError(f"The topic {topic} doesn't exist.")
    if not isinstance(url, str) or urlsplit(url).scheme not in {"http", "https"}:
        raise PrintifyError("The url must be an address.")
    webhook, _ = PrintifyWebhook.objects.update_or_create(
        topic=topic,
        url=url,
        defaults={"secret": str(given.get("secret") or "")},
        create_defaults={"id": printify_id(), "secret": str(given.get("secret") or "")},
    )
    return _json(webhook)


def change(id: str, given: Body) -> Body:
    """``PUT …/webhooks/<id>.json``."""
    found = PrintifyWebhook.objects.filter(pk=id)
    if not found.update(**{name: given[name] for name in ("url", "secret") if given.get(name)}, blocked_until=None):
        raise not_found()
    return _json(found.get())


def remove(id: str) -> Body:
    """``DELETE …/webhooks/<id>.json``."""
    if not PrintifyWebhook.objects.filter(pk=id).delete()[0]:
        raise not_found()
    return {"id": id}


def registered() -> list[Body]:
    """``GET …/webhooks.json``."""
    return [_json(webhook) for webhook in PrintifyWebhook.objects.order_by("id")]


def blocked_until() -> datetime | None:
    """When the last block ends; None where nothing is blocked."""
    blocked = PrintifyWebhook.objects.filter(blocked_until__gt=timezone.now())
    latest: datetime | None = blocked.aggregate(until=Max("blocked_until"))["until"]
    return latest


def unblock_all() -> None:
    """What was blocked for an hour is told again."""
    PrintifyWebhook.objects.update(blocked_until=None)


def tell(topic: str, *, kind: str, subject: str, told: dict[str, Any]) -> None:
    """Tells everyone who is registered for the topic and not blocked, each under an id of its own."""
    now = timezone.now()
    told = {"shop_id": int(settings.PRINTIFY_SHOP_ID), **told}
    for webhook in PrintifyWebhook.objects.filter(topic=topic).exclude(blocked_until__gt=now):
        deliveries.send(
            sender="printify",
            topic=topic,
            subject=subject,
            url=webhook.url,
            secret=webhook.secret,
            body=json.dumps(event_json(topic, kind=kind, subject=subject, told=told, now=now)),
            webhook=webhook,
        )


def _json(webhook: PrintifyWebhook) -> Body:
    return {"topic": webhook.topic, "url": webhook.url, "shop_id": settings.PRINTIFY_SHOP_ID, "id": webhook.pk}
