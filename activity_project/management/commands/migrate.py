"""``migrate`` beside a site that goes on: waits for no lock for long, and tries again."""

from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate

from activity_project.migrating import AnotherMigrates, patiently


class Command(migrate.Command):
    """Django's own command, made considerate."""

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            patiently(lambda: super(Command, self).handle(*args, **options))
        except AnotherMigrates:
            raise CommandError("Another `migrate` has been at work on this database all the while.") from None
