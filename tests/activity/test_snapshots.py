"""A walk tells what was there when it began, once and in order, whatever is written and committed between its pages."""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import chain, repeat, takewhile
from random import Random
from threading import Event, Thread
from typing import NamedTuple

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.accounts.models import User
from apps.activity.filters import EVERYTHING, TimelineFilters, Type
from apps.activity.timeline import Page, Timeline
from apps.generations import operations
from apps.generations.models import GenerationJob
from apps.generations.operations import Failure, Success
from apps.generations.states import IN_FLIGHT, Status
from tests.activity import reference, sessions
from tests.activity.sessions import Session
from tests.activity.tangles import MOMENTS, Tangle
from tests.factories import UserFactory, with_credits

pytestmark = pytest.mark.usefixtures("committed")

WRITERS = 3
WALKS_BESIDE_WRITERS = 100
JOBS_A_WALK = 60

Deed = Callable[[User, int], None]


class Step(NamedTuple):
    """Something that a writer does, left open or committed at once; without a deed, it ends what it left open."""

    writer: int
    deed: Deed | None
    pick: int
    commits: bool

    def take(self, user: User, writers: Sequence[Session]) -> None:
        writer = writers[self.writer]
        if deed := self.deed:
            writer.do(lambda: deed(user, self.pick))
        if self.commits:
            writer.commit()
        elif self.deed is None:
            writer.rollback()


DEEDS = (sessions.request, sessions.start, sessions.complete, sessions.fail, sessions.award)
steps = st.builds(
    Step,
    writer=st.integers(0, WRITERS - 1),
    deed=st.sampled_from(DEEDS) | st.none(),
    pick=st.integers(0, 50),
    commits=st.booleans(),
)
tangles = st.builds(
    Tangle,
    seed=st.integers(0, 2**32),
    jobs=st.integers(2, 14),
    movements=st.integers(0, 8),
    moments=st.lists(st.sampled_from(MOMENTS[-6:]), min_size=1, max_size=4),
    adjacent=st.booleans(),
    statuses=st.just((*IN_FLIGHT, *Status)),
)
filters = st.sampled_from([EVERYTHING, TimelineFilters(type=Type.GENERATION)]) | st.builds(
    TimelineFilters, type=st.sampled_from(Type), status=st.sampled_from([*IN_FLIGHT, *Status])
)


def running_jobs(number: int, seed: int, moments: Sequence[datetime] = MOMENTS[-6:-3]) -> Tangle:
    """A person with so many jobs that were written as already running."""
    return Tangle(
        seed=seed,
        jobs=number,
        movements=0,
        moments=moments,
        adjacent=False,
        statuses=[Status.PROCESSING],
    )


def stored(user: User) -> list[reference.Told]:
    """All that the person's timeline has to tell at this moment."""
    return reference.expected(reference.everything(user.pk), EVERYTHING, timezone.now())


def pages(timeline: Timeline) -> Iterator[Page]:
    page = timeline.page()
    yield page
    while page.next_cursor:
        page = timeline.page(page.next_cursor)
        yield page


@settings(max_examples=110, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    tangle=tangles,
    wanted=filters,
    limit=st.integers(1, 6),
    before=st.lists(steps, max_size=6),
    between=st.lists(st.lists(steps, max_size=4), max_size=8),
)
def test_whatever_is_committed_between_the_pages_a_walk_tells_what_was_there(
    tangle: Tangle, wanted: TimelineFilters, limit: int, before: list[Step], between: list[list[Step]]
) -> None:
    now = timezone.now()
    timeline = Timeline(user_id=tangle.user.pk, now=now, filters=wanted, limit=limit)
    walked: list[reference.Told] = []
    with sessions.sessions(WRITERS) as writers:
        for step in before:
            step.take(tangle.user, writers)
        there = reference.expected(reference.everything(tangle.user.pk), wanted, now)
        for page, meanwhile in zip(pages(timeline), chain(between, repeat([])), strict=False):
            walked += map(reference.told, page.items)
            for step in meanwhile:
                step.take(tangle.user, writers)
    assert walked == there


