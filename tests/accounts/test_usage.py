"""Limit, used, remaining, and whether one may go on: images in flight count like those that are done."""

import pytest

from apps.accounts.usage import Usage


def usage(limit: int | None, *, done: int = 0, in_flight: int = 0) -> Usage:
    return Usage(limit=limit, lifetime_total=100, current_period_used=done, in_flight=in_flight, last_reset_date=None)


@pytest.mark.parametrize(
    ("done", "in_flight", "remaining", "can_generate"),
    [(0, 0, 10, True), (4, 5, 1, True), (4, 6, 0, False), (10, 0, 0, False), (0, 10, 0, False), (25, 3, 0, False)],
)
def test_what_remains_is_the_limit_less_what_is_done_and_in_flight(
    done: int, in_flight: int, remaining: int, *, can_generate: bool
) -> None:
    found = usage(10, done=done, in_flight=in_flight)
    assert (found.has_limit, found.limit) == (True, 10)
    assert found.used == done + in_flight
    assert (found.remaining, found.can_generate) == (remaining, can_generate)


@pytest.mark.parametrize(("images", "fits"), [(1, True), (3, True), (4, False), (1000, False)])
def test_so_many_images_fit_as_remain(images: int, *, fits: bool) -> None:
    assert usage(10, done=5, in_flight=2).allows(images) is fits


def test_without_a_limit_everything_fits_and_nothing_is_said_to_remain() -> None:
    found = usage(None, done=10_000, in_flight=8)
    assert (found.has_limit, found.limit, found.remaining, found.used) == (False, None, None, 10_008)
    assert found.can_generate
    assert found.allows(1_000_000)


def test_a_limit_of_nothing_is_a_limit() -> None:
    found = usage(0)
    assert (found.has_limit, found.remaining, found.can_generate) == (True, 0, False)
