"""The adoption page in words and bars."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from apps.activity.adoption import GOAL, AdoptionReport, Week
from apps.common.charts import Bar, BarChart, Line
from apps.common.words import MINUS, grouped, percent


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekRow:
    """A line of the table under the chart."""

    week: str
    note: str
    active: str
    viewers: str
    share: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptionPage:
    """Every value is ready to be placed; ``change`` is empty where there is nothing to compare with."""

    share: str
    goal: str
    change: str
    reaches_goal: bool
    is_empty: bool
    active: int
    viewers: int
    recorded_since: str
    chart: BarChart
    weeks: tuple[WeekRow, ...]


def adoption_page(report: AdoptionReport) -> AdoptionPage:
    """The report, said."""
    since = report.recorded_since
    return AdoptionPage(
        share=percent(report.now.share),
        goal=_goal(),
        change=_change(report.change),
        reaches_goal=report.now.reaches_goal,
        is_empty=report.now.share is None,
        active=report.now.active,
        viewers=report.now.viewers,
        recorded_since=date_format(since, "j F Y") if since else "",
        chart=_chart(report.weeks),
        weeks=tuple(map(_row, reversed(report.weeks))),
    )


def _goal() -> str:
    return percent(GOAL, decimals=0)


def _change(change: float | None) -> str:
    if change is None:
        return ""
    points = round(change * 100, 1)
    sign = MINUS if points < 0 else "+" if points else ""
    return sign + number_format(abs(points), 1)


def _chart(weeks: Sequence[Week]) -> BarChart:
    return BarChart(
        name="adoption",
        title=_("Share of weekly active users who viewed Activity"),
        description=_("One bar a week, with a line at the goal of %(goal)s. The table has the same figures.")
        % {"goal": _goal()},
        bars=[_bar(week) for week in weeks],
        line=Line(value=GOAL, words=_("Goal %(goal)s") % {"goal": _goal()}),
        least_top=2 * GOAL,
    )


def _bar(week: Week) -> Bar:
    share = week.adoption.share
    return Bar(
        label=date_format(week.begins, "j M"),
        value=share,
        words=percent(share, decimals=0),
        is_provisional=week.is_partial,
    )


def _row(week: Week) -> WeekRow:
    return WeekRow(
        week=date_format(week.begins, "j F Y"),
        note=_("incomplete") if week.is_partial else "",
        active=grouped(week.adoption.active),
        viewers=grouped(week.adoption.viewers),
        share=percent(week.adoption.share),
    )
