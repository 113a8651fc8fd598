"""Links of the changelog in the site: it stands in the root of the project, its page beside the
others.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

CHANGELOG = Path(__file__).parents[1] / "CHANGELOG.md"


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """The text of a page, called by mkdocs; the changelog's with links from where its page is."""
    return of_changelog() if page.file.src_uri == "changelog.md" else markdown


def of_changelog() -> str:
    """The changelog with links from the folder of documents."""
    return CHANGELOG.read_text(encoding="utf-8").replace("](docs/", "](")
