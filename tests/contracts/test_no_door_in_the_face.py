"""Claim: nothing under the face takes anything from it.

`twin` fetches its names on demand, and import-linter cannot see through that
(findings/walls_and_a_lazy_face.sh): a `from twin import simulate` in physics would keep every
contract.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import twin

ROOT = Path(twin.__file__).parent
MODULES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.py"))
MAY = ("cli/", "__init__.py", "__main__.py")
"""The command line is above the face; the face is itself."""


def names_of_the_face() -> set[str]:
    return set(twin.__all__)


def taken(path: Path) -> set[str]:
    """Names that a module imports from the package itself, at any depth of its code."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module == "twin":
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name == "twin"}
    return found


@pytest.mark.parametrize("module", [name for name in MODULES if not name.startswith(MAY)])
def test_no_module_imports_from_the_face(module: str) -> None:
    offenders = taken(ROOT / module) & (names_of_the_face() | {"twin"})
    assert offenders == set(), "import it from where it lives"


def test_the_test_sees_such_an_import(tmp_path: Path) -> None:
    path = tmp_path / "low.py"
    path.write_text("def use():\n    from twin import simulate\n    return simulate\n")
    assert taken(path) == {"simulate"}
