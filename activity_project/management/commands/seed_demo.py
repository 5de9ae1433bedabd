"""Fills a database with demonstration data."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from activity_project import demo


class Command(BaseCommand):
    help = (
        "Adds the demonstration: three people with different histories, two of the staff, a shop's last weeks; and "
        "with --users and --jobs, --orders, --issuances as much more as you like. The same seed gives the same data; "
        "what is there already is left alone."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--users", type=int, default=0, help="further people, without pictures")
        parser.add_argument("--jobs", type=int, default=0, help="generation jobs of all further people together")
        parser.add_argument("--orders", type=int, default=0, help="orders of the shop (default: some weeks of them)")
        parser.add_argument("--issuances", type=int, default=0, help="credentials of the issuer (default: some)")
        parser.add_argument("--seed", type=int, default=1, help="begins the chance that makes the data (default 1)")
        parser.add_argument("--sign-ins", action="store_true", help="only print how to sign in, if it is there")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["sign_ins"]:
            self._print_sign_ins()
            return
        now = timezone.now()
        demo.seed_cast(seed=options["seed"], now=now)
        demo.seed_issuer(issuances=options["issuances"], seed=options["seed"], now=now)
        demo.seed_orders(orders=options["orders"], seed=options["seed"], now=now)
        items = demo.seed_crowd(users=options["users"], jobs=options["jobs"], seed=options["seed"], now=now)
        self._print_sign_ins()
        self.stdout.write(f"The demonstration is ready{f', with {items} further items' if items else ''}.")

    def _print_sign_ins(self) -> None:
        for line in demo.sign_ins() if demo.is_seeded() else ():
            self.stdout.write(line)
