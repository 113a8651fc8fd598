"""The facility as an OpenUSD scene: metres, Z up, one prim a component, results as time samples.

    facility.usda         root: sublayers, strongest first; opens in any USD viewer
    results.usdc          samples of every rack, coloured panels in the racks' fronts
    connections.usda      one curve an edge, drawn overhead, shown with the guides
    layout.usda           one instance a component, under its system and hall
    architecture.usda     ground, slabs, walls, cameras, lights
    assets/KIND_TYPE.usda one prototype a catalogue row

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

from twin.present.usd.scene import export_facility, export_result, write_scene

__all__ = ["export_facility", "export_result", "write_scene"]
