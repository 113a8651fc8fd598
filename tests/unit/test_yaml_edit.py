"""One value of a YAML file changes, and not a byte beside it."""

from __future__ import annotations

import pytest
import yaml

from twin.scenario.yaml.edit import with_value

TEXT = """\
# A pod.
name: pod    # its name

halls:
  - name: hall
    size: [14 m, 14 m, 4.5 m]     # inside
    rows:
      - name: compute
        racks: 8 x a
        at: [4 m, 4.9 m]   # south-west
        fed_by:
          - {source: rpp_a}

      # the second row
      - {name: support, racks: 2 x b}
overrides:
  compute_r1: {rating: 10 kW}
  compute_r2:
    rating: 9 kW   # less

# the end
storage: {type: c}
"""


@pytest.mark.parametrize(
    ("place", "content", "lines"),
    [
        (("halls", 0, "rows", 0, "at"), "[1 m, 2 m]", ["        at: [1 m, 2 m]   # south-west"]),
        (("name",), "house", ["name: house    # its name"]),
        (
            ("halls", 0, "rows", 1, "at"),
            "[1 m, 2 m]",
            ["      - {name: support, racks: 2 x b, at: [1 m, 2 m]}"],
        ),
        (
            ("overrides", "compute_r1", "position"),
            "[1 m, 2 m]",
            ["  compute_r1: {rating: 10 kW, position: [1 m, 2 m]}"],
        ),
        (
            ("overrides", "compute_r2", "position"),
            "[1 m, 2 m]",
            ["    rating: 9 kW   # less", "    position: [1 m, 2 m]"],
        ),
        (
            ("overrides", "compute_r3", "position"),
            "[1 m, 2 m]",
            ["  compute_r3: {position: [1 m, 2 m]}"],
        ),
        (("halls", 0, "at"), "[1 m, 2 m]", ["    at: [1 m, 2 m]"]),
        (("fabric", "kind"), "none", ["fabric: {kind: none}"]),
    ],
)
def test_a_value_is_put_and_all_else_stays(place, content, lines) -> None:
    after = with_value(TEXT, place, content)
    data = yaml.safe_load(after)
    for part in place:
        data = data[part]
    assert data == yaml.safe_load(content)
    assert [line for line in lines if line in after.splitlines()] == lines
    old = set(TEXT.splitlines())
    kept = [line for line in after.splitlines() if line in old]
    assert len(kept) >= len(TEXT.splitlines()) - 1
    assert [line for line in after.splitlines() if line not in old] != []
    assert after.count("#") == TEXT.count("#")


def test_a_way_through_a_value_or_past_a_list_is_refused() -> None:
    with pytest.raises(ValueError, match="no mapping"):
        with_value(TEXT, ("name", "first"), "a")
    with pytest.raises(ValueError, match="no item 7"):
        with_value(TEXT, ("halls", 7, "at"), "a")


def test_a_file_without_a_last_line_break_and_an_empty_mapping_in_braces() -> None:
    assert yaml.safe_load(with_value("a: {}", ("a", "b"), "1")) == {"a": {"b": 1}}
    assert yaml.safe_load(with_value("a: 1", ("b",), "2")) == {"a": 1, "b": 2}
