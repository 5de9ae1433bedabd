"""Old images' files go and all else stays; interrupted, refused or twice at once, a run leaves nothing half done."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.accounts.models import User
from apps.credits.verification import verify
from apps.generations import images, operations, tasks
from apps.generations.models import GenerationImage, GenerationJob
from apps.generations.pruning import Pruned, count_prunable, prune
from apps.generations.states import FINAL, Status
from tests.factories import UserFactory, on_plan, wish
from tests.generations.past import failed, made
from tests.generations.stand_ins import picture
from tests.generations.test_states import job_in
from tests.threads import at_once

Files = Callable[[], list[Path]]
A_YEAR = timedelta(days=365)

with_rollback = pytest.mark.django_db


def aged(job: GenerationJob, days: int) -> GenerationJob:
    """The job as if it had ended so many days ago; its guard, which forbids that, looks away."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        GenerationJob.objects.filter(pk=job.pk).update(completed_at=timezone.now() - timedelta(days=days))
        cursor.execute("SET session_replication_role = DEFAULT")
    job.refresh_from_db()
    return job


def pruned_all(before: datetime | None = None, batch: int = 200) -> Pruned:
    return sum(prune(before=before or timezone.now(), batch=batch), start=Pruned())


@with_rollback
def test_files_by_age_go_and_rows_credits_and_counts_stay(owner: User, files: Files) -> None:
    old, young = aged(made(on_plan(owner), image_count=2), 400), aged(made(owner), 300)
    kept = set(files()) - {path for path in files() if str(old.pk) in str(path)}

    call_command("prune_generations", "--older-than", "365d", verbosity=0)

    old.refresh_from_db()
    young.refresh_from_db()
    owner.refresh_from_db()
    assert old.pruned_at
    assert not young.pruned_at
    assert set(files()) == kept
    assert old.images.count() == 2
    assert list(owner.credit_transactions.in_order().values_list("amount", flat=True)) == [50, -2, -1]
    assert owner.generated_count == 3
    assert verify()[1] == []


@with_rollback
def test_its_place_in_the_timeline_stays(owner: User) -> None:
    job = aged(made(on_plan(owner)), 400)
    before = (job.occurred_at, job.updated_at, job.finished_xid)

    pruned_all()

    job.refresh_from_db()
    assert (job.occurred_at, job.updated_at, job.finished_xid) == before


@with_rollback
def test_only_what_ended_well_has_files_to_lose(owner: User) -> None:
    jobs = [
        aged(failed(on_plan(owner)), 400),
        operations.request(user=owner, wish=wish()),
        job_in(Status.PROCESSING, owner),
    ]

    assert pruned_all(timezone.now() + timedelta(days=1)) == Pruned()

    assert not GenerationJob.objects.filter(pk__in=[job.pk for job in jobs]).exclude(pruned_at=None).exists()


@with_rollback
def test_a_second_run_finds_nothing_left_to_do(owner: User) -> None:
    aged(made(on_plan(owner), image_count=2), 400)

    assert pruned_all() == Pruned(jobs=1, files=4)
    assert pruned_all() == Pruned()


@with_rollback
def test_what_an_earlier_attempt_left_in_the_folder_goes_too(owner: User, files: Files) -> None:
    job = made(on_plan(owner))
    images.store(job.pk, 2, [picture()])

    assert pruned_all() == Pruned(jobs=1, files=4)
    assert files() == []


@with_rollback
def test_no_empty_folder_stays(owner: User, settings: LazySettings) -> None:
    job = made(on_plan(owner))

    pruned_all()

    assert not [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.name == str(job.pk)]


@with_rollback
def test_files_that_are_gone_already_are_no_trouble(owner: User, files: Files) -> None:
    """A run that was killed after it removed them and before it could say so."""
    job = made(on_plan(owner), image_count=2)
    for path in files()[:3]:
        path.unlink()

    assert pruned_all() == Pruned(jobs=1, files=1)

    job.refresh_from_db()
    assert job.pruned_at


