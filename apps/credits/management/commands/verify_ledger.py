"""Recomputes every account's ledger."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.credits.verification import verify


class Command(BaseCommand):
    help = (
        "Recomputes every credit account from its transactions and names the first wrong row of each. "
        "Reads in one snapshot and changes nothing but its own record. Exit status 1 if anything is wrong."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        record, faults = verify()
        for fault in faults:
            self.stderr.write(str(fault))
        summary = f"{record.accounts} accounts with {record.transactions} transactions"
        if faults:
            raise CommandError(f"{summary}: {record.wrong_accounts} accounts are wrong.")
        self.stdout.write(f"{summary}: all of them add up.")
