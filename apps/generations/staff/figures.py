"""How generations stand today, for the first page of the staff's area."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.common.staff_pages import Person, StaffFigure, register_figures
from apps.common.words import grouped, percent
from apps.generations.staff.filters import JobFilters, Period, State
from apps.generations.staff.presenters import list_url, median_words
from apps.generations.staff.statistics import Reach, Tally, statistics

TODAY = {"period": Period.TODAY.value}
# Those that haven't ended are few; where they aren't, the figure says "more than".
MOST_PENDING = 1_000


@register_figures("generations.view_generationjob")
def figures_of_today(user: Person) -> Iterator[StaffFigure]:
    """Today's generations where the person is, and those that are running now."""
    zone = user.zone if isinstance(user, User) else ZoneInfo("UTC")
    now = timezone.now()
    today = statistics(JobFilters(period=Period.TODAY, zone=zone), now)
    running = statistics(JobFilters(period=Period.ALL_TIME, state=State.PENDING), now, most=MOST_PENDING)
    yield StaffFigure(value=_count(today.all.total, today.reach), label=_("Generations today"), url=list_url(TODAY))
    yield _success(today.all)
    yield _running(running.all, running.reach)
    yield _failed(today.all)


def _success(tally: Tally) -> StaffFigure:
    note = _("median %s") % median_words(tally) if tally.median is not None else ""
    return StaffFigure(value=percent(tally.success_rate), label=_("Success rate today"), url=list_url(TODAY), note=note)


def _running(tally: Tally, reach: Reach) -> StaffFigure:
    url = list_url({"period": Period.ALL_TIME.value, "status": State.PENDING.value})
    tone = "running" if tally.pending else ""
    return StaffFigure(value=_count(tally.pending, reach), label=_("Running now"), url=url, tone=tone)


def _failed(tally: Tally) -> StaffFigure:
    url = list_url(TODAY | {"status": State.FAILED.value})
    tone = "failed" if tally.failed else ""
    return StaffFigure(value=grouped(tally.failed), label=_("Failed today"), url=url, tone=tone)


def _count(number: int, reach: Reach) -> str:
    return grouped(number) if reach.is_whole else _("over %s") % grouped(number)
