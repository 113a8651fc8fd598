"""The source keeps to the house's sizes: short files, short functions, lines of 100 columns, one
assignment a line, no two classes with one name.
"""

from __future__ import annotations

import ast
import io
import re
import statistics
import tokenize
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from twin.present import viewer3d

ROOT = Path(__file__).parents[2]
TWIN = sorted((ROOT / "twin").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
SCRIPTS = sorted(set((ROOT / "twin").rglob("*.js")) - set((ROOT / "twin").rglob("three/*.js")))
"""Scripts of our own: three.js is vendored."""
FILE_LINES_MAX = 300
FUNCTION_LINES_MAX = 40
FUNCTION_LINES_MEDIAN = 6
FUNCTION_LINES_NINE_IN_TEN = 15
COLUMNS_MAX = 100
PACKED_PER_1000_MAX = 2.0
BARE = re.compile(r"\{[^{}]+:[.,0-9]*%\}")
Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def code_lines(path: Path) -> frozenset[int]:
    """Numbers of the lines that hold code: no blank, no comment alone, no docstring."""
    empty = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}
    held: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline):
        if token.type not in empty and token.type != tokenize.ENDMARKER:
            held.update(range(token.start[0], token.end[0] + 1))
    return frozenset(held - set(docstring_lines(parsed(path))))


def docstring_lines(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            assert node.end_lineno is not None
            yield from range(node.lineno, node.end_lineno + 1)


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Every function with the code lines of its body."""
    held = code_lines(path)
    for node in ast.walk(parsed(path)):
        if isinstance(node, Function):
            assert node.end_lineno is not None
            body = range(node.body[0].lineno, node.end_lineno + 1)
            yield f"{path.relative_to(ROOT)}: {node.name}", len(held.intersection(body))


def test_no_file_is_long() -> None:
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in TWIN}
    long = {str(path.relative_to(ROOT)): n for path, n in lines.items() if n > FILE_LINES_MAX}
    assert long == {}


def test_scripts_keep_to_the_same_sizes_and_each_says_what_it_is_about() -> None:
    """The 3-D view was one file of 494 lines in one function."""
    assert {path.stem for path in SCRIPTS} == set(viewer3d.PARTS)
    assert sorted(viewer3d.PARTS) == sorted(set(viewer3d.PARTS))
    for path in SCRIPTS:
        lines = path.read_text(encoding="utf-8").splitlines()
        assert len(lines) <= FILE_LINES_MAX, path.name
        assert max(map(len, lines)) <= COLUMNS_MAX, path.name
        assert lines[0].startswith("/* "), path.name


def test_no_function_is_long_and_most_are_short() -> None:
    sizes = dict(held for path in TWIN for held in functions(path))
    assert {name: n for name, n in sizes.items() if n > FUNCTION_LINES_MAX} == {}
    assert statistics.median(sizes.values()) <= FUNCTION_LINES_MEDIAN
    short = sum(n <= FUNCTION_LINES_NINE_IN_TEN for n in sizes.values())
    assert short >= 0.9 * len(sizes)


@pytest.mark.parametrize("files", [TWIN, TESTS], ids=["twin", "tests"])
def test_no_line_is_wide(files: list[Path]) -> None:
    wide = [
        f"{path.relative_to(ROOT)}:{n}"
        for path in files
        for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if len(line) > COLUMNS_MAX
    ]
    assert wide == []


def test_one_assignment_a_line() -> None:
    """`a, b = x, y` hides two thoughts in one line; `a, b = b, a` is one."""
    packed = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in TWIN
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Assign) and is_packed(node)
    ]
    total = sum(len(code_lines(path)) for path in TWIN)
    assert len(packed) <= PACKED_PER_1000_MAX * total / 1000, packed


def is_packed(node: ast.Assign) -> bool:
    target = node.targets[0]
    if not (isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple)):
        return False
    return {ast.unparse(one) for one in target.elts} != {
        ast.unparse(one) for one in node.value.elts
    }


TWO_MEANINGS = {"Pool", "Device", "Controls", "Units", "Stage", "Losses", "Layout"}
"""Names that two stations use for two things; no more of them."""


def test_no_two_classes_have_one_name() -> None:
    names = Counter(
        node.name
        for path in TWIN
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )
    assert {name for name, n in names.items() if n > 1} <= TWO_MEANINGS


def test_no_two_files_of_tests_have_one_name() -> None:
    """Pytest loads them by name alone: of two it finds the first and refuses to collect the other,
    and with it the whole suite.
    """
    count = Counter(path.name for path in TESTS if path.name.startswith("test_"))
    assert [name for name, files in count.items() if files > 1] == []


def test_nobody_asks_which_kind_of_workload_it_is() -> None:
    """A kind declares what it needs; `isinstance` of a kind stands nowhere."""
    kinds = {path.stem.capitalize() for path in (ROOT / "twin/workload/kinds").glob("[a-z]*.py")}
    asked = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in TWIN
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "isinstance"
        and kinds & {name.id for name in ast.walk(node.args[1]) if isinstance(name, ast.Name)}
    ]
    assert asked == []


def test_percentages_are_written_in_one_way() -> None:
    """A format of `%` writes "44%", and tables "44 %": `quantities.percent` writes all of them."""
    bare = [f"{path.name}: {found}" for path in TWIN for found in BARE.findall(path.read_text())]
    assert bare == []
