"""The supervisor, with small programs in the place of servers."""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from activity_project.failures import CannotStart
from activity_project.processes import Program
from activity_project.supervision.children import Service
from activity_project.supervision.supervisor import Stopped, Supervisor
from tests.project.machine import children, eventually, is_gone, kill, script

SUPERVISED = """
import sys
from contextlib import suppress
from pathlib import Path
from activity_project.processes import Program
from activity_project.supervision.children import Service
from activity_project.supervision.supervisor import Stopped, Supervisor

def service(name, shell):
    return Service(Program(name, ["/bin/sh", "-c", shell], Path("/")))

supervisor = Supervisor()
with suppress(Stopped), supervisor.stopping_on_signals(), supervisor:
    supervisor.start(service("below", "trap 'echo ended; exit' TERM; echo up; while :; do sleep 0.01; done"))
    supervisor.start(service("above", "trap 'sleep 0.2; echo ended; exit' TERM; echo up; while :; do sleep 0.01; done"))
    supervisor.start(*[service("stubborn", "trap '' TERM; echo up; sleep 60")] * ("stubborn" in sys.argv))
    supervisor.serve()
"""


def service(shell: str, folder: Path, *, first_pause_seconds: float = 0.01) -> Service:
    program = Program("thing", ["/bin/sh", "-c", shell], folder)
    return Service(program, first_pause_seconds=first_pause_seconds)


def supervise_until(supervisor: Supervisor, starts: Path, times: int) -> None:
    """Let it do its work until a child has noted its start that often."""
    while not starts.exists() or len(starts.read_text().splitlines()) < times:
        supervisor.run(Program("meanwhile", ["true"], starts.parent))


