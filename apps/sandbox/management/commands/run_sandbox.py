from typing import Any

from django.core.management.base import BaseCommand

from apps.sandbox import loop


class Command(BaseCommand):
    """The sandbox's clock and postman; `dev` runs it."""

    help = (
        "Moves print orders on, lets checkouts expire and posts webhooks to the product, until it is ended. "
        "`manage.py dev` runs it where the sandbox is on; it may be killed at any time and goes on where it was."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        loop.run()
