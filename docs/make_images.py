"""Draw the pictures of README.md and the docs from real runs: `python docs/make_images.py`.

Runs scenarios/first_factory.yaml and scenarios/chiller_loss.yaml and writes docs/images/*.png.
"""

from __future__ import annotations

from pathlib import Path

import twin
from twin.present.figures import figure_sankey, figure_throttling, figure_timeline

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
DPI = 110


def main() -> None:
    """Write every picture."""
    IMAGES.mkdir(exist_ok=True)
    factory = twin.run(ROOT / "scenarios" / "first_factory.yaml")
    for name, draw in (
        ("timeline", figure_timeline),
        ("energy", figure_sankey),
        ("throttling", figure_throttling),
    ):
        draw(factory).savefig(IMAGES / f"first_factory_{name}.png", dpi=DPI)
    chillers = twin.run(ROOT / "scenarios" / "chiller_loss.yaml")
    figure_timeline(chillers).savefig(IMAGES / "chiller_loss_timeline.png", dpi=DPI)


if __name__ == "__main__":
    main()
