"""Bar charts: where everything stands, and that it is said to those who can't see it."""

import re

import pytest
from django.template.loader import render_to_string

from apps.common.charts import HEIGHT_PX, Bar, BarChart, Line


def chart(*values: float | None, least_top: float = 1.0) -> BarChart:
    bars = [Bar(label=f"week {n}", value=value, words=f"{value}") for n, value in enumerate(values)]
    line = Line(value=0.3, words="Goal 30%")
    return BarChart(name="c", title="<Shares>", description="By week", bars=bars, line=line, least_top=least_top)


def test_a_bar_is_as_tall_as_its_value() -> None:
    quarter, half, whole, none = (float(placed.height) for placed in chart(0.25, 0.5, 1.0, None).placed)

    assert whole == pytest.approx(2 * half) == pytest.approx(4 * quarter)
    assert none == 0


def test_the_tallest_bar_leaves_room_for_its_word() -> None:
    (placed,) = chart(3.0).placed

    assert float(placed.words_at) >= 12
    assert float(placed.top) + float(placed.height) == chart(3.0).floor < HEIGHT_PX


def test_small_values_stay_small() -> None:
    (placed,) = chart(0.01).placed

    assert float(placed.height) < 3


def test_bars_share_the_width() -> None:
    first, second = chart(0.1, 0.2).placed

    assert (first.middle, second.middle) == ("25.000%", "75.000%")
    assert float(first.left.rstrip("%")) + float(first.width.rstrip("%")) < 50


def test_where_there_is_little_room_every_second_label_gives_way_but_never_the_last() -> None:
    assert [placed.is_minor for placed in chart(0, 0, 0).placed] == [False, True, False]
    assert [placed.is_minor for placed in chart(0, 0).placed] == [True, False]


def test_a_chart_without_bars_is_drawn() -> None:
    assert chart().placed == []
    assert float(chart().line_at) < chart().floor


def test_the_drawing_is_named_described_and_without_style() -> None:
    drawn = render_to_string("_components/bar_chart.html", {"chart": chart(0.5, None)})

    assert 'role="img" aria-labelledby="c-title c-about"' in drawn
    assert '<title id="c-title">&lt;Shares&gt;</title>' in drawn
    assert "style" not in drawn
    assert len(re.findall(r"<rect ", drawn)) == 2


def test_with_many_bars_words_give_way_and_some_are_labelled() -> None:
    many = chart(*([0.5] * 30))
    drawn = render_to_string("_components/bar_chart.html", {"chart": many})

    labelled = [placed for placed in many.placed if placed.is_labelled]
    assert 5 <= len(labelled) <= 8
    assert [placed.is_minor for placed in labelled] == [number % 2 == 1 for number in reversed(range(len(labelled)))]
    assert "chart-value" not in drawn
    assert "<title>week 3: 0.5</title>" in drawn


def test_a_chart_can_be_low_and_without_a_line() -> None:
    bars = [Bar(label="a", value=0, words="0")]
    low = BarChart(name="c", title="Few", description="By day", bars=bars, least_top=1, height=120)

    assert float(low.placed[0].top) == low.floor < 120
    assert "chart-goal" not in render_to_string("_components/bar_chart.html", {"chart": low})
