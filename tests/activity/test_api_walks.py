"""A walk over the pages through the API."""

from typing import Any

import pytest

from apps.generations import operations
from tests.conftest import Program
from tests.factories import UserFactory, issued, on_plan, wish

pytestmark = pytest.mark.usefixtures("committed")


def test_the_pages_together_are_the_whole_list() -> None:
    owner = on_plan(UserFactory.create())
    for _ in range(6):
        operations.request(user=owner, wish=wish())
    program = Program(issued(owner).secret)

    walked: list[dict[str, Any]] = []
    query: dict[str, Any] = {"limit": 4}
    while "cursor" not in query or query["cursor"]:
        page = program.get("/api/v1/activity", query).json()
        walked += page["items"]
        query["cursor"] = page["nextCursor"]

    assert walked == program.get("/api/v1/activity").json()["items"]
    assert len(walked) == 13
