"""Findings tell what their README promises: five answers, exact versions, a row each, and tests
that are there.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted(set((ROOT / "findings").glob("*.sh")) - {ROOT / "findings" / "run_in.sh"})
ANSWERS = ["Question", "Guess", "Seen", "Matters", "Here"]
NAMED = re.compile(r"\b(?:twin|tests|docs)/[\w/]+\.(?:py|md)\b")
PLACE = re.compile(r"/(?:home|work|tmp|root|opt)/|https?://")


def test_each_has_a_row_and_each_row_a_script() -> None:
    page = (ROOT / "findings" / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| \[(\w+)\]\(\1\.sh\)", page, re.MULTILINE) == [p.stem for p in SCRIPTS]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_its_head_answers_and_its_versions_are_exact(script: Path) -> None:
    text = script.read_text(encoding="utf-8")
    head, _, rest = text.partition("source ")
    assert re.findall(r"^# (\w+) {2,}\S", head, re.MULTILINE) == ANSWERS
    assert [name for name in NAMED.findall(head) if not (ROOT / name).exists()] == []
    asked = re.search(r"^run_in (.+?) <<'PYTHON'$", rest, re.MULTILINE | re.DOTALL)
    assert asked
    packages = asked[1].replace("\\\n", " ").split()
    assert [one for one in packages if not re.fullmatch(r"[\w.\[\]-]+==[\w.]+", one)] == []
    assert PLACE.search(text) is None
