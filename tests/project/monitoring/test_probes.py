"""Questions that may hang."""

from concurrent.futures import Future
from threading import Event

import pytest

from activity_project.monitoring.probes import Probe


def test_a_question_that_hangs_is_asked_once_and_waited_for_by_all() -> None:
    may_answer, asked = Event(), []

    def ask() -> int:
        asked.append(1)
        may_answer.wait(30)
        return 7

    probe = Probe(ask)
    first: Future[int] = probe.start()
    with pytest.raises(TimeoutError):
        first.result(0.01)
    second = probe.start()
    may_answer.set()

    assert (first.result(30), second.result(30), len(asked)) == (7, 7, 1)
    assert probe.start().result(30) == 7
    assert len(asked) == 2


def test_what_the_question_raises_reaches_whoever_asked() -> None:
    def ask() -> int:
        raise LookupError("nothing there")

    with pytest.raises(LookupError, match="nothing there"):
        Probe(ask).start().result(30)
