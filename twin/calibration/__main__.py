"""`python -m twin.calibration FOLDER`: measure on a machine that has torch and numpy only.

Writes `measured.json` and, while it works, `journal.jsonl`, from which it goes on after a kill.
`twin calibrate profile FOLDER/measured.json --out PROFILE.json` makes the profile, elsewhere.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from twin.calibration.measuring import measure
from twin.errors import TwinError


def main(arguments: list[str] | None = None) -> int:
    """Measure; the exit code."""
    asked = _asked(arguments)
    folder: Path = asked.folder
    caps = [float(share) for share in asked.caps.split(",") if share]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        journal = folder / "journal.jsonl"
        raw = measure(asked.device, asked.quick, _told, journal, caps)
        _write(folder / "measured.json", json.dumps(raw, indent=1) + "\n")
        journal.unlink(missing_ok=True)
    except TwinError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    for mark in raw["marks"]:
        sys.stderr.write(f"marked: {mark}\n")
    sys.stdout.write(f"{folder / 'measured.json'}\n")
    return 0


def _asked(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m twin.calibration", description=__doc__)
    parser.add_argument("folder", type=Path, help="where the files go")
    parser.add_argument("--device", default="auto", help="auto, cpu or cuda")
    parser.add_argument("--quick", action="store_true", help="fewer shapes, shorter holds")
    parser.add_argument("--caps", default="", help="shares of the power limit, as 0.8,0.6")
    return parser.parse_args(arguments)


def _told(done: float, what: str) -> None:
    sys.stderr.write(f"{100 * done:5.1f} % {what}\n")


def _write(path: Path, text: str) -> None:
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    scratch.write_text(text, encoding="utf-8")
    scratch.replace(path)


if __name__ == "__main__":
    sys.exit(main())
