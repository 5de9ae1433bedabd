"""Somebody's data are given out whole, and taken away so that no table names them and every sum still stands."""

import json
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from activity_project import personal_data
from apps.accounts import personal_data as accounts
from apps.accounts.models import Plan, User
from apps.accounts.operations import reset_period
from apps.accounts.sessions import SessionStore
from apps.common.personal_data import NotNow
from apps.credits import ledger
from apps.credits.models import CreditTransaction
from apps.credits.verification import verify
from apps.generations import operations, production, prompts
from apps.generations.models import GenerationJob
from apps.generations.providers.sketch import SketchProvider
from apps.orders.log import log_event
from apps.orders.models import ActivityEntry, OpenProblem, Order
from apps.orders.operations.notes import add_note
from apps.webhooks.models import WebhookDelivery
from tests.conftest import SignedIn
from tests.credentials import makers
from tests.factories import CharacterFactory, UserFactory, issued, on_plan, wish
from tests.orders.factories import open_order, paid_order
from tests.orders.staff.past import delivered_order

pytestmark = pytest.mark.django_db

ADDRESS = "Vera.Quince@example.com"
# Each stands somewhere of its own, and nowhere else.
WORDS = ("vera.quince", "quince", "zanzibar", "nimbus", "tortoise", "marmalade", "larkspur", "1z999", "juniper")


@pytest.fixture
def vera() -> User:
    """Somebody who used everything."""
    user = on_plan(UserFactory.create(email=ADDRESS), "pro")
    issued(user)
    signed_in(user)
    nimbus = CharacterFactory.create(user=user, name="Nimbus", description="Looks like a tortoise")
    job = operations.request(user=user, wish=wish(prompt="Zanzibar at dusk", character=nimbus))
    production.produce(job.pk, attempt=1, provider=SketchProvider(scale=0.1))
    prompts.keep(user=user, text="A street in Zanzibar")
    ledger.adjust(user=user, amount=5, key="gift", by=UserFactory.create(), reason="Marmalade for Mrs Quince")
    shop_with(user)
    return user


def signed_in(user: User) -> None:
    """By password, which the session remembers together with the address."""
    session = SignedIn(user).session
    session["account_authentication_methods"] = [{"method": "password", "email": user.email}]
    session.save()


def shop_with(user: User) -> None:
    order = delivered_order(email=ADDRESS, user=user)
    Order.objects.filter(pk=order.pk).update(shipping_address={"name": "Vera Quince", "line1": "Larkspur Lane 1"})
    log_event("email.bounced", order=order, payload={"recipient": ADDRESS, "mail": "order confirmation"})
    add_note(order, text="Mrs Quince called about the juniper", by=UserFactory.create(), key=uuid4())
    body = json.dumps({"data": {"customer_email": ADDRESS.upper()}}).encode()
    WebhookDelivery.objects.create(provider="stripe", event_id="evt_1", event_type="x", body=body)


