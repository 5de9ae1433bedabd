"""Statements with named parameters, prepared on the server."""

import pytest

from apps.common.sql import fetch_prepared, numbered


def test_a_name_used_twice_is_one_parameter() -> None:
    text, names = numbered("SELECT %(a)s, %(b)s, %(a)s")
    assert (text, names) == (b"SELECT $1, $2, $1", ("a", "b"))


def test_a_sign_of_percent_is_itself() -> None:
    assert numbered("SELECT 7 % 4, '%s'")[0] == b"SELECT 7 % 4, '%s'"


@pytest.mark.django_db
def test_parameters_nobody_asks_for_are_left_out() -> None:
    assert fetch_prepared("SELECT %(b)s::int + %(a)s::int", {"a": 1, "b": 2, "c": 3}) == [(3,)]
