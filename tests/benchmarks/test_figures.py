"""Figures, their budgets, and what a run says of them."""

import pytest

from activity_project.benchmarks.figures import Comparison, Figure, Report, number


@pytest.mark.parametrize(
    ("figure", "met"),
    [
        (Figure(name="a", value=4.5, most=4.5), True),
        (Figure(name="a", value=4.6, most=4.5), False),
        (Figure(name="a", value=4, least=4), True),
        (Figure(name="a", value=3.9, least=4), False),
        (Figure(name="a", value=9), True),
    ],
)
def test_a_budget_is_met_up_to_its_bound(figure: Figure, met: bool) -> None:
    assert figure.is_met is met


def test_the_last_line_names_what_is_missed() -> None:
    report = Report(
        "timeline", {}, [Figure(name="buffers", value=301, most=300), Figure(name="bytes", value=1, most=2)]
    )

    assert report.summary == "timeline: 1 of 2 budgets met. MISSED: buffers."


def test_the_table_has_each_figure_beside_its_budget() -> None:
    report = Report(
        "timeline",
        {},
        [Figure(name="buffers", value=1234, most=300, about="first page")],
        [Comparison("Designs", ("", "first"), [("ours", 44), ("other", 0.1234)])],
    )
    (line,) = (line for line in report.as_text().splitlines() if "buffers" in line)

    assert line.split() == ["buffers", "1,234", "≤", "300", "MISSED", "first", "page"]
    assert "0.123" in report.as_text()


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (51.0, "51"), (1234.56, "1,235"), (2.196, "2.2"), (0.0512, "0.0512")]
)
def test_numbers_are_short(value: float, text: str) -> None:
    assert number(value) == text