@with_rollback
def test_an_interruption_between_file_and_marker_is_made_good_by_the_next_run(
    owner: User, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        aged(made(on_plan(owner)), 2)
    removed = images.remove_files
    calls = iter(range(9))

    def interrupted_the_second_time(*arguments: object) -> int:
        count = removed(*arguments)  # type: ignore[arg-type]
        if next(calls) == 1:
            raise KeyboardInterrupt
        return count

    monkeypatch.setattr(images, "remove_files", interrupted_the_second_time)
    with pytest.raises(CommandError, match=r"Interrupted\. 2 files of 1 generations") as interruption:
        call_command("prune_generations", "--older-than", "1d", verbosity=0)

    assert interruption.value.returncode == 130
    assert GenerationJob.objects.filter(pruned_at=None).count() == 2
    assert pruned_all() == Pruned(jobs=2, files=2)
    assert files() == []


@with_rollback
def test_what_the_storage_refuses_is_left_told_and_taken_up_again(
    owner: User, files: Files, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stubborn, other = aged(made(on_plan(owner)), 2), aged(made(owner), 2)
    folder = next(path for path in files() if str(stubborn.pk) in str(path)).parent
    inner = folder / "inner"
    inner.mkdir()  # so that the folder can't be removed

    with pytest.raises(CommandError, match=r"2 files of 1 generations removed\. 1 couldn't be removed"):
        call_command("prune_generations", "--older-than", "1d", verbosity=0)

    stubborn.refresh_from_db()
    other.refresh_from_db()
    assert (stubborn.pruned_at, bool(other.pruned_at)) == (None, True)
    inner.rmdir()
    assert pruned_all().jobs == 1


@with_rollback
def test_a_dry_run_only_counts(owner: User, files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        aged(made(on_plan(owner)), 400)
    before = files()

    call_command("prune_generations", "--older-than", "52w", "--dry-run")

    assert "The files of 2 generations" in capsys.readouterr().out
    assert files() == before
    assert count_prunable(before=timezone.now()) == 2


@with_rollback
def test_the_command_ends_with_one_line(owner: User, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(3):
        aged(made(on_plan(owner)), 400)

    call_command("prune_generations", "--older-than", "365d", "--batch", "1")

    told = capsys.readouterr()
    assert told.out == "6 files of 3 generations removed.\n"
    assert "generations pruned: 3 of 3" in told.err


@pytest.mark.parametrize("age", ["", "0d", "-1d", "1y", "d", "365", "1.5d", "999999d"])
def test_an_age_that_is_none_is_refused(age: str) -> None:
    with pytest.raises(CommandError, match=r"Days and weeks|expected one argument"):
        call_command("prune_generations", f"--older-than={age}")


def test_an_age_must_be_given() -> None:
    with pytest.raises(CommandError, match="--older-than"):
        call_command("prune_generations")


@with_rollback
def test_the_task_goes_by_the_setting(owner: User, settings: LazySettings) -> None:
    old, young = aged(made(on_plan(owner)), 400), aged(made(owner), 300)
    settings.GENERATION_FILES_KEPT_DAYS = 365

    tasks.prune_generations()

    old.refresh_from_db()
    young.refresh_from_db()
    assert (bool(old.pruned_at), young.pruned_at) == (True, None)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    jobs=st.lists(st.tuples(st.sampled_from(Status), st.integers(0, 6)), max_size=12),
    limit=st.integers(0, 6),
    batch=st.integers(1, 4),
    stop_after=st.integers(0, 12),
)
@with_rollback
def test_whatever_there_is_and_wherever_it_stops_a_job_is_marked_if_it_is_old_and_ended_well(
    jobs: list[tuple[Status, int]], limit: int, batch: int, stop_after: int
) -> None:
    pruned_all(timezone.now() + timedelta(days=1))  # what the example before this one left
    owner = UserFactory.create()
    now = timezone.now()
    ages = {}
    for status, days in jobs:  # ages tie, so that pages break within them
        ended = {"completed_at": now - timedelta(days=days)} if status in FINAL else {}
        ages[job_in(status, owner, ended).pk] = (status, days)
    before = now - timedelta(days=limit) + timedelta(seconds=1)
    expected = {id_ for id_, (status, days) in ages.items() if status == Status.COMPLETED and days >= limit}

    first = prune(before=before, batch=batch)
    with suppress(StopIteration):
        for _ in range(stop_after):
            next(first)
    marked_first = marked(owner)
    first.close()  # type: ignore[attr-defined]
    done = pruned_all(before, batch)

    assert len(marked_first) == min(stop_after, len(expected))
    assert marked(owner) == expected
    assert done.jobs == len(expected) - len(marked_first)


def marked(owner: User) -> set[object]:
    return set(owner.generation_jobs.exclude(pruned_at=None).values_list("pk", flat=True))


@pytest.mark.usefixtures("committed")
def test_runs_at_once_share_the_work_and_each_file_is_counted_once(files: Files) -> None:
    owner = on_plan(UserFactory.create())
    for _ in range(8):
        made(owner)

    outcomes = at_once(4, lambda _: pruned_all())

    assert outcomes.errors == []
    assert sum(outcomes.answers, start=Pruned()) == Pruned(jobs=8, files=16)
    assert files() == []


@pytest.mark.usefixtures("committed")
def test_who_is_reading_an_image_reads_it_to_the_end() -> None:
    made(on_plan(UserFactory.create()))
    image = GenerationImage.objects.get()
    with image.file.open() as reading:
        first = reading.read(10)
        meanwhile = at_once(1, lambda _: pruned_all())
        rest = reading.read()

    assert meanwhile.answers == [Pruned(jobs=1, files=2)]
    assert len(first + rest) > 100
    with pytest.raises(FileNotFoundError):
        GenerationImage.objects.get().file.open()
