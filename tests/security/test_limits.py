"""How often somebody may try before they must wait: through the pages and APIs themselves."""

from collections.abc import Callable
from typing import Any, Final

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from tests.conftest import Program, SignedIn
from tests.factories import UserFactory, issued

PASSWORD: Final = "correct horse battery"  # the factory's
Try = Callable[[int], Any]


@pytest.fixture(autouse=True)
def _begin_anew(db: None) -> None:
    cache.clear()


def _bad_token(path: str) -> Try:
    return lambda number: Program(f"act_guess-{number}").get(path)


def _signed_up(number: int) -> Any:
    return Client().post("/accounts/signup/", {"email": f"new{number}@example.com", "password1": PASSWORD})


def _reset(number: int) -> Any:
    return Client().post("/accounts/password/reset/", {"email": f"somebody{number}@example.com"})


def _reset_of_one(_number: int) -> Any:
    return Client().post("/accounts/password/reset/", {"email": "owner@example.com"})


def _unsigned(provider: str) -> Try:
    return lambda _number: Client().post(f"/webhooks/{provider}/", b"{}", "application/json")


# What is tried, how often that goes well, and after how many seconds it does again.
LIMITED: Final[dict[str, tuple[Try, int, int]]] = {
    "signing up": (_signed_up, 20, 60),
    "asking for a new password": (_reset, 20, 60),
    "asking for one person's new password": (_reset_of_one, 5, 60),
    "tokens of the API": (_bad_token("/api/v1/usage"), 30, 300),
    "tokens of the network's API": (_bad_token("/api/credentials/boosts"), 30, 300),
    "tokens of tRPC": (_bad_token("/trpc/activity.list?input={}"), 30, 300),
    "claim links": (lambda number: Client().get(f"/claim/guess-{number}/"), 20, 300),
    "webhooks of the payment provider": (_unsigned("stripe"), 30, 60),
    "webhooks of the print provider": (_unsigned("printify"), 30, 60),
}


@pytest.mark.parametrize("what", LIMITED)
@pytest.mark.usefixtures("one_moment", "owner")
def test_who_tries_too_often_is_told_to_wait_and_may_go_on_later(what: str) -> None:
    tried, times, seconds = LIMITED[what]

    statuses = [tried(number).status_code for number in range(times + 2)]
    with time_machine.travel(timezone.now().timestamp() + seconds, tick=False):
        later = tried(times + 2).status_code

    assert 429 not in statuses[:times]
    assert statuses[times:] == [429, 429]
    assert later == statuses[0]


def _sign_in(password: str, email: str = "owner@example.com") -> Any:
    return Client().post("/accounts/login/", {"login": email, "password": password})


@pytest.mark.usefixtures("one_moment")
def test_after_five_wrong_passwords_even_the_right_one_has_to_wait(owner: User) -> None:
    for _ in range(5):
        assert "The email address and/or password you specified are not correct." in _sign_in("wrong").text

    assert "Too many failed login attempts. Try again later." in _sign_in(PASSWORD).text
    with time_machine.travel(timezone.now().timestamp() + 300, tick=False):
        assert _sign_in(PASSWORD).status_code == 302


@pytest.mark.usefixtures("one_moment")
def test_one_address_may_not_guess_at_many_people(owner: User) -> None:
    for number in range(10):
        _sign_in("wrong", f"somebody{number}@example.com")

    assert _sign_in(PASSWORD).status_code == 200


@pytest.mark.usefixtures("one_moment")
def test_who_is_signed_in_may_not_guess_the_password_either(owner: User) -> None:
    browser = SignedIn(owner)

    statuses = [browser.post("/accounts/reauthenticate/", {"password": "wrong"}).status_code for _ in range(11)]

    assert (statuses[9], browser.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code) == (200, 429)


def _asked(program: Program) -> Any:
    return program.post("/api/v1/generations", {"prompt": "a quiet beach"}, "application/json")


@pytest.mark.usefixtures("one_moment")
def test_writing_is_limited_for_each_person_by_themselves(owner: User) -> None:
    program, other = (Program(issued(user).secret) for user in (owner, UserFactory.create()))

    answers = [_asked(program) for _ in range(121)]

    assert {answer.status_code for answer in answers[:120]} == {402}
    assert answers[120].status_code == 429
    assert 0 < int(answers[120]["Retry-After"]) <= 60
    assert _asked(other).status_code == 402
