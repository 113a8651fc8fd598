"""An Open-PSA model as a graph of gates."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from twin.analysis.fault_tree.common_cause import add_group
from twin.analysis.fault_tree.private_names import tell_apart
from twin.analysis.fault_tree.values import Values
from twin.analysis.fault_tree.xml_file import Element, read_xml
from twin.errors import InputError, Problem, did_you_mean
from twin.physics.reliability.fault_tree.graph import FALSE, TRUE, TreeGraph

_REFERENCES = ("gate", "basic-event", "house-event", "event")
_CONNECTIVES = (
    "and", "or", "atleast", "not", "xor", "nand", "nor", "iff", "imply", "cardinality", "constant",
)  # fmt: skip


_PASSED_OVER = {
    "define-alignment": "phases of a mission: house events stand as they are defined",
    "define-substitution": "substitutions in cut sets: the answer is that of the tree as drawn",
}
"""Extensions that would change an answer."""


class FaultTreeModel:
    """Gates, events and parameters of the files of one model; `top` builds the graph of a gate."""

    def __init__(self, paths: Sequence[Path], mission_time_h: float) -> None:
        self.root = _joined_files(paths)
        self.passed_over = tuple(
            f"passed over: <{tag}>, {why}"
            for tag, why in _PASSED_OVER.items()
            if any(True for _ in self.root.every(tag))
        )
        tell_apart(self.root)
        self.graph = TreeGraph()
        self.values = Values(self._named("define-parameter"), mission_time_h)
        self.gates = self._named("define-gate")
        self.literals: dict[str, int] = {}
        self._add_events()
        self._check()

    def _named(self, tag: str) -> dict[str, Element]:
        found: dict[str, Element] = {}
        for one in self.root.every(tag):
            name = one.get("name")
            if name in found:
                first = found[name]
                where = "" if first.file == one.file else f" of {first.file}"
                one.refuse("a second definition", f"one; the first is on line {first.line}{where}")
            found[name] = one
        return found

    def _add_events(self) -> None:
        for name, event in self._named("define-house-event").items():
            constants = list(event.every("constant"))
            state = constants[0].get("value") if constants else "false"
            self.literals[name] = TRUE if state == "true" else FALSE
        for group in self.root.every("define-CCF-group"):
            self.literals |= add_group(self.graph, group, self.values)
        for name, event in self._named("define-basic-event").items():
            if name not in self.literals:
                self.literals[name] = self.graph.event(self.values.probability(event))

    def _check(self) -> None:
        """InputError with every name that is used and nowhere defined."""
        known = [*self.gates, *self.literals]
        there = set(known)
        problems: list[Problem] = []
        for gate in self.gates.values():
            for tag in _REFERENCES:
                for one in gate.every(tag):
                    name = one.get("name")
                    if name not in there:
                        hint = did_you_mean(name, known)
                        allowed = "a gate or event of the file, or of another one named beside it"
                        problems.append(one.problem(f"unknown {tag} {name!r}", allowed, hint))
        if problems:
            raise InputError(problems)

    def top_names(self) -> list[str]:
        """Gates that no other gate uses, in the order of the file."""
        used = {
            one.get("name")
            for gate in self.gates.values()
            for tag in ("gate", "event")
            for one in gate.every(tag)
        }
        return [name for name in self.gates if name not in used]

    def refuse_circles(self, tops: Sequence[str]) -> None:
        """InputError where gates stand under none of the tops: something above them is a circle."""
        under: set[str] = set()
        waiting = list(tops)
        while waiting:
            gate = waiting.pop()
            if gate not in under:
                under.add(gate)
                waiting += [name for name in self._inputs(gate) if name in self.gates]
        for gate in self.gates:
            if gate not in under:
                self.top(gate)

    def top(self, name: str) -> int:
        """Literal of a gate, with all below it built. InputError where gates form a circle."""
        open_gates: dict[str, None] = {}
        stack = [name]
        while stack:
            gate = stack[-1]
            waiting = [n for n in self._inputs(gate) if n not in self.literals]
            if gate not in self.literals and waiting:
                open_gates[gate] = None
                self._refuse_circle(open_gates, waiting, gate)
                stack.append(waiting[0])
                continue
            if gate not in self.literals:
                self.literals[gate] = self._formula(self._only(self.gates[gate]))
            open_gates.pop(gate, None)
            stack.pop()
        return self.literals[name]

    def _inputs(self, gate: str) -> list[str]:
        return [one.get("name") for tag in _REFERENCES for one in self.gates[gate].every(tag)]

    def _refuse_circle(self, open_gates: dict[str, None], waiting: list[str], gate: str) -> None:
        if waiting[0] in open_gates:
            way = list(open_gates)
            circle = [*way[way.index(waiting[0]) :], waiting[0]]
            self.gates[gate].refuse("a circle: " + " -> ".join(circle), "gates without a circle")

    def _only(self, element: Element) -> Element:
        inner = element.meant()
        if len(inner) != 1:
            element.refuse(f"{len(inner)} formulas", "one, such as <or>...</or>")
        return inner[0]

    def _formula(self, formula: Element) -> int:
        if formula.tag in _REFERENCES:
            return self.literals[formula.get("name")]
        if formula.tag == "constant":
            return TRUE if formula.get("value") == "true" else FALSE
        if formula.tag not in _CONNECTIVES:
            hint = did_you_mean(formula.tag, _CONNECTIVES)
            formula.refuse(f"<{formula.tag}>", ", ".join(_CONNECTIVES), hint)
        inputs = [self._formula(one) for one in formula.meant()]
        if not inputs:
            formula.refuse(f"<{formula.tag}> without inputs", "one input or more")
        return self._joined(formula, inputs)

    def _joined(self, formula: Element, inputs: list[int]) -> int:
        graph = self.graph
        tag = formula.tag
        if tag in ("and", "nand"):
            made = graph.all_of(inputs)
        elif tag in ("or", "nor"):
            made = graph.any_of(inputs)
        elif tag in ("atleast", "cardinality"):
            made = self._counted(formula, inputs)
        elif tag == "not":
            made = graph.negation(self._exactly(formula, inputs, 1)[0])
        elif tag == "imply":
            given, then = self._exactly(formula, inputs, 2)
            made = graph.any_of([graph.negation(given), then])
        else:
            made = graph.odd_of(self._exactly(formula, inputs, 2) if tag == "iff" else inputs)
        return graph.negation(made) if tag in ("nand", "nor", "iff") else made

    def _exactly(self, formula: Element, inputs: list[int], count: int) -> list[int]:
        if len(inputs) != count:
            formula.refuse(f"{len(inputs)} inputs of <{formula.tag}>", str(count))
        return inputs

    def _counted(self, formula: Element, inputs: list[int]) -> int:
        least = self._whole(formula, "min", len(inputs))
        made = self.graph.at_least(least, inputs)
        if formula.tag == "atleast":
            return made
        most = self._whole(formula, "max", len(inputs))
        more = self.graph.at_least(most + 1, inputs)
        return self.graph.all_of([made, self.graph.negation(more)])

    def _whole(self, formula: Element, name: str, most: int) -> int:
        text = formula.get(name)
        if not text.isdigit() or int(text) > most:
            formula.refuse(f"{name}={text!r}", f"a whole number up to its {most} inputs")
        return int(text)


def _joined_files(paths: Sequence[Path]) -> Element:
    """The files of one model as one element, in their order."""
    roots = [read_xml(path) for path in paths]
    for root in roots:
        if root.tag != "opsa-mef":
            root.refuse(f"<{root.tag}>", "<opsa-mef>, an Open-PSA model")
    inner = [one for root in roots for one in root.inner]
    return Element("opsa-mef", {}, roots[0].file, roots[0].line, inner)
