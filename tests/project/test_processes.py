"""Nothing that we start outlives us, and what we start can be told to end."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from activity_project import processes
from activity_project.processes import Program
from tests.project.machine import descendants, eventually, is_gone, kill, script

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the kernel tells no orphans")

PARENT = """
import sys, time
from pathlib import Path
from activity_project.processes import Account, Program
account = Account(65534, 65534) if "as-nobody" in sys.argv else None
child = Program("sleeper", ["sleep", "60"], Path("/"), account=account).start()
print("child", child.pid, flush=True)
time.sleep(60)
"""
GRANDPARENT = """
import os, time
from activity_project import processes
if not os.fork():
    if not os.fork():
        processes.die_with_parent()
        print("grandchild", os.getpid(), flush=True)
    time.sleep(60)
time.sleep(60)
"""
# As on a system that doesn't tell orphans.
WATCHER = """
import os, threading, time
from activity_project import processes
parent = os.getpid()
if not os.fork():
    threading.Thread(target=processes.watch_parent, args=[parent], kwargs={"interval_seconds": 0.01}).start()
    print("watching", flush=True)
time.sleep(60)
"""


@on_linux
def test_a_child_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    with script("-c", PARENT, log=tmp_path / "log") as parent:
        eventually(parent.says("child"))
        child = int(parent.output().split()[-1])
        kill(parent.id)
        eventually(lambda: is_gone(child))


@on_linux
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can start a child as another user")
def test_a_child_that_is_another_user_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    with script("-c", PARENT, "as-nobody", log=tmp_path / "log") as parent:
        eventually(parent.says("child"))
        child = int(parent.output().split()[-1])
        assert Path(f"/proc/{child}").stat().st_uid == 65534
        kill(parent.id)
        eventually(lambda: is_gone(child))


@on_linux
def test_a_grandchild_ends_when_the_process_between_is_killed(tmp_path: Path) -> None:
    with script("-c", GRANDPARENT, log=tmp_path / "log") as grandparent:
        eventually(grandparent.says("grandchild"))
        between, grandchild = descendants(grandparent.id)
        kill(between)
        eventually(lambda: is_gone(grandchild))


@on_linux
def test_a_process_that_watches_its_parent_ends_soon_after_it(tmp_path: Path) -> None:
    with script("-c", WATCHER, log=tmp_path / "log") as parent:
        eventually(parent.says("watching"))
        (child,) = descendants(parent.id)
        kill(parent.id)
        eventually(lambda: is_gone(child))


def test_ending_a_child_ends_what_it_started(tmp_path: Path) -> None:
    program = Program("parent", ["/bin/sh", "-c", "sleep 60 & echo $!; wait"], tmp_path, log=tmp_path / "log")
    child = program.start()
    eventually((tmp_path / "log").read_text)
    processes.kill_group(child)
    assert child.returncode == -signal.SIGKILL
    eventually(lambda: is_gone(int((tmp_path / "log").read_text())))


def test_a_program_run_to_its_end_is_given_its_input_and_says_its_errors(tmp_path: Path) -> None:
    finished = Program("cat", ["/bin/sh", "-c", "cat; echo oh >&2; exit 3"], tmp_path).run("ah ")
    assert (finished.returncode, finished.stdout) == (3, "ah oh\n")


@on_linux
def test_a_process_is_known_by_the_folder_it_works_in(tmp_path: Path) -> None:
    program = Program("sleeper", ["sleep", "60"], tmp_path, log=tmp_path / "log")
    child = program.start()
    assert processes.works_in(child.pid, tmp_path)
    assert not processes.works_in(os.getpid(), tmp_path)
    processes.kill_group(child)
    assert not processes.works_in(child.pid, tmp_path)
