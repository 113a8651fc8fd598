"""What `twin compare` calls, imported when it is called."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from twin.cli.face import result

if TYPE_CHECKING:
    from twin.analysis.side_by_side import SideBySide
    from twin.present.blocks import Block


def compare(folders: list[Path]) -> SideBySide:
    """Saved results side by side, the first the one that the others are held against."""
    from twin.analysis.side_by_side import side_by_side

    names = [folder.name for folder in folders]
    named = names if len(set(names)) == len(names) else list(map(str, folders))
    return side_by_side([result(folder) for folder in folders], named)


def comparison_blocks(found: SideBySide) -> tuple[list[str], list[Block]]:
    """The same for a terminal: opening sentences, then tables; long ones are for the page."""
    from twin.present.comparison import blocks, sentences

    shown = [one for one in blocks(found) if not getattr(one, "closed", "")]
    return sentences(found), shown


def write_comparison(found: SideBySide, file: Path) -> Path:
    """Write the same as a page; its path."""
    from twin.present.comparison import write

    return write(found, file)
