"""The images of the last days as a chart, and the same figures as a table."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.common.charts import Bar, BarChart
from apps.common.words import day_in_full, grouped

DAYS: Final = 30
_CHART_PX = 132
_LEAST_TOP = 4  # images: a day with one isn't a tall bar


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRow:
    """A line of the table: a day on which images were made, and how many."""

    day: str
    images: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageHistory:
    """Ready words; ``rows`` only for days with images, the newest first, and empty where there were none."""

    chart: BarChart
    summary: str
    rows: tuple[DayRow, ...]


def usage_history(per_day: Mapping[date, int], *, last: date) -> UsageHistory:
    """The days up to ``last``, said."""
    days = [last - timedelta(days=back) for back in reversed(range(DAYS))]
    return UsageHistory(
        chart=BarChart(
            name="usage",
            title=_("Images a day"),
            description=_("One bar a day, for the last %(days)d days. The table has the same figures.")
            % {"days": DAYS},
            bars=[_bar(day, per_day.get(day, 0)) for day in days],
            least_top=_LEAST_TOP,
            height=_CHART_PX,
        ),
        summary=_summary(per_day),
        rows=tuple(DayRow(day=day_in_full(day), images=grouped(per_day[day])) for day in sorted(per_day, reverse=True)),
    )


def _bar(day: date, images: int) -> Bar:
    words = ngettext("%(number)s image", "%(number)s images", images) % {"number": grouped(images)}
    return Bar(label=date_format(day, "j M"), value=images, words=words)


def _summary(per_day: Mapping[date, int]) -> str:
    if not per_day:
        return ""
    total, busiest = sum(per_day.values()), max(per_day, key=lambda day: (per_day[day], day))
    words = ngettext(
        "%(total)s image in the last %(days)d days, most on %(day)s: %(most)s.",
        "%(total)s images in the last %(days)d days, most on %(day)s: %(most)s.",
        total,
    )
    return words % {
        "total": grouped(total),
        "days": DAYS,
        "day": date_format(busiest, "j F"),
        "most": grouped(per_day[busiest]),
    }
