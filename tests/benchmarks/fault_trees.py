"""Fault trees beside other engines: `python -m tests.benchmarks.fault_trees FILE.xml ...`

Open-PSA files of `and`, `or` and `atleast` gates, each engine in a process of its own with a limit
of time; what it says is held against the exact probability.

optional: pip install faultree==0.4.0 pfta==0.4.0 sfta==0.9.1
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from itertools import combinations
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from time import process_time
from xml.etree.ElementTree import Element, parse

import twin

LIMIT_S = 60.0
HEADS = ("tree", "engine", "probability", "off the exact one", "cut sets", "CPU s", "peak MB")

Gates = dict[str, tuple[str, int, list[str]]]
Events = dict[str, float]
Answer = tuple[float, int | None]


def tree_of(path: Path) -> tuple[Gates, Events]:
    """Gates as (kind, least, inputs) and probabilities of basic events."""
    root = parse(path).getroot()
    gates = {
        str(gate.get("name")): _gate(next(part for part in gate if part.tag != "label"))
        for gate in root.iter("define-gate")
    }
    events = {
        str(event.get("name")): float(next(event.iter("float")).get("value", "nan"))
        for event in root.iter("define-basic-event")
    }
    return gates, events


def _gate(formula: Element) -> tuple[str, int, list[str]]:
    if formula.tag in ("gate", "basic-event", "event"):
        return "or", 0, [str(formula.get("name"))]
    inputs = [str(part.get("name")) for part in formula]
    return formula.tag, int(formula.get("min", 0)), inputs


def top_of(gates: Gates) -> str:
    """The gate that is no other's input."""
    used = {name for _, _, inputs in gates.values() for name in inputs}
    (top,) = set(gates) - used
    return top


def by_twin(path: Path) -> Answer:
    """Exact, by diagrams, and cut sets counted."""
    found = twin.fault_tree(path)
    return float(found.probability or "nan"), found.answer.cut_sets_count


def by_faultree(path: Path) -> Answer:
    """A diagram by `dd`; its cut sets are limited to 32 events, and left out."""
    from faultree.builder import compile_tree, quantify_compiled

    gates, events = tree_of(path)
    names = {"and": "AND", "or": "OR", "atleast": "K_OF_N"}
    nodes = [
        {"label": name, "gate": names[kind], "branches": inputs} | ({"k": k} if k else {})
        for name, (kind, k, inputs) in gates.items()
    ]
    leaves = [{"label": name, "prob": value} for name, value in events.items()]
    compiled = compile_tree({"ft_nodes": nodes, "be_nodes": leaves}, include_expressions=False)
    return float(quantify_compiled(compiled)[top_of(gates)]), None


def by_pfta(path: Path) -> Answer:
    """Cut sets, and inclusion and exclusion over all of them."""
    from pfta.core import FaultTree

    gates, events = tree_of(path)
    text = ["- times: nan", ""]
    for name, value in events.items():
        text += [f"Event: {name}", "- model_type: Fixed", f"- probability: {value!r}"]
        text += ["- intensity: 0", ""]
    for name, (kind, k, inputs) in gates.items():
        kind_text = f"VOTE({k})" if kind == "atleast" else kind.upper()
        text += [f"Gate: {name}", f"- type: {kind_text}", f"- inputs: {', '.join(inputs)}", ""]
    top = next(gate for gate in FaultTree("\n".join(text)).gates if gate.id_ == top_of(gates))
    return float(top.computed_probabilities[0]), len(top.computed_expression.terms)


def by_sfta(path: Path) -> Answer:
    """Cut sets, and the sum of their probabilities, which may pass 1."""
    from sfta.core import FaultTree

    gates, events = tree_of(path)
    text: list[str] = []
    for name, value in events.items():
        text += [f"Event: {name}", f"- probability: {value!r}", ""]
    for name, (kind, k, inputs) in gates.items():
        text += _two_kinds(name, kind, k, inputs)
    parts = FaultTree.build("\n".join(text))
    gate_by_id = next(part for part in parts if isinstance(part, dict) and top_of(gates) in part)
    top = gate_by_id[top_of(gates)]
    return float(top.quantity_value), len(top.cut_sets_indices)


def _two_kinds(name: str, kind: str, k: int, inputs: list[str]) -> list[str]:
    """A gate written with AND and OR alone."""
    if kind != "atleast":
        return [f"Gate: {name}", f"- type: {kind.upper()}", f"- inputs: {', '.join(inputs)}", ""]
    chosen = [f"{name}_{i}" for i, _ in enumerate(combinations(inputs, k))]
    text = [f"Gate: {name}", "- type: OR", f"- inputs: {', '.join(chosen)}", ""]
    for part, together in zip(chosen, combinations(inputs, k), strict=True):
        text += [f"Gate: {part}", "- type: AND", f"- inputs: {', '.join(together)}", ""]
    return text


ENGINES: dict[str, Callable[[Path], Answer]] = {
    "twin": by_twin,
    "faultree": by_faultree,
    "pfta": by_pfta,
    "sfta": by_sfta,
}


def _work(engine: str, path: Path, out: Connection) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (4 * 2**30, 4 * 2**30))
    began = process_time()
    try:
        answer: object = ENGINES[engine](path)
    except (Exception, RecursionError) as problem:
        answer = type(problem).__name__
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    out.send((answer, process_time() - began, peak_mb))


def asked(engine: str, path: Path) -> tuple[object, float, float]:
    """Its answer, or why there is none; seconds of CPU; peak memory in MB."""
    context = get_context("spawn")
    here, there = context.Pipe(duplex=False)
    worker = context.Process(target=_work, args=(engine, path, there))
    worker.start()
    found = here.recv() if here.poll(LIMIT_S) else (f"none in {LIMIT_S:g} s", LIMIT_S, float("nan"))
    worker.kill()
    worker.join()
    return found


def rows(paths: list[Path]) -> Iterator[tuple[object, ...]]:
    """A row an engine and tree."""
    for path in paths:
        exact = by_twin(path)[0]
        for engine in ENGINES:
            if engine != "twin" and not find_spec(engine):
                yield (path.stem, engine, "not installed", "", "", "", "")
                continue
            answer, cpu_s, peak_mb = asked(engine, path)
            if isinstance(answer, tuple):
                off = f"{answer[0] / exact - 1:.1e}"
                yield (path.stem, engine, f"{answer[0]:.7g}", off, answer[1] or "", cpu_s, peak_mb)
            else:
                yield (path.stem, engine, answer, "", "", cpu_s, peak_mb)


if __name__ == "__main__":
    from tests.benchmarks.__main__ import table

    table("Fault trees", HEADS, rows([Path(name) for name in sys.argv[1:]]))
