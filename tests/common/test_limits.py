"""Limits: so many times a period, each address for itself."""

import pytest
import time_machine
from django.conf import LazySettings
from django.http import HttpRequest
from django.test import RequestFactory

from apps.common.limits import Limit, network_of
from tests.threads import at_once

pytestmark = pytest.mark.django_db
A_GENERATION = 1_000_000_000  # no period ends during a test


def test_one_time_too_many_is_refused_until_the_next_period() -> None:
    limit = Limit("test", times=2, seconds=60)

    with time_machine.travel("2026-11-21T12:00:00Z", tick=False):
        assert [limit.count("a") for _ in range(4)] == [True, True, False, False]
        assert limit.count("b")
        assert limit.seconds_left == 60
    with time_machine.travel("2026-11-21T12:01:00Z", tick=False):
        assert limit.count("a")


def test_limits_do_not_count_for_each_other() -> None:
    assert Limit("one", times=1, seconds=60).count("a")
    assert Limit("other", times=1, seconds=60).count("a")


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("unix:", "unix:"),
    ],
)
def test_addresses_that_one_can_choose_from_count_as_one(address: str, network: str) -> None:
    assert network_of(address) == network


def test_of_many_at_the_same_moment_exactly_as_many_pass_as_may(committed: None) -> None:
    limit = Limit("crowd", times=5, seconds=A_GENERATION)

    counted = at_once(12, lambda _number: limit.count("a"))

    assert not counted.errors
    assert sorted(counted.answers) == [False] * 7 + [True] * 5


@pytest.mark.parametrize(
    ("proxies", "forwarded", "told_apart"),
    [
        (0, "192.0.2.1", False),
        (1, "192.0.2.1", True),
        (1, "198.51.100.9, 192.0.2.1", True),
        (2, "192.0.2.1, 10.0.0.1", True),
    ],
)
def test_people_are_told_apart_by_what_our_own_proxies_say(
    proxies: int, forwarded: str, told_apart: bool, settings: LazySettings
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    limit = Limit("proxied", times=1, seconds=A_GENERATION)

    def asked(address: str) -> HttpRequest:
        return RequestFactory().get("/", headers={"X-Forwarded-For": address}, REMOTE_ADDR="10.0.0.2")

    assert limit.count_request(asked(forwarded))
    assert limit.count_request(asked(forwarded.replace("192.0.2.1", "192.0.2.2"))) is told_apart


def test_what_a_visitor_writes_into_the_header_tells_nobody_apart(settings: LazySettings) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    limit = Limit("forged", times=3, seconds=A_GENERATION)

    requests = [
        RequestFactory().get("/", headers={"X-Forwarded-For": f"203.0.113.{number}, 192.0.2.1"}) for number in range(4)
    ]

    assert [limit.count_request(request) for request in requests] == [True, True, True, False]


def test_who_has_no_address_counts_as_well() -> None:
    limit = Limit("socket", times=1, seconds=A_GENERATION)
    request = RequestFactory().get("/", REMOTE_ADDR="")

    assert limit.count_request(request)
    assert not limit.count_request(request)
