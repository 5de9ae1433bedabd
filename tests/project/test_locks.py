"""Locks that go with their holder."""

from __future__ import annotations

from pathlib import Path

from activity_project.locks import opened
from tests.project.machine import eventually, kill, script

HOLDER = """
import sys, time
from pathlib import Path
from activity_project.locks import opened
with opened(Path(sys.argv[1])) as lock:
    print("held", lock.take_alone("the other"), flush=True)
    time.sleep(60)
"""


def test_one_holds_it_alone_or_many_hold_it_shared(tmp_path: Path) -> None:
    with opened(tmp_path / "lock") as one, opened(tmp_path / "lock") as other:
        assert one.take_alone("one")
        assert not other.take_alone()
        assert not other.take_shared()
        assert other.holder() == "one"
        one.release()
        assert other.take_shared()
        assert one.take_shared()
        assert not one.take_alone()


def test_it_goes_with_a_holder_that_is_killed(tmp_path: Path) -> None:
    with (
        opened(tmp_path / "lock") as lock,
        script("-c", HOLDER, str(tmp_path / "lock"), log=tmp_path / "log") as holder,
    ):
        eventually(holder.says("held True"))
        assert not lock.take_alone()
        assert lock.holder() == "the other"
        kill(holder.id)
        eventually(lock.take_alone)
