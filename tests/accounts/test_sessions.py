"""Sessions: the database can't open one, they end when they are to, and somebody's can be found."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Session, User
from apps.accounts.sessions import SessionStore, forget_expired
from tests.conftest import SignedIn
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db


def test_the_database_holds_no_key_that_opens_a_session(owner: User) -> None:
    browser = SignedIn(owner)
    row = Session.objects.get()

    assert row.session_key != browser.session.session_key
    assert SessionStore(row.session_key).load() == {}
    assert SessionStore(browser.session.session_key).load()
    assert row.user_id == owner.pk


def test_signing_in_gives_a_new_key_and_signing_out_ends_the_session(owner: User) -> None:
    browser = Client()
    browser.get("/cart/")
    before = browser.session.session_key

    browser.post("/accounts/login/", {"login": owner.email, "password": PASSWORD})
    within = browser.session.session_key
    browser.post("/accounts/logout/")

    assert before != within
    assert not SessionStore().exists(str(within))
    assert not Session.objects.filter(user_id=owner.pk).exists()


def test_an_expired_session_opens_nothing_and_is_forgotten(owner: User) -> None:
    browser = SignedIn(owner)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))

    assert browser.get("/activity/").status_code == 302
    assert forget_expired(timezone.now()) == 1
    assert not Session.objects.exists()


def test_a_key_that_nobody_was_given_is_not_taken_over() -> None:
    browser = Client()
    browser.cookies["__Host-sessionid"] = "a" * 32

    browser.get("/activity/")

    assert not SessionStore().exists("a" * 32)
