"""Seals issuers' signing keys anew."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.credentials.keys import SealBroken, rewrap_signing_keys


class Command(BaseCommand):
    help = (
        "Seals every issuer's private signing key under the first of CREDENTIALS_KEYS. Put a new key first and keep "
        "the old one behind it, run this, then drop the old one. Running it twice seals nothing twice."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            count = rewrap_signing_keys()
        except SealBroken as error:
            raise CommandError(f"{error} CREDENTIALS_KEYS must contain the one it was sealed under.") from None
        self.stdout.write(f"{count} signing keys sealed anew.")
