"""What one process has counted holds in every other."""

import time
from pathlib import Path

import httpx
import pytest
import time_machine

from apps.accounts.callers import BAD_TOKENS
from tests import running


@pytest.mark.usefixtures("committed")
def test_what_was_tried_elsewhere_counts_at_each_web_server(tmp_path: Path) -> None:
    now = time.time()
    for period in (now, now + BAD_TOKENS.seconds):  # whichever the servers are in when they are asked
        with time_machine.travel(period, tick=False):
            assert all(BAD_TOKENS.count("127.0.0.1") for _ in range(BAD_TOKENS.times))

    environment, bad = running.environment(), {"Authorization": "Bearer act_guess"}
    with running.web(tmp_path / "a.log", environment) as one, running.web(tmp_path / "b.log", environment) as other:
        statuses = [httpx.get(f"{address}/api/v1/usage", headers=bad).status_code for address in (one, other)]

    assert statuses == [429, 429]
