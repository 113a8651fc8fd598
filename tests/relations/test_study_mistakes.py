"""What planners get wrong in study files, and what they are told, through the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from twin.cli import main

LAYOUT = Path(__file__).parents[2] / "layouts" / "gb200_su.yaml"
HANDLERS = {"path": "air.crah.count", "values": [4, 5]}


@pytest.fixture
def told(tmp_path: Path, capsys: Any) -> Any:
    """What `twin study` says of a file with these keys."""
    (tmp_path / "hall.yaml").write_text(LAYOUT.read_text(encoding="utf-8"), encoding="utf-8")

    def ran(code: int = 2, out: str = "out", **keys: Any) -> str:
        asked = {"version": 1, "name": "asked", "scenario": "hall.yaml", "outcomes": ["pue"]} | keys
        path = tmp_path / "study.yaml"
        path.write_text(yaml.safe_dump(asked, sort_keys=False), encoding="utf-8")
        where = ["--out", str(tmp_path / out), "--workers", "1"]
        ended = main(["study", str(path), *where])
        says = " ".join(capsys.readouterr().err.split())
        assert ended == code, says
        return says

    return ran


def test_one_path_under_two_names_is_refused(told: Any) -> None:
    """The second would silently win."""
    other = {"path": "layout.cooling.air.crah.count", "values": [4, 5]}
    says = told(vary={"few": HANDLERS, "many": other})
    assert "vary.many: found layout.cooling.air.crah.count, which few varies too" in says


def test_a_part_of_what_varies_is_refused(told: Any) -> None:
    whole = {"path": "faults", "values": [{"timeline": []}, {"timeline": [], "crews": 3}]}
    part = {"path": "faults.seed", "values": [1, 2]}
    assert "which whole varies too" in told(vary={"whole": whole, "part": part})


def test_an_arm_that_changes_what_varies_is_refused(told: Any) -> None:
    """Every point would undo it, and the arms would be told to be alike."""
    arms = {"as_built": {}, "more": {"air.crah.count": 6}}
    says = told(vary={"handlers": HANDLERS}, arms=arms)
    assert "found a change of what handlers varies" in says
    assert "what varies would replace it" in says


def test_a_value_that_stands_twice_is_refused(told: Any) -> None:
    says = told(vary={"handlers": {"path": "air.crah.count", "values": [4, 5, 4]}})
    assert "found 4 2 times; allowed: each value once" in says


def test_an_unknown_outcome_and_constraint_stand_at_their_lines(told: Any) -> None:
    keys = {"vary": {"handlers": HANDLERS}, "outcomes": ["pu"], "constraints": ["pew <= 2"]}
    says = told(**keys)
    assert "study.yaml:5:3: outcomes[0]: found 'pu'" in says
    assert "constraints[0]: found 'pew'" in says
    assert "did you mean 'pue'" in says


def test_a_ratio_in_a_table_is_told_where_ratios_are(told: Any) -> None:
    says = told(vary={"handlers": HANDLERS}, outcomes=["energy_facility_j / energy_it_j"])
    assert "`method: compare`" in says


def test_a_study_of_a_study_is_told_in_one_line(told: Any, tmp_path: Path) -> None:
    other = {"version": 1, "name": "other", "scenario": "hall.yaml", "vary": {"h": HANDLERS}}
    (tmp_path / "other.yaml").write_text(yaml.safe_dump(other), encoding="utf-8")
    says = told(scenario="other.yaml", vary={"handlers": HANDLERS})
    assert "scenario: found other.yaml, a study; allowed: a scenario or layout file" in says
    assert says.count("found") == 1


def test_a_table_of_another_study_is_not_replaced(told: Any) -> None:
    one = {"vary": {"handlers": HANDLERS}}
    told(0, **one)
    assert "the table of another study, asked" in told(2, name="other", **one)
    told(0, **one)


def test_an_outcome_without_a_number_in_any_case_is_told_once(told: Any) -> None:
    arms = {"as_built": {}, "more": {"air.crah.count": 6}}
    keys = {"method": "compare", "arms": arms, "compare": {"most": 5, "least": 5}}
    says = told(outcomes=["joules_per_token_facility"], **keys)
    assert "joules_per_token_facility is nan in all 10 cases" in says
    assert says.count("found") == 1


def test_what_a_comparison_lacks_stands_at_its_line(told: Any) -> None:
    says = told(method="compare", arms={"alone": {}})
    assert "arms: found one arm; allowed: two or more" in says
    says = told(method="compare", arms={"a": {}, "b": {}}, compare={"most": 6, "least": 9})
    assert "compare.most: found 6; allowed: 9 (the first look) or more" in says


def test_a_change_that_cannot_be_made_stands_at_its_line_in_every_method(told: Any) -> None:
    arms = {"as_built": {}, "more": {"air.crah.cuont": 4}}
    says = told(method="compare", arms=arms)
    assert "study.yaml:10:21: air.crah.cuont: found an unknown key" in says
    assert "did you mean 'count'" in says
