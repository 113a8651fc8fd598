"""SimReady assets: one folder a catalogue row, authored to NVIDIA's AIF-Entity profile.

    <Asset>/simready_usd/<Asset>.usda                      interface: sublayers, metadata, kind
    <Asset>/simready_usd/layers/<Asset>_Properties.usda    aif:core:*, aif:spec:*
    <Asset>/simready_usd/layers/<Asset>_ConnectionPoints.usda
    <Asset>/simready_usd/layers/<Asset>_Geometry.usdc
    <Asset>/simready_usd/.thumbs/256x256/<Asset>.usda.png

Racks, CDUs, air handlers and UPS pass profile versions 0.1.0 and 0.2.0. Other kinds have the same
folder and no class in the profile. A figure that the catalogue does not state is declared without a
value, never as 0.
"""

from __future__ import annotations

from twin.present.usd.simready.equipment import AssetPaths, AssetSubject, equipment_of
from twin.present.usd.simready.write import write_asset

__all__ = ["AssetPaths", "AssetSubject", "equipment_of", "write_asset"]