def rows() -> dict[str, list[str]]:
    """Every row of every table as text, by table."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        tables = [name for (name,) in cursor.fetchall()]
        found = {}
        for table in tables:
            cursor.execute(f'SELECT to_jsonb(t)::text FROM "{table}" t')
            found[table] = sorted(str(row) for (row,) in cursor.fetchall())
        cursor.execute("SELECT encode(body, 'escape') FROM webhook_deliveries WHERE body IS NOT NULL")
        found["bodies"] = [body for (body,) in cursor.fetchall()]
        cursor.execute("SELECT session_data FROM user_sessions")
        found["sessions"] = [str(SessionStore().decode(data)) for (data,) in cursor.fetchall()]
    return found


def naming(found: dict[str, list[str]]) -> list[tuple[str, str]]:
    """Which word stands in which table."""
    return [(table, word) for table, lines in found.items() for word in WORDS if word in "".join(lines).lower()]


def erase(user: User) -> None:
    personal_data.erase(user, now=timezone.now())


def test_nothing_names_who_was_erased_and_every_sum_stands(vera: User) -> None:
    before, balance = rows(), ledger.balance_of(vera.pk)
    assert {word for _, word in naming(before)} == set(WORDS)

    erase(vera)

    after = rows()
    assert naming(after) == []
    emptied = {
        "account_emailaddress", "mfa_authenticator", "user_sessions", "sessions", "generation_job_words", "bodies",
    }  # fmt: skip
    assert {table: len(lines) for table, lines in after.items() if table not in emptied} == {
        table: len(lines) for table, lines in before.items() if table not in emptied
    }
    assert ledger.balance_of(vera.pk) == balance
    assert verify()[1] == []


def test_the_story_of_an_order_is_told_without_names(vera: User) -> None:
    erase(vera)

    said = "\n".join(ActivityEntry.objects.order_by("occurred_at").values_list("message", flat=True))
    assert "Order confirmation sent to erased" in said
    assert "Shipped via DHL — tracking: erased" in said
    assert OpenProblem.objects.get().message == "Email bounced: erased (order confirmation)"


def test_pictures_go_and_nobody_signs_in_any_more(vera: User, tmp_path: Path) -> None:
    assert list((tmp_path / "media").rglob("*.*"))

    erase(vera)

    vera.refresh_from_db()
    assert not list((tmp_path / "media").rglob("*.*"))
    assert (vera.is_active, vera.has_usable_password(), vera.api_tokens.get().revoked_at is not None) == (
        False,
        False,
        True,
    )


def test_others_are_left_as_they_are(vera: User) -> None:
    issuer = makers.profile("academy")
    boost = makers.boost(issuer)
    other = on_plan(UserFactory.create(email="other@example.com"), "pro")
    delivered_order(email=other.email, user=other)
    makers.sent(issuer, boost, ADDRESS)
    makers.sent(issuer, boost, other.email)
    of_other = "".join(personal_data.document(other))

    erase(vera)

    assert "".join(personal_data.document(other)) == of_other
    assert "other@example.com" in of_other


def test_nobody_gets_or_erases_what_belongs_to_an_address_that_they_only_typed() -> None:
    guest = delivered_order(email="stranger@example.com")
    typed = UserFactory.create(email="Stranger@example.com")
    EmailAddress.objects.create(user=typed, email=typed.email.lower(), verified=False, primary=True)

    given = "".join(personal_data.document(typed))
    erase(typed)

    guest.refresh_from_db()
    assert guest.number not in given
    assert guest.email == "stranger@example.com"


def test_who_worked_here_is_erased_from_what_they_signed(vera: User) -> None:
    order = paid_order()
    add_note(order, text="All is well", by=vera, key=uuid4())
    log_event("order.cancelled", order=order, payload={"by": vera.email, "by_id": vera.pk})

    erase(vera)

    assert naming(rows()) == []
    assert ActivityEntry.objects.filter(payload__text="All is well").exists()


def test_a_reason_for_a_reset_goes(vera: User) -> None:
    reset_period(user=vera, by=UserFactory.create(), reason="Mrs Quince asked")

    erase(vera)

    assert naming(rows()) == []


def test_a_second_run_finishes_a_first_that_was_cut_off(vera: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut_off(user: User, **_: Any) -> None:
        raise ConnectionError("the database went away")

    with monkeypatch.context() as broken:
        broken.setattr(accounts, "erase", cut_off)
        with pytest.raises(ConnectionError):
            erase(vera)

    erase(vera)

    assert naming(rows()) == []


def test_nobody_is_erased_while_something_runs_or_is_under_way(vera: User) -> None:
    order = open_order(email=ADDRESS.lower())
    with pytest.raises(NotNow, match=f"Order {order.number} is still under way"):
        erase(vera)
    job = operations.request(user=vera, wish=wish())
    with pytest.raises(NotNow, match="1 generation is still running"):
        erase(vera)

    vera.refresh_from_db()
    assert (vera.is_active, vera.email) == (True, ADDRESS)
    assert GenerationJob.objects.get(pk=job.pk).status == "queued"


def test_an_export_has_all_of_it_and_nothing_of_others(vera: User, tmp_path: Path) -> None:
    plan = Plan.objects.get(slug="pro")
    file = tmp_path / "vera.json"

    call_command("export_user", ADDRESS.lower(), output=file, stdout=StringIO())

    given = json.loads(file.read_text())
    assert file.stat().st_mode & 0o077 == 0
    assert given["account.person"][0]["email"] == ADDRESS
    assert given["account.subscriptions"][0]["plan__name"] == plan.name
    assert given["generations.generations"][0]["input"]["prompt"] == "Zanzibar at dusk"
    assert given["generations.characters"][0]["name"] == "Nimbus"
    assert given["orders.orders"][0]["shipping_address"]["line1"] == "Larkspur Lane 1"
    assert sum(each["amount"] for each in given["credits.transactions"]) == ledger.balance_of(vera.pk)
    assert "called about" not in file.read_text()


def test_the_command_asks_and_says_no_to_strangers(vera: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("builtins.input", lambda _: "yes")
    with pytest.raises(CommandError, match="Nothing was erased"):
        call_command("erase_user", ADDRESS)
    with pytest.raises(CommandError, match="Nobody signs in with nobody@"):
        call_command("erase_user", "nobody@example.com", yes=True)
    said = StringIO()

    call_command("erase_user", ADDRESS, yes=True, stdout=said)

    assert said.getvalue() == f"Erased. At the analytics provider the person is {vera.public_id}.\n"


def test_no_words_change_without_the_permit(vera: User) -> None:
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        CreditTransaction.objects.filter(user=vera).update(description="another")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL credits.permit = 'erase'")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        CreditTransaction.objects.filter(user=vera).update(description="another", amount=1_000_000)
