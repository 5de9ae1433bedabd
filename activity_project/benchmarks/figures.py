"""A run's figures: each with the budget it is held to, as a table for people and as JSON for programs."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from io import StringIO
from typing import Any

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

WIDTH_CHARACTERS = 130


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured value and its budget; ``about`` says where it was met, for example the costliest case."""

    name: str
    value: float
    most: float | None = None
    least: float | None = None
    unit: str = ""
    about: str = ""

    @property
    def is_met(self) -> bool:
        over = self.most is not None and self.value > self.most
        under = self.least is not None and self.value < self.least
        return not over and not under

    @property
    def budget(self) -> str:
        """For example ``≤ 300``."""
        bounds = [("≤", self.most), ("≥", self.least)]
        return " ".join(f"{sign} {number(bound)}" for sign, bound in bounds if bound is not None)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A table beside the budgets: what was compared, and what each cost."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str | float]]


@dataclass(slots=True)
class Report:
    """All that a suite measured."""

    suite: str
    about: dict[str, Any]
    figures: list[Figure] = field(default_factory=list)
    comparisons: list[Comparison] = field(default_factory=list)

    @property
    def missed(self) -> list[Figure]:
        return [figure for figure in self.figures if not figure.is_met]

    @property
    def summary(self) -> str:
        """One line: how many budgets are met, and which are not."""
        held = f"{self.suite}: {len(self.figures) - len(self.missed)} of {len(self.figures)} budgets met"
        names = "; ".join(figure.name for figure in self.missed)
        return f"{held}. MISSED: {names}." if names else f"{held}."

    def as_json(self) -> dict[str, Any]:
        """The report as plain values."""
        figures = [asdict(figure) | {"met": figure.is_met} for figure in self.figures]
        comparisons = [asdict(comparison) for comparison in self.comparisons]
        return {"suite": self.suite, "about": self.about, "figures": figures, "comparisons": comparisons}

    def as_text(self) -> str:
        """The comparisons, then a line for each budget."""
        console = Console(file=StringIO(), width=WIDTH_CHARACTERS)
        with console.capture() as captured:
            for comparison in self.comparisons:
                console.print(_table(comparison.title, comparison.columns, comparison.rows))
            console.print(_table("Budgets", ("", "figure", "budget", "", "where"), map(_budget_row, self.figures)))
        return "\n".join(line.rstrip() for line in captured.get().splitlines())


def number(value: float) -> str:
    """A figure as people read it: whole numbers grouped, others to three digits."""
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.3g}"


def _budget_row(figure: Figure) -> Sequence[str]:
    value = f"{number(figure.value)} {figure.unit}".strip()
    return figure.name, value, figure.budget, "met" if figure.is_met else "MISSED", figure.about


def _table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str | float]]) -> Table:
    table = Table(title=title, box=SIMPLE, title_justify="left", pad_edge=False)
    for column in columns:
        table.add_column(column)
    for row in rows:
        table.add_row(*(cell if isinstance(cell, str) else number(cell) for cell in row))
    return table
