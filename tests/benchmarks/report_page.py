"""How soon a report is ready in a browser: `python -m tests.benchmarks.report_page [REPORT…]`.

Without a file: 1,000 racks by 96 steps. Prints a markdown table: milliseconds from the navigation
to a 3-D view that can be used, the first page of a browser and the second apart, and what of it
the page's main thread computed.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from statistics import median

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[1] / "contracts")]
from chromium import Browser, browser  # noqa: E402
from test_report_3d import hall_of  # noqa: E402

from twin.present.report import render  # noqa: E402

TIMES = 5
READY = "!!document.getElementById('v-state').dataset.ready"
WATCH = (
    "new MutationObserver(() => { const e = document.getElementById('v-state');"
    " if (e && e.dataset.ready && !window.at) window.at = performance.now(); })"
    ".observe(document, {subtree: true, attributes: true});"
)


def ready(held: Browser, file: Path) -> tuple[float, float]:
    """Milliseconds until the view is ready, and of the main thread until then."""
    page = held.page()
    page.ask("Performance.enable", timeDomain="threadTicks")
    page.ask("Page.addScriptToEvaluateOnNewDocument", source=WATCH)
    page.open(file)
    page.wait(READY)
    found = page.ask("Performance.getMetrics")["metrics"]
    (cpu_s,) = (one["value"] for one in found if one["name"] == "TaskDuration")
    return float(page.eval("window.at")), 1000.0 * cpu_s


def main(files: list[Path]) -> None:
    """One row a file."""
    print("| report | MB | first page, ms | second page, ms | main thread, CPU ms |")
    print("|---|---|---|---|---|")
    for file in files:
        first = []
        second = []
        for _ in range(TIMES):
            with browser() as held:
                first.append(ready(held, file))
                second.append(ready(held, file))
        size = file.stat().st_size / 1e6
        wall = [f"{median(at for at, _ in pages):.0f}" for pages in (first, second)]
        cpu = median(cpu for _, cpu in first + second)
        print(f"| {file.parent.name} | {size:.2f} | {wall[0]} | {wall[1]} | {cpu:.0f} |")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        named = [Path(name) for name in sys.argv[1:]]
        if not named:
            named = [Path(folder) / "report.html"]
            named[0].write_text(render(hall_of(1000)), encoding="utf-8")
        main(named)