@pytest.mark.parametrize("deed", DEEDS)
def test_what_took_its_clock_before_the_walk_and_committed_after_is_told_as_it_was(deed: Deed) -> None:
    user = with_credits(UserFactory.create(), 1000)
    for pick in range(8):
        sessions.request(user, pick)
    sessions.start(user, 7)
    with sessions.sessions(1) as (late,):
        late.do(lambda: deed(user, 6))
        for _ in range(3):  # newer than what is late, so that its place lies beyond the first page
            sessions.start(user, 0)
        there = stored(user)
        walk = pages(Timeline(user_id=user.pk, now=timezone.now(), limit=2))
        walked = list(next(walk).items)
        late.commit()
        walked += chain.from_iterable(page.items for page in walk)
    assert [reference.told(item) for item in walked] == there
    assert stored(user) != there


@pytest.mark.parametrize("status", sorted(IN_FLIGHT))
def test_a_walk_over_one_status_tells_those_that_had_it_when_it_began(status: Status) -> None:
    user = with_credits(UserFactory.create(), 1000)
    for pick in range(8):
        sessions.request(user, pick)
    for _ in range(4):
        sessions.start(user, 0)
    wanted = TimelineFilters(status=status)
    there = reference.expected(reference.everything(user.pk), wanted, timezone.now())
    walked: list[reference.Told] = []
    for page in pages(Timeline(user_id=user.pk, now=timezone.now(), filters=wanted, limit=1)):
        walked += map(reference.told, page.items)
        sessions.complete(user, 1)
        sessions.start(user, 1)
    assert walked == there


def test_a_job_that_was_written_as_running_is_told_as_running_when_it_ends_meanwhile() -> None:
    tangle = running_jobs(12, seed=0)
    there = stored(tangle.user)
    walk = pages(Timeline(user_id=tangle.user.pk, now=timezone.now(), limit=1))
    walked = list(next(walk).items)

    for pick in range(12):
        sessions.complete(tangle.user, pick)
    walked += chain.from_iterable(page.items for page in walk)

    assert [reference.told(item) for item in walked] == there


def test_jobs_from_another_servers_dump_are_told_as_they_stood_although_its_transaction_ids_mean_nothing_here() -> None:
    tangle = running_jobs(6, seed=1, moments=MOMENTS[-1:])
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE generation_jobs SET queued_xid = '1000000000000', started_xid = '1000000000000'")
        cursor.execute("SET session_replication_role = DEFAULT")
    there = stored(tangle.user)
    walk = pages(Timeline(user_id=tangle.user.pk, now=timezone.now(), limit=1))
    walked = list(next(walk).items)

    for pick in range(6):
        sessions.complete(tangle.user, pick)
    walked += chain.from_iterable(page.items for page in walk)

    assert [reference.told(item) for item in walked] == there


class Writer(Thread):
    """Ends jobs one after another until told to stop, and hesitates between taking the clock and committing."""

    def __init__(self, jobs: Sequence[GenerationJob], seed: int, stop: Event) -> None:
        super().__init__()
        self._jobs, self._chance, self._stop_asked = jobs, Random(seed), stop

    def run(self) -> None:
        try:
            for job in takewhile(lambda _job: not self._stop_asked.is_set(), self._jobs):
                self._end(job, self._chance.random())
        finally:
            connection.close()

    def _end(self, job: GenerationJob, chance: float) -> None:
        outcome = Success(images=(), metadata={}) if chance < 0.7 else Failure(error="Busy.", code="busy")
        with transaction.atomic():
            operations.settle(job_id=job.pk, user_id=job.user_id, outcome=outcome)
            time.sleep(chance / 800)


def walk_beside_writers(seed: int) -> list[reference.Told]:
    """What a reader is told while three threads end the jobs."""
    tangle = running_jobs(JOBS_A_WALK, seed)
    jobs = list(GenerationJob.objects.filter(user=tangle.user))
    walked_through = Event()
    writers = [Writer(jobs[first::WRITERS], seed + first, walked_through) for first in range(WRITERS)]
    for writer in writers:
        writer.start()
    wanted = TimelineFilters(type=Type.GENERATION)
    timeline = Timeline(user_id=tangle.user.pk, now=timezone.now(), filters=wanted, limit=5)
    walked = [reference.told(item) for item in timeline.walk()]
    walked_through.set()
    for writer in writers:
        writer.join()
    return walked


def test_beside_threads_that_end_jobs_every_walk_has_each_job_once_and_in_order() -> None:
    for seed in range(WALKS_BESIDE_WRITERS):
        walked = walk_beside_writers(seed)
        assert walked == sorted(walked, reverse=True)
        assert len({told.position.id for told in walked}) == len(walked) == JOBS_A_WALK
