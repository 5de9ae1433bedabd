"""A stage for tests that walk through the whole URL map: one person's things, everyone who might want them, and where.

It is set once for all tests of a module, because setting it takes longer than most of them.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.contrib.auth.models import Permission
from django.db import transaction
from django.test import Client

from apps.accounts.models import User
from apps.generations import operations, production
from tests.addresses import address
from tests.credentials.addresses import credential_addresses
from tests.factories import CharacterFactory, UserFactory, issued, on_plan, wish
from tests.orders.wares import ware_in_the_shop

ANONYMOUS = "anonymous"
PEOPLE = ("owner", "teammate", "stranger", "staff without permission", "admin")
WHO = (ANONYMOUS, *PEOPLE)


@dataclass(frozen=True, slots=True)
class Stage:
    """The addresses of the owner's things by the names of their routes, the people, and where files are."""

    addresses: Mapping[str, list[str]]
    people: Mapping[str, User]
    media: Path

    def browsers(self) -> dict[str, Client]:
        """A new browser of everyone's, by who they are."""
        return {ANONYMOUS: Client()} | {who: self.browser(who) for who in PEOPLE}

    def browser(self, who: str) -> Client:
        """A new browser in which that person is signed in, or nobody."""
        browser = Client()
        if who != ANONYMOUS:
            browser.force_login(self.people[who], backend="allauth.account.auth_backends.AuthenticationBackend")
        return browser


def set_stage(names: list[str], media: Path) -> Stage:
    """Makes the people, and of the owner a finished job with a picture, its charge, an order, credentials."""
    people = _people()
    owner = people["owner"]
    character = CharacterFactory.create(user=on_plan(owner))
    job = operations.request(user=owner, wish=wish(character=character))
    production.produce(job.pk, attempt=1)
    charge = owner.credit_transactions.of_job(job.pk).get()
    token = issued(owner).token
    ware = ware_in_the_shop(bought_by=owner)
    credentials = credential_addresses(owner)
    addresses = {
        name: [credentials[name]]
        if name in credentials
        else address(name, job=job, character=character, transaction_id=charge.pk, token=token, ware=ware)
        for name in names
    }
    return Stage(addresses, people, media)


def _people() -> dict[str, User]:
    staff = {"teammate", "staff without permission", "admin"}
    mailboxes = {"staff without permission": "viewer"}
    people = {
        who: UserFactory.create(email=f"{mailboxes.get(who, who)}@example.com", is_staff=who in staff) for who in PEOPLE
    }
    people["admin"].user_permissions.set(Permission.objects.all())
    return people


def read_to_the_end(answer: Any) -> None:
    """A file that is being sent is open until then."""
    if answer.streaming:
        assert b"".join(answer.streaming_content)


@contextmanager
def taken_back() -> Iterator[None]:
    """A transaction of which nothing stays; as in Django's own tests, what must be outermost may begin within it."""
    block = transaction.atomic()
    block._from_testcase = True  # type: ignore[attr-defined]
    with block:
        yield
        transaction.set_rollback(True)
