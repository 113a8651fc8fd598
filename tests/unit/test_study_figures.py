"""Numbers on figures of studies have the units that the words beside them have."""

from __future__ import annotations

import pytest

from twin.analysis.statistics.study_page import IntervalFigure, IntervalRow
from twin.present.study_report.charts import chart


def test_figures_tell_energy_in_watt_hours_as_the_words_do() -> None:
    rows = (IntervalRow("b less a", 148 * 3.6e6, 100 * 3.6e6, 200 * 3.6e6),)
    drawn = chart(IntervalFigure("Difference in energy_cooling_j", "energy_cooling_j", rows))
    (axes,) = drawn.axes
    drawn.canvas.draw()
    assert axes.get_xlabel() == "energy_cooling (Wh)"
    assert any("148 kWh  (100 kWh to 200 kWh)" in text.get_text() for text in axes.texts)
    ticks = [float(tick) / 3.6e6 for tick in axes.get_xticks()]
    assert ticks == pytest.approx([round(tick, 6) for tick in ticks], abs=1e-9)
    assert {text.get_text() for text in axes.get_xticklabels()} >= {"100 k", "200 k"}
