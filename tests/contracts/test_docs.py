"""The documents' promises: their code runs, their links lead somewhere, and generated pages are
current.

Blocks of README.md, the tutorial, bring_your_own.md, stop_and_go_on.md, studies.md, drills.md
and failure_report.md run in order in a folder with copies of the shipped files.
Blocks that install are left to `.ci/run`, which pastes them into a fresh copy.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import jsonschema
import pytest
import yaml

import twin
from twin.results.tables import TABLES
from twin.scenario import schema_json
from twin.scenario.yaml.compose import compose

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "reports" / "README.md"])
FENCE = re.compile(r"^```(\w+)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
PLACE = re.compile(
    r"`((?:twin|tests|docs|scenarios|layouts|notebooks)/[\w/]+\.(?:py|csv|yaml|ipynb))`"
)
CHECK = re.compile(r"\b(test_\w+\.py)\b")
MADE_BY_THE_READER = {
    "scenarios/clinic.yaml",
    "scenarios/pod.yaml",
    "layouts/pod.yaml",
    "layouts/corner.yaml",
    "scenarios/corner.yaml",
    "layouts/own_room.yaml",
    "layouts/own_room_changed.yaml",
}
IMAGE_BYTES_MAX = 300_000
NOTEBOOK_BYTES_MAX = 500_000


def blocks(page: Path) -> list[tuple[str, str]]:
    """(language, code) of every block that can run here, in order."""
    found = [(m[1], m[2]) for m in FENCE.finditer(page.read_text(encoding="utf-8"))]
    return [
        (language, code)
        for language, code in found
        if language in ("bash", "python") and "pip install" not in code
    ]


@pytest.fixture
def desk(tmp_path: Path) -> tuple[Path, dict[str, str]]:
    """A folder with the shipped files, and an environment in which `twin` is this one."""
    for name in ("scenarios", "layouts", "deployments"):
        shutil.copytree(ROOT / name, tmp_path / name)
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "twin").write_text(
        f'#!/bin/sh\nexec "{sys.executable}" -m twin "$@"\n', encoding="utf-8"
    )
    (tools / "twin").chmod(0o755)
    path = os.pathsep.join([str(tools), os.environ["PATH"]])
    return tmp_path, {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)}


@pytest.mark.parametrize(
    "page",
    [
        "README.md",
        "docs/tutorial.md",
        "docs/statistics.md",
        "docs/blocks.md",
        "docs/bring_your_own.md",
        "docs/airflow.md",
        "docs/climate.md",
        "docs/design_search.md",
        "docs/recipes.md",
        "docs/stop_and_go_on.md",
        "docs/studies.md",
        "docs/failures_in_time.md",
        "docs/drills.md",
        "docs/grid.md",
        "docs/failure_report.md",
        "docs/usd_assets.md",
        "docs/economics.md",
        "docs/deployment.md",
        "docs/sectors.md",
        "docs/physics/fault_trees.md",
    ],
)
def test_code_of_a_page_runs(page: str, desk: tuple[Path, dict[str, str]]) -> None:
    folder, environment = desk
    code_blocks = blocks(ROOT / page)
    assert code_blocks
    for language, code in code_blocks:
        command = (
            [sys.executable, "-c", code]
            if language == "python"
            else ["bash", "-euo", "pipefail", "-c", code]
        )
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, f"{page}:\n{code}\n{done.stderr[-2000:]}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    lost = [
        target
        for target in LINK.findall(page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert not lost


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_files_that_a_page_names_are_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    named = set(PLACE.findall(text)) - MADE_BY_THE_READER
    assert {name for name in named if not (ROOT / name).exists()} == set()
    tests = {path.name for path in (ROOT / "tests").rglob("test_*.py")}
    assert set(CHECK.findall(text)) <= tests


def test_readme_has_its_two_command_lines() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for marker in ("first command", "test command"):
        block = re.search(rf"<!-- {marker} -->\n+```bash\n([^\n]+)\n```", text)
        assert block, marker
        assert "-c constraints.txt" in block[1]


def test_readme_counts_the_tables() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f" {len(TABLES)} parquet tables" in text


def test_the_physics_page_names_every_discipline() -> None:
    folder = ROOT / "docs" / "physics"
    page = (folder / "README.md").read_text(encoding="utf-8")
    pages = {path.name for path in folder.glob("*.md")} - {"README.md"}
    assert {name for name in pages if f"]({name})" not in page} == set()


def test_reference_pages_are_current() -> None:
    assert _module(ROOT / "docs" / "make_reference.py").stale() == []


def test_the_reference_says_between_which_numbers_a_number_lies() -> None:
    page = (ROOT / "docs" / "reference" / "scenario.md").read_text(encoding="utf-8")
    queueing = page.split("\n## Queueing\n")[1].split("\n## ")[0]
    rows = dict(re.findall(r"^\| `(\w+)` \| ([^|]+) \|", queueing, re.MULTILINE))
    assert rows["depth"] == "integer (1 to 10,000)"
    assert rows["kill_invalid_depend"] == "boolean"
    assert rows["shares"] == "mapping to number (above 0, at most 1,000,000)"


def test_the_page_of_training_steps_is_what_is_forecast() -> None:
    made = _module(ROOT / "docs" / "make_training_rows.py")
    assert made.OUT.read_text(encoding="utf-8") == "\n".join(made.lines())


def test_the_page_of_notebooks_is_what_they_keep() -> None:
    assert _module(ROOT / "docs" / "make_notebooks.py").stale() == []
    page = (ROOT / "docs" / "notebooks.md").read_text(encoding="utf-8")
    shown = sorted((ROOT / "notebooks").glob("what_if_*.ipynb"))
    assert page.count("**Answer.**") == page.count("![What if") == len(shown)


def test_the_site_shows_every_page() -> None:
    site = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    shown = set(pages_of(site["nav"]))
    there = {str(page.relative_to(ROOT / "docs")) for page in (ROOT / "docs").rglob("*.md")}
    assert shown == there


def test_links_of_the_changelog_lead_somewhere_in_the_site_too() -> None:
    """Its page stands in `docs`, and the file itself one folder above."""
    page = _module(ROOT / "docs" / "site_links.py").of_changelog()
    links = re.findall(r"\]\(([^)#:]+\.md)[)#]", page)
    assert len(links) > 50
    assert [link for link in links if not (ROOT / "docs" / link).exists()] == []


def test_no_page_of_the_site_leads_out_of_it() -> None:
    pages = (ROOT / "docs").rglob("*.md")
    texts = {str(page.relative_to(ROOT / "docs")): page.read_text("utf-8") for page in pages}
    inside = {name: re.findall(r"\]\(([^)#:]+\.md)[)#]", text) for name, text in texts.items()}
    for name, links in inside.items():
        for link in links:
            aim = (ROOT / "docs" / name).parent / link
            assert aim.resolve().is_relative_to(ROOT / "docs"), f"{name}: {link}"


def test_the_site_is_built_so_that_a_broken_link_fails() -> None:
    """With --quiet mkdocs 1.6.1 counts no warnings, so that --strict lets 86 broken links pass."""
    run = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "mkdocs build --strict" in run
    assert "--quiet" not in run


def pages_of(nav: Any) -> Iterator[str]:
    """Paths in a navigation, at any depth."""
    if isinstance(nav, str):
        yield nav
    elif isinstance(nav, list):
        for part in nav:
            yield from pages_of(part)
    else:
        for part in nav.values():
            yield from pages_of(part)


def test_the_api_page_holds_the_whole_face() -> None:
    page = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    told = set(re.findall(r"^::: twin\.(\w+)$", page, re.MULTILINE))
    told |= set(re.findall(r"^      heading: twin\.(\w+)$", page, re.MULTILINE))
    assert told == set(twin.__all__)


def test_aligned_names_of_docstrings_become_lists() -> None:
    pytest.importorskip("griffe", reason="comes with the extra `docs`; .ci/run builds the site")
    text = "Does it.\n\nseed        of the run\n            and more\na, b   two results\nRaises."
    listed = _module(ROOT / "docs" / "docstring_lists.py").listed(text)
    assert listed.splitlines() == [
        "Does it.",
        "",
        "",
        "* `seed`: of the run",
        "  and more",
        "* `a`, `b`: two results",
        "",
        "Raises.",
    ]


def test_pictures_and_notebooks_are_small() -> None:
    pictures = sorted((ROOT / "docs" / "images").glob("*.png"))
    assert pictures
    assert all(picture.stat().st_size <= IMAGE_BYTES_MAX for picture in pictures)
    notebooks = sorted((ROOT / "notebooks").glob("*.ipynb"))
    assert notebooks
    assert all(notebook.stat().st_size <= NOTEBOOK_BYTES_MAX for notebook in notebooks)


@pytest.mark.parametrize(
    "notebook", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem
)
def test_notebooks_keep_no_error(notebook: Path) -> None:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    kinds = {out["output_type"] for cell in cells for out in cell.get("outputs", [])}
    assert "error" not in kinds
    assert kinds, "run the notebook before it is committed"


@pytest.mark.parametrize("which", ["scenario", "layout"])
def test_editors_accept_every_shipped_file(which: str) -> None:
    for path in sorted((ROOT / f"{which}s").glob("*.yaml")):
        schema = schema_json(which, twin.load(path).catalogue)
        jsonschema.Draft202012Validator.check_schema(schema)
        checker = jsonschema.Draft202012Validator(schema)
        top = compose(path.read_text(encoding="utf-8"), path)
        assert top is not None
        found = [
            f"{list(error.absolute_path)}: {error.message}"
            for error in checker.iter_errors(top.data)
        ]
        assert not found, path.name


def test_editors_refuse_a_misspelt_key() -> None:
    checker = jsonschema.Draft202012Validator(schema_json("scenario"))
    right = {"name": "a", "layout": "b.yaml", "site": {"climate": "phoenix", "grid": "ireland"}}
    assert checker.is_valid(right)
    assert not checker.is_valid({**right, "sede": 1})


def test_constraints_are_exact_and_name_no_place() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert pins
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9._]+", pin) for pin in pins)


def _module(path: Path) -> ModuleType:
    """A script as a module."""
    spec = spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
