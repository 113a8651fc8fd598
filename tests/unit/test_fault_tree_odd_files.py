"""Odd but legal files of fault trees, against truth tables and sums written down here."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from itertools import combinations, product
from pathlib import Path
from typing import Any

import pytest

from twin.cli import main

State = dict[str, bool]


def file(folder: Path, tree: str, model: str = "") -> Path:
    path = folder / "tree.xml"
    path.write_text(
        f'<opsa-mef><define-fault-tree name="t">{tree}</define-fault-tree>'
        f"<model-data>{model}</model-data></opsa-mef>",
        encoding="utf-8",
    )
    return path


def told(path: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    assert main(["fault-tree", str(path), "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def events(chance: dict[str, str]) -> str:
    made = [f'<define-basic-event name="{n}">{e}</define-basic-event>' for n, e in chance.items()]
    return "".join(made)


def number(value: float) -> str:
    return f'<float value="{value!r}"/>'


def named(names: str) -> str:
    return "".join(f'<basic-event name="{name}"/>' for name in names)


def gate(name: str, formula: str) -> str:
    return f'<define-gate name="{name}">{formula}</define-gate>'


def by_table(chance: dict[str, float], top: Callable[[State], bool]) -> float:
    """Probability by listing every state."""
    found = []
    for state in product((False, True), repeat=len(chance)):
        here = dict(zip(chance, state, strict=True))
        if top(here):
            found.append(math.prod(p if here[n] else 1 - p for n, p in chance.items()))
    return math.fsum(found)


CHANCE = {"a": 0.1, "b": 0.2, "c": 0.03, "d": 0.4, "e": 0.05}
PLAIN = events({name: number(p) for name, p in CHANCE.items()})


def test_every_connective_inside_another(tmp_path: Path, capsys: Any) -> None:
    formula = (
        f"<or><and><imply>{named('ab')}</imply><iff>{named('cd')}</iff></and>"
        f"<nor>{named('aed')}</nor><not><nand>{named('bc')}</nand></not>"
        f'<cardinality min="1" max="2">{named("ace")}</cardinality>'
        f"<xor>{named('abd')}</xor></or>"
    )
    found = told(file(tmp_path, gate("top", formula), PLAIN), capsys)

    def top(s: State) -> bool:
        follows = (not s["a"] or s["b"]) and s["c"] == s["d"]
        none = not (s["a"] or s["e"] or s["d"])
        some = 1 <= s["a"] + s["c"] + s["e"] <= 2
        odd = (s["a"] + s["b"] + s["d"]) % 2 == 1
        return follows or none or (s["b"] and s["c"]) or some or odd

    assert found["probability"] == pytest.approx(by_table(CHANCE, top), rel=1e-12)
    assert found["minimal_cut_sets"] is None


EXPRESSIONS = {
    "ite": (f"<ite><lt>{number(1)}{number(2)}</lt>{number(0.02)}{number(0.9)}</ite>", 0.02),
    "switch": (
        f"<switch><case><gt>{number(1)}{number(2)}</gt>{number(0.1)}</case>"
        f"<case><geq>{number(2)}{number(2)}</geq>{number(0.2)}</case>{number(0.3)}</switch>",
        0.2,
    ),
    "switch without a case that holds": (
        f"<switch><case><and><bool value='true'/><bool value='false'/></and>{number(0.1)}</case>"
        f"{number(0.3)}</switch>",
        0.3,
    ),
    "beta": (f"<beta-deviate>{number(2)}{number(6)}</beta-deviate>", 0.25),
    "gamma": (f"<gamma-deviate>{number(2)}{number(0.05)}</gamma-deviate>", 0.1),
    "lognormal by its logarithm": (
        f"<lognormal-deviate>{number(-3.0)}{number(0.8)}</lognormal-deviate>",
        math.exp(-3.0 + 0.32),
    ),
    "tested 200 h ago": (
        f"<periodic-test>{number(1e-3)}{number(700)}{number(100)}{number(1000)}</periodic-test>",
        -math.expm1(-0.2),
    ),
    "not tested yet": (
        f"<periodic-test>{number(1e-3)}{number(700)}{number(100)}{number(50)}</periodic-test>",
        -math.expm1(-0.05),
    ),
    "histogram": (
        f"<histogram>{number(0)}<bin>{number(3)}{number(0.1)}</bin>"
        f"<bin>{number(4)}{number(0.5)}</bin></histogram>",
        0.2,
    ),
    "mod": (f"<mod>{number(7.3)}{number(1)}</mod>", math.fmod(7.3, 1.0)),
    "sin": (f"<sin>{number(0.5)}</sin>", math.sin(0.5)),
}


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_an_expression(name: str, tmp_path: Path, capsys: Any) -> None:
    text, expected = EXPRESSIONS[name]
    found = told(file(tmp_path, gate("top", f"<or>{named('x')}</or>"), events({"x": text})), capsys)
    assert found["probability"] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("repair", [0.02, 1e-3])
@pytest.mark.parametrize("time", [50.0, 700.0, 2950.0])
def test_repaired_after_a_test_that_found_it(
    repair: float, time: float, tmp_path: Path, capsys: Any
) -> None:
    """Works, failed, in repair: the three balances in small steps, tested at 100, 800, 1,500 h."""
    rate = 1e-3
    step = 0.01
    failed = 0.0
    mended = 0.0
    for n in range(round(time / step)):
        if n * step >= 100.0 and (n - 10_000) % 70_000 == 0:
            mended += failed
            failed = 0.0
        fails = rate * (1.0 - failed - mended) * step
        mended -= repair * mended * step
        failed += fails
    numbers = "".join(map(number, (rate, repair, 700, 100, time)))
    text = f"<periodic-test>{numbers}</periodic-test>"
    found = told(file(tmp_path, gate("top", f"<or>{named('x')}</or>"), events({"x": text})), capsys)
    assert found["probability"] == pytest.approx(failed + mended, rel=1e-4)


def component(name: str, p: float) -> str:
    """A component with an event and a gate of its own, and one that all share."""
    event = f'<define-basic-event name="x">{number(p)}</define-basic-event>'
    inner = gate("g", f"<and>{named('xa')}</and>")
    return f'<define-component name="{name}" role="private">{inner}{event}</define-component>'


def test_names_that_are_private_to_a_component(tmp_path: Path, capsys: Any) -> None:
    """Two events `x` and two gates `g`, by a path from around and from the top."""
    top = gate("top", '<or><gate name="C.g"/><gate name="t.D.g"/></or>')
    tree = top + component("C", 0.1) + component("D", 0.3)
    found = told(file(tmp_path, tree, events({"a": number(0.5)})), capsys)
    assert found["probability"] == pytest.approx(0.5 * (1 - 0.9 * 0.7), rel=1e-12)
    assert found["minimal_cut_sets"] == 2
    assert found["top_event"] == "top"


def test_a_public_gate_of_a_component_by_its_path_or_its_name(tmp_path: Path, capsys: Any) -> None:
    inner = gate("g", f"<and>{named('ab')}</and>")
    parts = f'<define-component name="C">{inner}</define-component>'
    both = gate("top", '<and><gate name="C.g"/><gate name="g"/></and>')
    found = told(file(tmp_path, both + parts, PLAIN), capsys)
    assert found["probability"] == pytest.approx(0.02, rel=1e-12)


FACTORS: dict[str, tuple[dict[int, float], dict[int, float]]] = {
    "beta-factor": ({4: 0.1}, {1: 0.9, 4: 0.1}),
    "MGL": (
        {2: 0.1, 3: 0.4, 4: 0.5},
        {1: 0.9, 2: 0.1 * 0.6 / 3, 3: 0.1 * 0.4 * 0.5 / 3, 4: 0.1 * 0.4 * 0.5},
    ),
    "alpha-factor": (
        {1: 0.9, 2: 0.06, 3: 0.03, 4: 0.01},
        {k: k * a / math.comb(3, k - 1) / 1.15 for k, a in enumerate((0.9, 0.06, 0.03, 0.01), 1)},
    ),
    "phi-factor": ({1: 0.8, 2: 0.1, 3: 0.06, 4: 0.04}, {1: 0.8, 2: 0.1, 3: 0.06, 4: 0.04}),
}


@pytest.mark.parametrize("model", FACTORS)
def test_four_members_of_a_common_cause(model: str, tmp_path: Path, capsys: Any) -> None:
    """Every set of members is an event of its own; all fifteen are listed here."""
    given, shares = FACTORS[model]
    total = -math.expm1(-0.1)
    levels = "".join(f'<factor level="{n}">{number(v)}</factor>' for n, v in given.items())
    group = (
        f'<define-CCF-group name="g" model="{model}"><members>{named("wxyz")}</members>'
        f"<distribution><exponential>{number(1e-3)}{number(100)}</exponential></distribution>"
        f"<factors>{levels}</factors></define-CCF-group>"
    )
    pairs = f"<or><and>{named('wx')}</and><and>{named('yza')}</and></or>"
    found = told(file(tmp_path, gate("top", pairs) + group, PLAIN), capsys)
    sets = [set(c) for k in shares for c in combinations("wxyz", k)]
    chance = {"".join(sorted(s)): total * shares[len(s)] for s in sets} | {"a": 0.1}

    def top(s: State) -> bool:
        out = {m: any(s[n] for n in chance if n != "a" and m in n) for m in "wxyz"}
        return (out["w"] and out["x"]) or (out["y"] and out["z"] and s["a"])

    assert found["probability"] == pytest.approx(by_table(chance, top), rel=1e-12)


def test_a_hundred_million_cut_sets_are_counted(tmp_path: Path, capsys: Any) -> None:
    """Eight stages of ten events."""
    chance = {f"e{i}_{j}": 0.005 * (j + 1) for i in range(8) for j in range(10)}
    stages = [
        gate(
            f"s{i}",
            "<or>" + "".join(f'<basic-event name="e{i}_{j}"/>' for j in range(10)) + "</or>",
        )
        for i in range(8)
    ]
    all_of = "<and>" + "".join(f'<gate name="s{i}"/>' for i in range(8)) + "</and>"
    model = events({name: number(p) for name, p in chance.items()})
    found = told(file(tmp_path, gate("top", all_of) + "".join(stages), model), capsys)
    stage = 1 - math.prod(1 - 0.005 * (j + 1) for j in range(10))
    assert found["probability"] == pytest.approx(stage**8, rel=1e-12)
    assert found["minimal_cut_sets"] == 10**8
