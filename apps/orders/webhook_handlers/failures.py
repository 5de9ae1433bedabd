"""Messages that couldn't be handled: nothing that a provider says goes unnoticed."""

from apps.orders.log import log_event
from apps.webhooks.models import WebhookDelivery
from apps.webhooks.registry import on_failure, on_recovery


@on_failure
def tell_a_person(delivery: WebhookDelivery) -> None:
    log_event(
        "webhook.failed", payload=_facts(delivery) | {"reason": delivery.error}, source_key=_key(delivery, "failed")
    )


@on_recovery
def tell_that_it_is_mended(delivery: WebhookDelivery) -> None:
    log_event("webhook.recovered", payload=_facts(delivery), source_key=_key(delivery, "recovered"))


def _facts(delivery: WebhookDelivery) -> dict[str, str]:
    return {"provider": delivery.provider, "type": delivery.event_type, "delivery_id": str(delivery.pk)}


def _key(delivery: WebhookDelivery, what: str) -> str:
    return f"webhook:{delivery.pk}:webhook.{what}:{delivery.attempts}"
