"""The insights in words, bars and tables."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from apps.common.charts import BarChart
from apps.common.words import grouped, percent
from apps.generations.insights import Insights, Rank
from apps.generations.staff.filters import JobFilters, State
from apps.generations.staff.presenters import (
    StepRow,
    Summary,
    list_url,
    median_words,
    shortened,
    success_chart,
    summary,
)

PROMPT_CHARACTERS = 90


@dataclass(frozen=True, slots=True)
class RankRow:
    """A line of a ranking; ``width`` is its bar's, in percent of the longest."""

    name: str
    url: str
    width: str
    total: str
    images: str
    share: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """A question, its answer line by line, and what the last column says."""

    name: str
    title: str
    about: str
    column: str
    detail: str
    rows: tuple[RankRow, ...]
    nothing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InsightPage:
    """Everything is ready to be placed; ``chart`` is null where there is one day alone."""

    summary: Summary
    chart: BarChart | None
    steps: tuple[StepRow, ...]
    rankings: tuple[Ranking, ...]


def insight_page(found: Insights, filters: JobFilters, applied: dict[str, str], now: datetime) -> InsightPage:
    """The insights, said; each line leads to the generations that it counts."""
    overall = summary(found.overall, filters, applied, now)
    return InsightPage(
        summary=overall,
        chart=success_chart(found.overall, _("Success rate over time")) if overall.charts else None,
        steps=overall.steps,
        rankings=(_users(found, applied), _failures(found, applied), _models(found, applied), _prompts(found, applied)),
    )


def _users(found: Insights, applied: dict[str, str]) -> Ranking:
    return Ranking(
        name="users",
        title=_("Most active users"),
        about=_("By generations asked for."),
        column=_("User"),
        detail=_("Success"),
        rows=_rows(found.users, found, lambda rank: list_url(applied, user=rank.name), _rate),
        nothing=_("Nobody asked for a generation in these dates."),
    )


def _prompts(found: Insights, applied: dict[str, str]) -> Ranking:
    return Ranking(
        name="prompts",
        title=_("Popular prompts"),
        about=_("The same words count as one prompt, however they are capitalised."),
        column=_("Prompt"),
        detail=_("Success"),
        rows=_rows(found.prompts, found, lambda rank: list_url(applied, q=_first_words(rank.name)), _rate),
        nothing=_("There are no prompts in these dates."),
    )


def _failures(found: Insights, applied: dict[str, str]) -> Ranking:
    def url(rank: Rank) -> str:
        return list_url(applied, status=State.FAILED.value, error=rank.name)

    failed = found.overall.all.failed
    return Ranking(
        name="failures",
        title=_("Failures by error code"),
        about=_("What generations failed of."),
        column=_("Error code"),
        detail=_("Of failures"),
        rows=_rows(found.failures, found, url, lambda rank: percent(rank.tally.failed / failed if failed else None)),
        nothing=_("Nothing failed in these dates."),
    )


def _models(found: Insights, applied: dict[str, str]) -> Ranking:
    return Ranking(
        name="models",
        title=_("By model"),
        about=_("Completed generations: a model is known once the provider has answered."),
        column=_("Model"),
        detail=_("Median time"),
        rows=_rows(
            found.models, found, lambda rank: list_url(applied, model=rank.name), lambda rank: median_words(rank.tally)
        ),
        nothing=_("Nothing was completed in these dates."),
    )


def _rows(
    ranks: Iterable[Rank], found: Insights, url: Callable[[Rank], str], detail: Callable[[Rank], str]
) -> tuple[RankRow, ...]:
    ranked, whole = list(ranks), found.overall.all.total
    most = max((rank.tally.total for rank in ranked), default=0)
    return tuple(
        RankRow(
            name=shortened(rank.name, PROMPT_CHARACTERS) or _("unnamed"),
            url=url(rank),
            width=f"{100 * rank.tally.total / most:.1f}%",
            total=grouped(rank.tally.total),
            images=grouped(rank.images),
            share=percent(rank.tally.total / whole if whole else None),
            detail=detail(rank),
        )
        for rank in ranked
    )


def _rate(rank: Rank) -> str:
    return percent(rank.tally.success_rate)


def _first_words(prompt: str) -> str:
    """As many of the prompt's words as a search takes."""
    return " ".join(prompt.split()[:6])
