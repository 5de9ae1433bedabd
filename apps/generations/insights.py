"""What generations tell about people, prompts, failures and models, over dates that the staff choose.

Everything is counted in the database, each question by one statement that reads at most ``MOST_COUNTED`` jobs and is
stopped by the database after ``MOST_MS``: a page that can't be answered says so rather than hang.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.accounts.models import User
from apps.common.time_limits import at_most
from apps.generations.staff.filters import JobFilters
from apps.generations.staff.scan import COMPLETED, FAILED, PENDING, Scan
from apps.generations.staff.statistics import MOST_COUNTED, Statistics, Tally, statistics

SHOWN = 10
MOST_MS = 4_000

_BY_USER = "user_id"
_BY_MODEL = "COALESCE(model, '')"
_BY_CODE = "error_code"
# The same words with other capitals, or space around them, are the same prompt.
_BY_PROMPT = "lower(btrim(prompt_text))"
# Sorts every row, so only the few models have it.
_MEDIAN = "percentile_cont(0.5) WITHIN GROUP (ORDER BY took)"


@dataclass(frozen=True, slots=True)
class Rank:
    """One of those that are ranked: a user's address, a prompt, a code or a model; and how its jobs went."""

    name: str
    tally: Tally
    images: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Insights:
    """The tallies over time, and the first ``SHOWN`` of each ranking, the most jobs first."""

    overall: Statistics
    users: tuple[Rank, ...]
    prompts: tuple[Rank, ...]
    failures: tuple[Rank, ...]
    models: tuple[Rank, ...]


def insights(filters: JobFilters, now: datetime, *, milliseconds: int = MOST_MS) -> Insights:
    """The insights into the jobs that the filters leave. Raises TookTooLong."""
    scan = Scan(filters, now, MOST_COUNTED)
    with at_most(milliseconds):
        return Insights(
            overall=statistics(filters, now),
            users=_users(scan),
            prompts=_ranked(scan, _BY_PROMPT, shown="min(prompt_text)", where="prompt_text <> ''"),
            failures=_ranked(scan, _BY_CODE, where=FAILED),
            # A model is known once the provider has answered, so failed and running jobs have none.
            models=_ranked(scan, _BY_MODEL, where=COMPLETED, median=_MEDIAN),
        )


def _users(scan: Scan) -> tuple[Rank, ...]:
    ranked = _ranked(scan, _BY_USER)
    addresses = dict(User.objects.filter(pk__in=[each.name for each in ranked]).values_list("pk", "email"))
    return tuple(Rank(addresses[int(each.name)], each.tally, each.images) for each in ranked)


def _ranked(
    scan: Scan, by: str, *, shown: str = "", where: str = "true", median: str = "NULL::interval"
) -> tuple[Rank, ...]:
    query = f"""
    SELECT {shown or by}, count(*) FILTER (WHERE {COMPLETED}), count(*) FILTER (WHERE {FAILED}),
           count(*) FILTER (WHERE {PENDING}), {median}, sum(image_count)
      FROM {scan.jobs()} WHERE {scan.matches()} AND {where}
     GROUP BY {by} ORDER BY count(*) DESC, {by} LIMIT %(shown)s
    """
    return tuple(_rank(row) for row in scan.read(query, shown=SHOWN))


def _rank(row: tuple[Any, ...]) -> Rank:
    name, completed, failed, pending, median, images = row
    return Rank(str(name), Tally(completed=completed, failed=failed, pending=pending, median=median), images)
