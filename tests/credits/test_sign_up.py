"""Signing up on the page: person, plan and credits, or nothing."""

import pytest
from django.db import connection
from django.test import Client

from apps.accounts.models import Subscription, User
from apps.credits import ledger
from apps.credits.models import CreditAccount
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db

FORM = {"email": "new@example.com", "password1": PASSWORD}


def test_a_new_person_starts_on_the_default_plan_with_its_credits(client: Client) -> None:
    answer = client.post("/accounts/signup/", FORM)
    person = User.objects.get(email="new@example.com")
    assert answer.status_code == 302
    assert Subscription.objects.get(user=person).plan.slug == "free"
    assert ledger.balance_of(person.pk) == 50


def test_where_credits_cannot_be_granted_nobody_is_left_half_signed_up(client: Client) -> None:
    client.raise_request_exception = False
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE credit_transactions ADD CONSTRAINT no_grants CHECK (type <> 'subscription_grant')")

    answer = client.post("/accounts/signup/", FORM)

    assert answer.status_code == 500
    assert not User.objects.exists()
    assert not Subscription.objects.exists()
    assert not CreditAccount.objects.exists()
