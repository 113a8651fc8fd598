"""What a redundancy study says, as sentences and tables: for the report and for the terminal.

Reads a study as `twin.analysis.redundancy` writes it, plain values of a JSON document; any part may
be missing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from twin.catalogue.equipment_kinds import singular
from twin.present import availability_tables
from twin.present.blocks import Block, Columns, Grid, Lines, grid, words
from twin.present.continuity_tables import continuity
from twin.present.study import HOURS_A_YEAR, Study, part, scientific, share
from twin.quantities import count, counted, duration, number, percent, power, short, span

_VERDICTS = {
    "concurrently_maintainable": (
        "concurrent-maintainability",
        "each element taken out for work in turn",
    ),
    "fault_tolerant": ("fault-tolerance", "each element failing in turn"),
}
_COSTS = ("racks", "gpus", "load_w")
_LOSS: Columns = {
    "Racks": ("racks", count), "GPUs": ("gpus", count), "Load": ("load_w", power),
}  # fmt: skip


def blocks(study: Study, components: pd.DataFrame, most_cut_sets: int = 100) -> list[Block]:
    """Verdicts, losses tried, single points, pairs, cut sets, availability, importance,
    overloads.

    components   the table of that name, for the kinds of what fails
    """
    return [
        Lines(
            "Verdicts", tuple(_verdict(study.get(key), *said) for key, said in _VERDICTS.items())
        ),
        counts(study),
        points(study, components),
        *continuity(study),
        pairs(study),
        cut_sets(study, most_cut_sets),
        availability_tables.availability(study),
        availability_tables.importance(study),
        *overloads(study),
    ]


def verdict_word(held: Any) -> bool | None:
    """True, False or None where the study does not say."""
    found = held.get("verdict") if isinstance(held, Mapping) else held
    return bool(found) if found is not None and not isinstance(found, str) else None


def sentences(study: Study) -> list[str]:
    """How large the system is, how long it is down in a year, and what that means."""
    size = (
        f"{counted(study.get('components'), 'component')} that can fail serve "
        f"{counted(study.get('loads'), 'rack')}"
    )
    exact = number(part(study, "availability_exact").get("unavailability"))
    event = str(part(study, "top_event").get("says") or "")
    what = "Some rack is not served in full" if _of_any_load(study) else event.capitalize()
    down = f"{what} for {_yearly(exact)} in a year." if math.isfinite(exact) else ""
    meaning = short(str(study.get("meaning") or ""), 400)
    return [f"{size} of {power(study.get('load_w'))} together.", *filter(None, [down, meaning])]


def _of_any_load(study: Study) -> bool:
    return str(part(study, "top_event").get("asked", "load")) == "load"


def _yearly(unavailability: float) -> str:
    return f"{duration(unavailability * HOURS_A_YEAR * 3600)} on average"


def _verdict(held: Any, scheme: str, meaning: str) -> str:
    meets = verdict_word(held)
    if meets is None:
        return f"The {scheme} criterion was not decided."
    word = "Meets" if meets else "Does not meet"
    example = held.get("counter_example") if isinstance(held, Mapping) else None
    against = (
        f" Counter-example: {_counter(example)}."
        if isinstance(example, Mapping) and not meets
        else ""
    )
    left = held.get("not_judged") if isinstance(held, Mapping) else None
    missing = f" Not judged: {', '.join(map(str, left))}." if left else ""
    return f"{word} the {scheme} topology criterion in this model ({meaning}).{against}{missing}"


def together(names: Sequence[str]) -> str:
    """Names of what is lost at once, written out: a range would read as each of them."""
    return " and ".join(short(name, 40) for name in names)


def _how(example: Study) -> str:
    gap_s = number(example.get("gap_s"))
    return f"are interrupted for {duration(gap_s)}" if gap_s > 0 else "are not served"


def _counter(example: Study) -> str:
    """Which loss, and what it drops or overloads."""
    lost = together(example.get("lost") or []) or "nothing"
    loads = list(example.get("loads") or [])
    if number(example.get("loads_count")) > 0:
        more = number(example["loads_count"]) - len(loads)
        named = span(loads) + (f" and {count(more)} more" if more > 0 else "")
        return (
            f"without {lost}, {counted(example.get('racks'), 'rack')} with "
            f"{counted(example.get('gpus'), 'GPU')} and "
            f"{power(example.get('load_w'))} {_how(example)}: {named}"
        )
    over = [f"{short(one.get('component'))} carries {percent(one.get('load_frac'))} of its rating"
            for one in list(example.get("overloads") or [])[:2]]  # fmt: skip
    return f"without {lost}, {' and '.join(over) or 'a rating is exceeded'}"


def counts(study: Study) -> Grid:
    """How many losses of one and of two components drop a rack."""
    rows = []
    orders = part(study, "cut_set_counts")
    for name, key, order in (
        ("one component lost (N-1)", "n_minus_1", "1"),
        ("two lost (N-2)", "n_minus_2", "2"),
    ):
        held = part(study, key)
        share = number(held.get("failing")) / (number(held.get("cases")) or math.nan)
        rows.append((name, held.get("cases"), held.get("failing"), share, orders.get(order)))
    frame = pd.DataFrame(rows, columns=["case", "cases", "failing", "share", "sets"])
    columns: Columns = {
        "Case": ("case", words),
        "Tried": ("cases", count),
        "Drop a rack": ("failing", count),
        "Share": ("share", percent),
        "Minimal cut sets": ("sets", count),
    }
    return grid("Losses tried", frame, columns)


def points(study: Study, components: pd.DataFrame) -> Grid:
    """Single points of failure, equals that take the same down folded."""
    held = pd.DataFrame(list(study.get("single_points_of_failure") or []))
    frame = held.reindex(columns=["component", "racks", "gpus", "load_w", "effect", "left_frac"])
    frame["effect"] = frame["effect"].astype(object).fillna("")
    frame = frame.sort_values(["load_w", "gpus", "racks"], ascending=False, kind="stable")
    kinds = dict(zip(components["id"], components["kind"], strict=True))
    frame["kind"] = [singular(kinds.get(name, "")) for name in frame["component"]]
    columns: Columns = {"Component": ("component", words), "Kind": ("kind", words), **_LOSS,
                        "Effect": ("effect", words), "Left": ("left_frac", percent)}  # fmt: skip
    made = grid("Single points of failure, largest loss first", frame, columns, most=20, fold=True)
    note = "None: with any one component lost, every rack is served." if frame.empty else made.note
    return Grid(made.title, made.headings, made.rows, made.right, note)


def pairs(study: Study) -> Grid:
    """The heaviest pairs that hold no single point of failure."""
    worst = [
        one for one in list(part(study, "n_minus_2").get("worst") or []) if isinstance(one, Mapping)
    ]
    frame = pd.DataFrame([{"lost": together(one.get("lost") or []), **{key: one.get(key) for key in
                          ("racks", "gpus", "load_w")}} for one in worst],
                         columns=["lost", "racks", "gpus", "load_w"])  # fmt: skip
    columns: Columns = {"Lost together": ("lost", words), **_LOSS}
    made = grid("Pairs that drop most, single points left out", frame, columns, most=10)
    note = "No pair was found, or none was tried." if frame.empty else made.note
    return Grid(made.title, made.headings, made.rows, made.right, note)


def cut_sets(study: Study, most: int = 100) -> Grid:
    """What must fail together, most probable first, and what it costs."""
    held = pd.DataFrame(list(study.get("cut_set_rows") or []))
    frame = held.reindex(
        columns=["order", "components", "probability", "share_of_unavailability", *_COSTS]
    )
    frame["names"] = [
        " + ".join(short(name, 40) for name in names or ()) for names in frame["components"]
    ]
    opens = f"Minimal cut sets, most probable first ({count(len(frame))} listed)"
    columns: Columns = {
        "Order": ("order", count),
        "These together": ("names", words),
        "Probability": ("probability", scientific),
        "Part in the unavailability": ("share_of_unavailability", share),
        **_LOSS,
    }
    made = grid("Minimal cut sets", frame, columns, most=most, closed=opens)
    orders = ", ".join(
        f"{count(many)} of order {order}" for order, many in part(study, "cut_set_counts").items()
    )
    note = f"{made.note} In all: {orders}.".strip() if orders else made.note
    return Grid(made.title, made.headings, made.rows, made.right, note, made.closed)


def overloads(study: Study) -> list[Lines]:
    """Ratings exceeded as built or after one loss, heaviest first."""
    held = [one for one in list(study.get("overloads") or []) if isinstance(one, Mapping)]
    told = []
    for one in held[:20]:
        lost = together(one.get("lost") or [])
        when = f"without {lost}" if lost else "with everything in service"
        told.append(
            f"{short(one.get('component'))} carries {percent(one.get('load_frac'))} of its "
            f"rating {when}"
        )
    more = number(study.get("overloads_count")) - len(told)
    rest = [f"and {count(more)} more"] if more > 0 else []
    return [Lines("Ratings exceeded after one loss", (*told, *rest))] if told else []
