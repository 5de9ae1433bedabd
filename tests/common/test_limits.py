"""Limits: so many times a period, each address for itself."""

import pytest
import time_machine

from apps.common.limits import Limit, network_of

pytestmark = pytest.mark.django_db


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
