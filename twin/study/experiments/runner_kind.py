"""What runs cases, whoever it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from twin.study.experiments.case import Case, CaseAnswer

Runner = Callable[[Mapping[str, Case]], Iterator[tuple[str, CaseAnswer]]]
"""Takes cases by key; gives each key with its answer, in any order."""
