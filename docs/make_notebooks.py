"""Lay the notebooks out as a page of the documentation: `python docs/make_notebooks.py`.

Writes docs/notebooks.md and docs/images/notebooks/*.png from what the notebooks in notebooks/ keep:
the question of each, its last figure, and its answer. `--check` writes nothing and fails where
something would change.
"""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "notebooks.md"
IMAGES = ROOT / "docs" / "images" / "notebooks"
HEAD = """# Notebooks

Each asks one question, changes one thing, runs it, checks the answer by hand and draws it. CI runs
them all. In a clone, with Jupyter and sliders (`pip install 'ai-factory-twin[notebooks]'`):

```text
jupyter lab notebooks
```

This page is made of what they keep (`docs/make_notebooks.py`).
"""


def written() -> dict[Path, bytes]:
    """Every file of the page, by path."""
    out: dict[Path, bytes] = {}
    sections = [HEAD]
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        picture = _last_picture(cells)
        if picture is not None:
            out[IMAGES / f"{path.stem}.png"] = picture
        sections.append(_section(path.stem, cells, picture is not None))
    out[PAGE] = "\n".join(sections).encode()
    return out


def _section(name: str, cells: list[dict[str, Any]], drawn: bool) -> str:
    """Question, figure and answer of one notebook."""
    texts = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    title, _, question = texts[0].partition("\n")
    parts = [f"## {title.lstrip('# ')}", question.strip()]
    if drawn:
        parts.append(f"![{title.lstrip('# ')}](images/notebooks/{name}.png)")
    answers = [text for text in texts[1:] if text.startswith("**Answer.**")]
    parts += [text.partition("\n## ")[0].strip() for text in answers]
    parts.append(f"`notebooks/{name}.ipynb`")
    return "\n\n".join(parts) + "\n"


def _last_picture(cells: list[dict[str, Any]]) -> bytes | None:
    shown = [
        output["data"]["image/png"]
        for cell in cells
        for output in cell.get("outputs", [])
        if "image/png" in output.get("data", {})
    ]
    return base64.b64decode(shown[-1]) if shown else None


def stale() -> list[Path]:
    """What differs from what would be written."""
    wanted = written()
    extra = set(IMAGES.glob("*.png")) - set(wanted)
    differs = [p for p, data in wanted.items() if not p.exists() or p.read_bytes() != data]
    return sorted([*differs, *extra])


def main() -> None:
    """Write the page, or say that it is not current."""
    if "--check" in sys.argv[1:]:
        sys.exit(f"not current: {[str(path) for path in stale()]}" if stale() else 0)
    IMAGES.mkdir(parents=True, exist_ok=True)
    for path, data in written().items():
        path.write_bytes(data)


if __name__ == "__main__":
    main()
