"""Figures that others draw are waited for once the rest of the page is there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
from synthetic import synthetic

import twin.present.report as report
from twin.present.figures import FIGURES, Drawing


class Elsewhere(Mapping[str, Drawing]):
    """Drawings of other processes: whoever counts them or reads one waits for all."""

    def __init__(self, done: list[str]) -> None:
        self._done = done

    def __getitem__(self, name: str) -> Drawing:
        self._done.append("drawings")
        return Drawing(b"", "left out")

    def __len__(self) -> int:
        self._done.append("drawings")
        return len(FIGURES)

    def __iter__(self) -> Iterator[str]:
        raise AssertionError("nobody needs their names")


def test_chapters_and_tables_are_made_before_drawings_are_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done: list[str] = []
    for name in ("chapters", "behind"):
        made = getattr(report, name)

        def noted(*asked: object, name: str = name, made: object = made) -> object:
            done.append(name)
            return made(*asked)  # type: ignore[operator]

        monkeypatch.setattr(report, name, noted)
    report.render(synthetic(), drawings=Elsewhere(done))
    first = done.index("drawings")
    assert set(done[:first]) == {"chapters", "behind"}
    assert set(done[first:]) == {"drawings"}
