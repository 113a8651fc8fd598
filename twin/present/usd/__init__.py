"""The facility as an OpenUSD scene: metres, Z up, one prim a component, results as time samples.

    facility.usda         root: sublayers, strongest first; opens in any USD viewer
    overrides.usda        a person's own opinions: made once, never written again
    results.usda          variant set `scenario`: the design, or what a run found
    network, cooling, power, it, architecture (.usdc)     a discipline each
    payloads/             what stands in one hall, and the samples of a run
    assets/               one SimReady asset a catalogue row and size

One time code is one recorded period, counted from 0; `twin:time_s` on /Facility says when each
ends. Importing this package raises TwinError, with the cure, where usd-core is not installed.
"""

from __future__ import annotations

from twin.errors import TwinError

try:
    import pxr as _pxr  # noqa: F401
except ModuleNotFoundError as missing:
    raise TwinError(
        "OpenUSD is not installed, so no scene can be written; cure: pip install "
        "'ai-factory-twin[usd]'"
    ) from missing

from twin.present.usd.options import SceneOptions
from twin.present.usd.scene import export_facility, export_result, write_scene

__all__ = ["SceneOptions", "export_facility", "export_result", "write_scene"]
