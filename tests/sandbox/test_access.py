"""Who may open what of the sandbox: its pages everyone on this machine, its APIs whoever shows a key."""

import json
import subprocess
import sys

import pytest
import requests

from tests.running import ROOT
from tests.sandbox.purchases import asked_for
from tests.sandbox.stage import Sandbox, Visitor
from tests.sandbox.test_printify import drafted

MARKS = """
import json, django
django.setup()
from django.urls import get_resolver
from tests.addresses import our_patterns
marks = {pattern.name: getattr(pattern.callback, "access", "") for pattern in our_patterns(get_resolver())}
print(json.dumps({name: mark for name, mark in marks.items() if name.startswith("sandbox:")}))
"""
PAGES = (
    "controls", "pace", "faults", "order", "advance-order", "put-order", "payment", "refund", "dispute",
    "close-dispute", "renew", "end-subscription", "raise-prices", "delete-product", "restore-products", "disconnect",
    "unblock", "delivery", "send-again", "checkout", "mailbox", "mail", "mail-html", "printify-picture",
    "printify-upload",
)  # fmt: skip


def test_pages_are_public_and_apis_ask_for_themselves(sandbox: Sandbox) -> None:
    environment = sandbox.environment | {"DJANGO_SETTINGS_MODULE": "activity_project.settings"}
    told = subprocess.run(
        [sys.executable, "-c", MARKS], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    marks: dict[str, str] = json.loads(told.stdout)

    assert {name for name, mark in marks.items() if mark == "public"} == {f"sandbox:{page}" for page in PAGES}
    assert {mark for mark in marks.values() if mark != "public"} == {"by operation"}


def test_every_page_opens(sandbox: Sandbox, visitor: Visitor) -> None:
    session, order = asked_for(sandbox.stripe()), drafted(sandbox.printify())
    pages = ("", "mail/", f"orders/{order}/", f"payments/{session.id}/", f"checkout/{session.id}/")

    for page in pages:
        assert visitor.get(f"/sandbox/{page}").status_code == 200, page


@pytest.mark.parametrize(
    "path",
    [
        "orders/0/",
        "payments/0/",
        "checkout/0/",
        "mail/018f0000-0000-7000-8000-000000000000/",
        "printify/pictures/no.png",
    ],
)
def test_what_is_not_there_is_not_found(visitor: Visitor, path: str) -> None:
    assert visitor.get(f"/sandbox/{path}").status_code == 404


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("stripe/v1/refunds", 401),
        ("stripe/v1/events", 401),
        ("printify/v1/shops.json", 401),
        ("printify/v1/shops/1000001/orders.json", 401),
        ("postmark/email", 401),
    ],
)
def test_an_api_answers_nobody_without_a_key(sandbox: Sandbox, path: str, status: int) -> None:
    post = path.endswith("email")
    answer = (requests.post if post else requests.get)(f"{sandbox.address}/sandbox/{path}", timeout=10)

    assert answer.status_code == status


def test_a_button_needs_the_pages_own_token(sandbox: Sandbox) -> None:
    answer = requests.post(f"{sandbox.address}/sandbox/faults/", {"payment_declined": "1"}, timeout=10)

    assert answer.status_code == 403
