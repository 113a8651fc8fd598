"""Two or more results side by side: what decides first, then all that differs, then what was asked.

The first result is the one that the others are held against.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from twin.analysis.compare import Comparison, compare, stated
from twin.analysis.economics.named import figures
from twin.analysis.figure_row import Row
from twin.analysis.made import FOLLOWS, Made, made
from twin.analysis.verdict import availability, judgements, made_frac, missed
from twin.named_quantity import spoken
from twin.quantities import duration
from twin.results import Result

_NO_ANSWERS = ("wall_s", "events", "instants")
_RESIDUAL = "_residual_frac"


@dataclass(frozen=True)
class AskedKey:
    """A key of the scenarios whose values differ; None where a scenario lacks it."""

    key: str
    values: tuple[Any, ...]


@dataclass(frozen=True)
class SideBySide:
    """Results side by side."""

    names: tuple[str, ...]
    misses: tuple[tuple[str, ...], ...]
    """Limits and targets that each result misses."""
    decides: tuple[Row, ...]
    """What a planner decides by, whether it differs or not."""
    others: tuple[Row, ...]
    """Every other number of the summaries and of economics that differs."""
    asked: tuple[AskedKey, ...]
    """What was asked differently."""
    warnings: tuple[str, ...]
    """Why numbers must not be used, or cover less than their horizon."""
    made: Made
    """What each of them made of it."""
    pair: Comparison | None = None
    """Of two results, the same as `twin.compare` tells it."""

    def as_dict(self) -> dict[str, Any]:
        """Plain values; numbers that are missing are None. Of two results `outputs` and `inputs`
        are as `twin.compare` tells them.
        """
        return {
            "designs": list(self.names),
            "misses": [list(one) for one in self.misses],
            "warnings": list(self.warnings),
            "decides": [_plain(row) for row in self.decides],
            "others": [_plain(row) for row in self.others],
            "inputs": [asdict(one) for one in self.asked],
            **(self.pair.as_dict() if self.pair else {}),
        }


def side_by_side(results: Sequence[Result], names: Sequence[str]) -> SideBySide:
    """Hold results against the first. InputError where a result's scenario cannot be read."""
    served = made(results)
    decides = tuple(_decides(results, served))
    known = {row.name for row in decides}
    others = [row for row in _numbers(results) if row.name not in known and row.differs]
    return SideBySide(
        tuple(names),
        tuple(tuple(one.what for one in missed(judgements(held))) for held in results),
        decides,
        tuple(others),
        tuple(_asked([held.scenario_yaml for held in results])),
        tuple(_warnings(results, names)),
        served,
        compare(*results) if len(results) == 2 else None,
    )


_SUMMARY = (
    ("tokens_inference", "Tokens served", "more"),
    ("tokens_training", "Tokens trained", "more"),
    ("tokens_lost_by_fault", "Tokens lost", "less"),
    ("energy_facility_j", "Energy used", "less"),
    ("peak_demand_w", "Peak demand", "less"),
    ("pue", "PUE", "less"),
    ("wue_l_per_kwh", "WUE", "less"),
    ("carbon_kg", "Carbon", "less"),
    ("cost_usd", "Cost of running", "less"),
)
_ECONOMICS = (
    ("usd_per_mtok_served", "A million tokens served", "less"),
    ("usd_per_mtok_trained", "A million tokens trained", "less"),
    ("usd_per_gpu_h", "A GPU hour", "less"),
    ("capex_usd", "Bought", "less"),
)
WAYS: dict[str, str] = {
    "tokens_total": "more",
    **{name: better for name, _, better in (*_SUMMARY, *_ECONOMICS)},
    "joules_per_token_facility": "less",
    "energy_cooling_j": "less",
    "usd_lost_by_fault": "less",
    "npv_usd": "more",
    "irr_frac": "more",
    "payback_years": "less",
    "equity_npv_usd": "more",
    "equity_irr_frac": "more",
    "dscr_least": "more",
}
"""Which way is better, of numbers that one way is better of by itself; those that decide first."""
AMOUNTS = frozenset(
    {"tokens_inference", "tokens_training", "tokens_lost_by_fault", "energy_facility_j",
     "carbon_kg", "cost_usd"}
)  # fmt: skip
"""What grows with the length of a run: of unlike lengths neither is better."""
_EACH = (
    ("energy_each_j", "energy_facility_j", "Energy"),
    ("carbon_each_kg", "carbon_kg", "Carbon"),
    ("cost_each_usd", "cost_usd", "Cost of running"),
)
"""What is told for each unit that was made."""
_OWN: tuple[tuple[str, str, str, Callable[[Result], float]], ...] = (
    ("tokens_made_frac", "Tokens made of the undisturbed", "more", made_frac),
    ("availability", "Availability of all racks", "more", availability),
    ("headroom_frac", "Headroom at N-1", "more", lambda held: _headroom(held)),
    ("gpus", "GPUs", "", lambda held: float(held.frame("components")["gpus"].sum())),
)