def test_a_killed_child_is_started_again_and_one_line_says_so(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    starts = tmp_path / "starts"
    with Supervisor() as supervisor:
        (child,) = supervisor.start(service(f"echo x >> '{starts}'; sleep 60", tmp_path))
        supervise_until(supervisor, starts, 1)
        kill(child.process.pid)
        supervise_until(supervisor, starts, 2)
    assert capfd.readouterr().out.splitlines() == ["thing      ended by signal 9; starting it again"]


def test_a_child_that_dies_five_times_in_a_minute_ends_the_supervisor(tmp_path: Path) -> None:
    sentence = "thing ended 5 times within a minute, lastly with status 3: no room"
    with Supervisor() as supervisor:
        supervisor.start(service("echo no room; exit 3", tmp_path))
        with pytest.raises(CannotStart, match=sentence):
            supervisor.serve()


def test_a_service_that_fails_before_it_is_ready_is_not_tried_again(tmp_path: Path) -> None:
    starts = tmp_path / "starts"
    program = Program("thing", ["/bin/sh", "-c", f"echo x >> '{starts}'; echo no room >&2; exit 1"], tmp_path)
    with pytest.raises(CannotStart, match="thing can't start: no room"), Supervisor() as supervisor:
        supervisor.wait_until_ready(supervisor.start(Service(program, is_ready=lambda process: False)))
    assert starts.read_text() == "x\n"


def test_the_reason_is_the_last_grave_line_of_a_log(tmp_path: Path) -> None:
    words = "echo 12:00 FATAL: no room; echo HINT: make some; exit 1"
    program = Program("thing", ["/bin/sh", "-c", words], tmp_path, log=tmp_path / "log")
    with pytest.raises(CannotStart, match=r"^thing can't start: FATAL: no room$"), Supervisor() as supervisor:
        supervisor.wait_until_ready(supervisor.start(Service(program, is_ready=lambda process: False)))


def test_a_service_whose_trouble_passes_is_tried_until_it_is_ready(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    ninth_time = "echo x >> starts; test $(wc -l < starts) -ge 9 && touch ready && sleep 60; echo busy; exit 1"
    trying = Service(
        Program("thing", ["/bin/sh", "-c", ninth_time], tmp_path),
        is_ready=lambda process: (tmp_path / "ready").exists(),
        will_pass=lambda last_words: last_words == "busy",
        first_pause_seconds=0.01,
    )
    with Supervisor() as supervisor:
        supervisor.wait_until_ready(supervisor.start(trying))
    assert capfd.readouterr().out.count("can't start yet: busy") == 1


def test_a_service_that_does_not_end_in_its_time_is_killed(tmp_path: Path) -> None:
    deaf = replace(
        service("trap '' TERM; echo x > up; while :; do sleep 0.02; done", tmp_path), stops_within_seconds=0.1
    )
    with Supervisor() as supervisor:
        (child,) = supervisor.start(replace(deaf, stops_within_seconds=0.1))
        supervise_until(supervisor, tmp_path / "up", 1)
    assert child.process.returncode == -signal.SIGKILL


def test_a_service_that_asks_for_it_is_started_again_without_a_word(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    starts = tmp_path / "starts"
    asking = replace(service(f"echo x >> '{starts}'; exit 3", tmp_path), restart_status=3)
    with Supervisor() as supervisor:
        supervisor.start(asking)
        supervise_until(supervisor, starts, 7)
    assert capfd.readouterr().out == ""


def test_what_runs_the_same_code_follows_once_the_new_code_works(tmp_path: Path) -> None:
    changed = "echo x >> first; test -e works || exit 3; sleep 60"
    first = replace(
        service(changed, tmp_path), is_ready=lambda process: (tmp_path / "works").exists(), restart_status=3
    )
    second = replace(service("echo x >> second; sleep 60", tmp_path), follows="thing")
    with Supervisor() as supervisor:
        supervisor.start(first, second)
        supervise_until(supervisor, tmp_path / "first", 3)
        assert (tmp_path / "second").read_text() == "x\n"
        (tmp_path / "works").touch()
        supervise_until(supervisor, tmp_path / "second", 2)


def test_what_fails_with_new_code_waits_for_newer(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    first = replace(
        service("while ! test -e changed; do sleep 0.01; done; rm changed; exit 3", tmp_path), restart_status=3
    )
    second = replace(service("echo x >> second; test -e broken && exit 1; sleep 60", tmp_path), follows="thing")
    with Supervisor() as supervisor:
        supervisor.start(first, second)
        supervise_until(supervisor, tmp_path / "second", 1)
        (tmp_path / "broken").touch()
        (tmp_path / "changed").touch()
        supervise_until(supervisor, tmp_path / "second", 2)
        while "waiting for the code to change" not in capfd.readouterr().out:
            supervisor.run(Program("meanwhile", ["true"], tmp_path))
        (tmp_path / "broken").unlink()
        (tmp_path / "changed").touch()
        supervise_until(supervisor, tmp_path / "second", 3)


def test_what_a_program_says_is_passed_on_under_its_name(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    loud = Program("loud", ["/bin/sh", "-c", "echo one; printf '\\033[31mtwo\\033[0m\\nhalf a line'; exit 4"], tmp_path)
    with Supervisor() as supervisor:
        assert supervisor.run(loud) == 4
    assert capfd.readouterr().out.splitlines() == ["loud       one", "loud       two", "loud       half a line"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_asked_to_end_it_stops_what_it_started_last_first(tmp_path: Path, number: signal.Signals) -> None:
    with script("-c", SUPERVISED, log=tmp_path / "log") as supervisor:
        eventually(supervisor.says("up", times=2))
        assert supervisor.interrupt(number) == 0
        said = supervisor.output().partition("Stopping")[2].split()
    assert said == ["…", "above", "ended", "below", "ended"]


def test_asked_twice_it_kills_what_will_not_end(tmp_path: Path) -> None:
    with script("-c", SUPERVISED, "stubborn", log=tmp_path / "log") as supervisor:
        eventually(supervisor.says("up", times=3))
        started = children(supervisor.id)
        supervisor.process.send_signal(signal.SIGINT)
        eventually(supervisor.says("Stopping"))
        assert supervisor.interrupt(signal.SIGINT) == 0
        assert all(map(is_gone, started))


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the kernel tells no orphans")
def test_killed_it_leaves_nothing_running(tmp_path: Path) -> None:
    with script("-c", SUPERVISED, "stubborn", log=tmp_path / "log") as supervisor:
        eventually(supervisor.says("up", times=3))
        left = children(supervisor.id)
        assert len(left) == 3
        kill(supervisor.id)
        eventually(lambda: all(map(is_gone, left)))


def test_asked_to_end_during_a_step_it_ends_the_step_and_gives_the_signals_back(tmp_path: Path) -> None:
    supervisor = Supervisor()
    with supervisor.stopping_on_signals(), supervisor:
        os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(Stopped):
            supervisor.run(Program("long", ["sleep", "60"], tmp_path))
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
