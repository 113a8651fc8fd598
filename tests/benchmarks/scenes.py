"""How fast a scene is written and opened, and how large it is: `python -m tests.benchmarks.scenes`.

Prints a markdown table. The build before layers a discipline took 112 s and 192 MB for 10,000
racks, 32 s and 2.3 GB to open them, and 7.1 MB for the results of 1,000 racks.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from time import process_time

from pxr import Usd

from tests.large_scenes import large_hall, random_racks
from twin.present.usd import write_scene

CASES = ((10_000, 0), (1_000, 96))


def bytes_of(folder: Path) -> int:
    """All files of a folder."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def opened(path: str) -> None:
    """Open and traverse a scene in this process, and say what it cost."""
    before = process_time()
    stage = Usd.Stage.Open(path)
    prims = sum(1 for _ in stage.Traverse())
    print(f"{process_time() - before:.2f} | {prims:,} | {_peak_mb():,.0f}")


def _peak_mb() -> float:
    """Peak of this program alone: `getrusage` hands the parent's down."""
    status = Path("/proc/self/status").read_text()
    (line,) = (one for one in status.splitlines() if one.startswith("VmHWM"))
    return float(line.split()[1]) / 1024


def main() -> None:
    """One row a case."""
    print("| racks | periods | edges | export CPU s | MB | open CPU s | prims | open peak MB |")
    print("|---|---|---|---|---|---|---|---|")
    for racks, periods in CASES:
        components, edges = large_hall(racks)
        table = random_racks(components, periods) if periods else None
        with tempfile.TemporaryDirectory() as folder:
            before = process_time()
            path = write_scene(components, edges, table, Path(folder) / "s", title="Large")
            took = process_time() - before
            command = [sys.executable, "-m", "tests.benchmarks.scenes", str(path)]
            found = subprocess.run(command, capture_output=True, text=True, check=True).stdout
            size = bytes_of(path.parent) / 1e6
        said = f"{racks:,} | {periods} | {len(edges):,} | {took:.2f} | {size:.2f}"
        print(f"| {said} | {found.strip()} |")


if __name__ == "__main__":
    opened(sys.argv[1]) if len(sys.argv) > 1 else main()
