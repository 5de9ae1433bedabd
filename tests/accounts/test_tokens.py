"""API tokens: what opens, what no longer does, and what is kept of them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from apps.accounts import tokens
from apps.accounts.models import ApiToken, User
from apps.accounts.scopes import Scope, allows
from tests.factories import issued

pytestmark = pytest.mark.django_db

NOW = timezone.now()
DAY = timedelta(days=1)


def test_the_secret_opens_for_its_person(owner: User) -> None:
    token, secret = issued(owner, Scope.ACTIVITY_READ)

    found = tokens.authenticate(secret, now=NOW)

    assert found == token
    assert found.user == owner
    assert found.scopes == ["activity:read"]


def test_a_secret_is_recognisable_and_long_enough_that_a_plain_hash_will_do(owner: User) -> None:
    secret = issued(owner).secret

    assert secret.startswith("act_")
    assert len(secret) == len("act_") + 43  # 256 bits in base64


def test_nothing_that_is_stored_gives_the_secret_away(owner: User) -> None:
    secret = issued(owner).secret

    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(api_tokens)::text FROM api_tokens")
        (row,) = cursor.fetchone()

    assert secret not in row
    assert secret[10:] not in row


@pytest.mark.parametrize("secret", ["", "act_", "act_" + "A" * 43, "\ud800", "Bearer", "x" * 10_000])
def test_any_other_text_opens_nothing(owner: User, secret: str) -> None:
    issued(owner)

    assert tokens.authenticate(secret, now=NOW) is None


def test_a_token_ends_when_it_expires(owner: User) -> None:
    secret = issued(owner, lifetime=30 * DAY, now=NOW).secret

    assert tokens.authenticate(secret, now=NOW + 30 * DAY - timedelta(seconds=1))
    assert not tokens.authenticate(secret, now=NOW + 30 * DAY)


def test_a_token_without_an_end_goes_on(owner: User) -> None:
    assert tokens.authenticate(issued(owner).secret, now=NOW + 10_000 * DAY)


def test_a_revoked_token_is_shut_out_at_once(owner: User) -> None:
    token, secret = issued(owner)

    assert tokens.revoke(user=owner, token_id=token.pk, now=NOW)

    assert not tokens.authenticate(secret, now=NOW)
    assert tokens.revoke(user=owner, token_id=token.pk, now=NOW) is None


def test_nobody_revokes_a_strangers_token(owner: User, stranger: User) -> None:
    token, secret = issued(owner)

    assert tokens.revoke(user=stranger, token_id=token.pk, now=NOW) is None

    assert tokens.authenticate(secret, now=NOW)


def test_the_tokens_of_someone_who_was_shut_out_open_nothing(owner: User) -> None:
    secret = issued(owner).secret
    owner.is_active = False
    owner.save()

    assert not tokens.authenticate(secret, now=NOW)


def test_a_use_is_noted_once_a_minute(owner: User, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    secret = issued(owner).secret
    tokens.authenticate(secret, now=NOW)

    with django_assert_num_queries(1):
        tokens.authenticate(secret, now=NOW + timedelta(seconds=59))
    assert ApiToken.objects.get().last_used_at == NOW

    with django_assert_num_queries(2):
        tokens.authenticate(secret, now=NOW + timedelta(seconds=60))
    assert ApiToken.objects.get().last_used_at == NOW + timedelta(seconds=60)


def test_one_can_have_so_many_tokens_and_no_more(owner: User) -> None:
    for _ in range(tokens.MOST_TOKENS):
        token = issued(owner).token

    with pytest.raises(tokens.TooManyTokens):
        issued(owner)

    tokens.revoke(user=owner, token_id=token.pk, now=NOW)
    assert issued(owner)


@pytest.mark.parametrize("held", ["activity:read", "activity:*", "*:read", "*:*"])
def test_wildcards_stand_for_any_word_in_their_place(held: str) -> None:
    assert allows([held], Scope.ACTIVITY_READ)


@pytest.mark.parametrize("held", ["activity:write", "credits:read", "activity", "*", "", "activity:read:x", "a*:read"])
def test_no_other_text_covers_a_scope(held: str) -> None:
    assert not allows([held], Scope.ACTIVITY_READ)


@given(st.lists(st.sampled_from(Scope)), st.sampled_from(Scope))
def test_named_scopes_cover_themselves_alone(held: list[Scope], asked: Scope) -> None:
    assert allows(held, asked) == (asked in held)
