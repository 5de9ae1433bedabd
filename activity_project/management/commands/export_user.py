"""Gives out all that is kept of a person."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from activity_project import personal_data
from activity_project.management.people import person


class Command(BaseCommand):
    help = (
        "Writes everything that is kept of a person as JSON: who they are, their credits, generations, orders and "
        "credentials. Of any size at constant memory. Nothing that others wrote or own is in it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the address that they sign in with")
        parser.add_argument("--output", type=Path, metavar="FILE", help="write to a new file, readable by you alone")

    def handle(self, *args: Any, **options: Any) -> None:
        pieces = personal_data.document(person(options["email"]))
        if not options["output"]:
            sys.stdout.writelines(pieces)
            return
        options["output"].touch(mode=0o600, exist_ok=False)
        with options["output"].open("w", encoding="utf-8") as file:
            file.writelines(pieces)
        self.stdout.write(f"Written to {options['output']}.")
