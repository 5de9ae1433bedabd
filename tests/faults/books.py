"""Looking through the books after a disaster: jobs, credits, counts, rows and files must tell the same story."""

from collections import Counter
from io import StringIO
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db.models import Count, Sum

from apps.accounts.models import User
from apps.credits.models import CreditTransaction
from apps.generations.models import GenerationImage, GenerationJob
from apps.generations.states import Status

# How a job of one credit moves the account.
MOVEMENTS = {Status.COMPLETED: [-1], Status.FAILED: [-1, 1]}


def assert_books_agree() -> None:
    """Every job has ended and was paid for once or not at all; every image that is paid for is there, and no other."""
    _assert_each_job_is_paid_once_or_not_at_all()
    _assert_counts_are_those_of_the_jobs()
    _assert_files_are_those_of_the_rows()
    call_command("verify_ledger", verbosity=0)


def outcomes() -> Counter[str]:
    """How many jobs ended how: completed, or the code of their error."""
    return Counter(
        code or status for status, code in GenerationJob.objects.values_list("status", "error_code").iterator()
    )


def _assert_each_job_is_paid_once_or_not_at_all() -> None:
    wrong = {}
    for job, status, made in GenerationJob.objects.annotate(made=Count("images")).values_list("pk", "status", "made"):
        moved = list(CreditTransaction.objects.of_job(job).in_order().values_list("amount", flat=True))
        if moved != MOVEMENTS.get(Status(status)) or made != (status == Status.COMPLETED):
            wrong[str(job)] = (status, moved, made)
    assert wrong == {}


def _assert_counts_are_those_of_the_jobs() -> None:
    said = StringIO()
    call_command("backfill_generation_counts", "--dry-run", stdout=said)
    assert "all counts are what the jobs add up to" in said.getvalue()
    counted = User.objects.aggregate(all=Sum("generated_count"))["all"]
    assert counted == GenerationJob.objects.filter(status=Status.COMPLETED).count() == GenerationImage.objects.count()


def _assert_files_are_those_of_the_rows() -> None:
    media = Path(settings.MEDIA_ROOT)
    stored = {str(path.relative_to(media)) for path in media.rglob("*") if path.is_file()}
    named = {name for pair in GenerationImage.objects.values_list("file", "thumbnail") for name in pair}
    assert stored == named
