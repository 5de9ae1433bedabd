"""Takes away what says who a person was."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from activity_project import personal_data
from activity_project.management.people import person
from apps.common.personal_data import NotNow


class Command(BaseCommand):
    help = (
        "Erases a person for good: address, prompts, pictures, where orders went, what mails and log lines name. Rows "
        "stay, words go, sums stand: the ledger still verifies, and nobody's figures change. Refused while something "
        "of theirs is under way. Interrupted, run it again. What the analytics provider keeps is erased there, by the "
        "id that is printed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the address that they sign in with")
        parser.add_argument("--yes", action="store_true", help="don't ask")

    def handle(self, *args: Any, **options: Any) -> None:
        user = person(options["email"])
        if not options["yes"] and input(f"Erase {user.email} for good? Type the address to go on: ") != user.email:
            raise CommandError("Nothing was erased.")
        try:
            personal_data.erase(user, now=timezone.now())
        except NotNow as reason:
            raise CommandError(f"{reason} Nobody was erased; run it again when that has ended.") from None
        self.stdout.write(f"Erased. At the analytics provider the person is {user.public_id}.")
