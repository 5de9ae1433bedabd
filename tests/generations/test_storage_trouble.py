"""Nowhere to put the images: the job fails, the credits go back, and no half file stays."""

import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import LazySettings

from apps.accounts.models import User
from apps.generations import operations, production
from apps.generations.models import GenerationImage, GenerationJob
from apps.generations.states import Status
from tests.factories import on_plan, wish
from tests.generations.stand_ins import SKETCH, Delivering, picture

pytestmark = [pytest.mark.faults, pytest.mark.django_db]


@pytest.fixture
def job(owner: User) -> GenerationJob:
    return operations.request(user=on_plan(owner), wish=wish(image_count=2))


@contextmanager
def files_no_larger_than(size: int) -> Iterator[None]:
    """The kernel takes so many bytes of a file and refuses the next, as it does where a disk is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def assert_failed_and_refunded(job: GenerationJob, movements: list[int]) -> None:
    job.refresh_from_db()
    assert (job.status, job.error_code) == (Status.FAILED, "internal_error")
    assert not GenerationImage.objects.exists()
    assert movements == [50, -2, 2]


def test_a_folder_that_cannot_be_written_fails_and_refunds(
    job: GenerationJob, settings: LazySettings, tmp_path: Path, amounts: Callable[[User], list[int]]
) -> None:
    in_the_way = tmp_path / "media"
    in_the_way.write_text("no folder")
    production.produce(job.pk, attempt=1, provider=SKETCH)
    assert_failed_and_refunded(job, amounts(job.user))


@pytest.mark.parametrize("room", [1_000, 30_000], ids=["for no image", "for one image of two"])
def test_a_disk_that_fills_up_leaves_no_half_file(
    job: GenerationJob, files: Callable[[], list[Path]], amounts: Callable[[User], list[int]], room: int
) -> None:
    with files_no_larger_than(room):
        production.produce(job.pk, attempt=1, provider=Delivering([picture(side=50), picture(side=200)]))
    assert files() == []
    assert_failed_and_refunded(job, amounts(job.user))