def _decides(results: Sequence[Result], served: Made) -> Iterator[Row]:
    economics = [figures(held) for held in results]
    told = [_told(held) for held in results]
    alike = len(set(_lengths_s(results))) == 1
    summary = [
        (name, what, better if alike or name not in AMOUNTS else "")
        for name, what, better in _SUMMARY
    ]
    for name, what, better in summary[:3]:
        yield _row(name, what, better, told)
    for name, what, better, of in _OWN:
        yield Row(name, what, tuple(of(held) for held in results), better)
    for name, what, better in summary[3:]:
        row = _row(name, what, better, told)
        yield replace(row, made=served.amounts) if name in FOLLOWS else row
    yield from _each(told, served)
    for name, what, better in _ECONOMICS:
        if any(name in held for held in economics):
            yield _row(name, what, better, economics)


def _each(told: Sequence[dict[str, Any]], served: Made) -> Iterator[Row]:
    """Amounts for each unit that was made, where not all made the same: else they say no more."""
    if not served.differs:
        return
    for name, of, what in _EACH:
        pairs = zip(told, served.amounts, strict=True)
        values = tuple(_number(held.get(of)) / much if much else math.nan for held, much in pairs)
        yield Row(name, f"{what} {served.unit}", values, "less")


def _told(result: Result) -> dict[str, Any]:
    """The summary, without tokens of work that the run did not have: it made no other number of
    them, nor none.
    """
    held = dict(result.summary)
    lacks = {
        "tokens_inference": not len(result.frame("services")),
        "tokens_training": "training" not in set(result.frame("jobs")["kind"]),
        "tokens_lost_by_fault": not held.get("tokens_total"),
    }
    return {**held, **{key: math.nan for key, gone in lacks.items() if gone and not held.get(key)}}


def _lengths_s(results: Sequence[Result]) -> list[float]:
    return [_number(held.summary.get("simulated_s")) for held in results]


def _row(name: str, what: str, better: str, held: Sequence[dict[str, Any]]) -> Row:
    return Row(name, what, tuple(_number(one.get(name)) for one in held), better)


def _headroom(result: Result) -> float:
    """What is left of the rating of the heaviest power element after the worst one loss."""
    worst = result.frame("loading")["worst_load_frac"].dropna()
    return 1.0 - float(worst.max()) if len(worst) else math.nan


def _numbers(results: Sequence[Result]) -> Iterator[Row]:
    """Every number of summaries and economics; what closes a balance to rounding is no answer."""
    held = [{**one.summary, **figures(one)} for one in results]
    names = dict.fromkeys(name for one in held for name in one)
    for name in names:
        words = name if name.endswith("_usd") else spoken(name)
        row = _row(name, words.replace("_", " "), "", held)
        if is_answer(name) and any(math.isfinite(value) for value in row.values):
            yield row


def is_answer(name: str) -> bool:
    """Whether a figure of a summary tells of the factory: not of the computer, nor of rounding."""
    return name not in _NO_ANSWERS and not name.endswith(_RESIDUAL)


def _asked(texts: Sequence[str]) -> Iterator[AskedKey]:
    held = [stated(text) for text in texts]
    for key in dict.fromkeys(key for one in held for key in one):
        values = tuple(one.get(key) for one in held)
        if any(value != values[0] for value in values[1:]):
            yield AskedKey(key, values)


def _warnings(results: Sequence[Result], names: Sequence[str]) -> Iterator[str]:
    for held, name in zip(results, names, strict=True):
        if held.invalid:
            yield f"{name} is not valid: {held.invalid}; its numbers must not be used"
        if stopped := held.meta.get("stopped"):
            yield f"{name} did not reach its end: it {stopped}"
    lengths_s = _lengths_s(results)
    if len({one for one in lengths_s if math.isfinite(one)}) > 1:
        each = ", ".join(
            f"{name} {duration(one)}" for name, one in zip(names, lengths_s, strict=True)
        )
        yield (
            f"The runs are not of one length ({each}): of tokens, energy, carbon and cost, which "
            "grow with it, none is called better"
        )


def _plain(row: Row) -> dict[str, Any]:
    values = [value if math.isfinite(value) else None for value in row.values]
    changes = [row.change_frac(n) for n in range(1, len(row.values))]
    return {"name": row.name, "what": row.what, "values": values, "change_fracs": changes,
            "best": list(row.best)}  # fmt: skip


def _number(value: Any) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number else math.nan
