"""What a run would be refused for is told by `twin check`, in words that lead to the cure."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from twin.cli import main

SHIPPED = Path(__file__).parents[2] / "layouts"
SERVES = """\
version: 1
name: asked
layout: {layout}
site: {{climate: baltimore, grid: virginia}}
horizon: 1 h
workload:
  - kind: inference
    name: chat
    model: {model}
    nodes: 4
    tensor_parallel: {tensor}
    dtype: {dtype}
    requests: {{rate: 5 / s}}
{more}
"""


def asked(
    folder: Path, model: str = "Llama-3.1-70B", tensor: int = 4, dtype: str = "fp8", more: str = ""
) -> str:
    path = folder / "asked.yaml"
    layout = (SHIPPED / "superpod_b200.yaml").read_text(encoding="utf-8")
    (folder / "room.yaml").write_text(layout, encoding="utf-8")
    text = SERVES.format(layout="room.yaml", model=model, tensor=tensor, dtype=dtype, more=more)
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"tensor": 3}, "a divisor of the model's 64 heads"),
        ({"model": "Llama-3.1-405B", "tensor": 1, "dtype": "bf16"}, "a model that fits"),
        ({"more": "controls: {throttle_hysteresis_k: 0.02}"}, "the effect of one clock step"),
    ],
)
def test_check_refuses_what_a_run_would(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: dict[str, str], words: str
) -> None:
    """The same words and the same exit code, 2, before and at the start of a run."""
    file = asked(tmp_path, **change)  # type: ignore[arg-type]
    assert main(["check", file]) == 2
    checked = capsys.readouterr().err.splitlines()
    assert main(["run", file, "--out", str(tmp_path / "out")]) == 2
    assert words in checked[-1]
    assert checked[-1] in capsys.readouterr().err.splitlines()


def test_calls_of_the_grid_after_the_end_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A call to draw less at 2 h of a run of one."""
    calls = "events: [{name: evening, at: 2 h, depth: 20 %}]"
    more = f"controls: {{demand_response: {{tiers: {{chat: 2}}, {calls}}}}}"
    assert main(["check", asked(tmp_path, more=more), "--json"]) == 0
    says = [one["says"] for one in json.loads(capsys.readouterr().out)["findings"]]
    assert "the call evening at 2 h, but the run ends at 1 h: it never happens" in says


def test_a_group_where_a_component_is_asked_names_its_members(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more = "faults: {timeline: [{at: 10 min, component: crah}]}"
    assert main(["check", asked(tmp_path, more=more)]) == 2
    assert "did you mean one of crah_1 to crah_" in capsys.readouterr().err
    assert main(["ride-through", str(SHIPPED / "superpod_b200.yaml"), "--lose", "crah"]) == 2
    assert "did you mean one of crah_1 to crah_" in capsys.readouterr().err


def test_a_handler_of_another_hall_is_said_to_stand_there(
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = str(SHIPPED / "campus_20mw.yaml")
    assert main(["airflow", file, "--lose", "fanwall_2_1"]) == 2
    assert "it stands in hall 'hall_2'" in capsys.readouterr().err


def test_a_layout_with_a_misspelt_key_is_still_a_layout(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (SHIPPED / "edge_200kw.yaml").read_text(encoding="utf-8")
    (tmp_path / "room.yaml").write_text(text.replace("\nhalls:", "\nhals:"), encoding="utf-8")
    assert main(["check", str(tmp_path / "room.yaml")]) == 2
    told = capsys.readouterr().err
    assert "did you mean 'halls'?" in told
    assert "site" not in told


def test_a_unit_of_something_else_is_answered_with_those_that_fit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (SHIPPED / "solar_edge.yaml").read_text(encoding="utf-8")
    (tmp_path / "room.yaml").write_text(text.replace("1 MWh", "40 Ah"), encoding="utf-8")
    assert main(["check", str(tmp_path / "room.yaml")]) == 2
    assert "a number with its unit (J, kJ, MJ, Wh, kWh, MWh or GWh)" in capsys.readouterr().err
