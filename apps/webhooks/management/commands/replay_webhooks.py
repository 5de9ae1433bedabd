"""Runs stored messages again."""

from argparse import ArgumentParser
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.common.progress import track
from apps.webhooks.models import DeliveryStatus, WebhookDelivery, WebhookDeliveryQuerySet
from apps.webhooks.processing import process


class Command(BaseCommand):
    help = (
        "Runs stored webhook deliveries again, in the order they came. Safe: what was processed before has no second "
        "effect. Without options all of them whose body is still kept. Exit status 1 if one of them failed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--failed", action="store_true", help="only those that wait for a person")
        parser.add_argument("--since", type=_day_or_time, metavar="TIME", help="received since, as 2026-11-21[T14:00]")
        parser.add_argument("--provider", choices=["stripe", "printify", "email"], help="only this provider's")

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = _chosen(failed=options["failed"], since=options["since"], provider=options["provider"])
        ids = chosen.in_order().values_list("pk", flat=True)
        tracked = track(ids.iterator(chunk_size=1_000), total=chosen.count(), label="Deliveries")
        outcomes = Counter(process(delivery_id, again=True) for delivery_id in tracked)
        # One that is being tried again later hasn't failed for good, and hasn't succeeded either.
        failed = outcomes[DeliveryStatus.FAILED] + outcomes[DeliveryStatus.RECEIVED]
        summary = (
            f"{sum(outcomes.values())} deliveries run: {outcomes[DeliveryStatus.PROCESSED]} processed,"
            f" {outcomes[DeliveryStatus.IGNORED]} not needed, {failed} failed."
        )
        if failed:
            raise CommandError(summary)
        self.stdout.write(summary)


def _chosen(*, failed: bool, since: datetime | None, provider: str | None) -> WebhookDeliveryQuerySet:
    chosen = WebhookDelivery.objects.with_body()
    if failed:
        chosen = chosen.filter(status=DeliveryStatus.FAILED)
    if since:
        chosen = chosen.filter(received_at__gte=since)
    return chosen.filter(provider=provider) if provider else chosen


def _day_or_time(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
