"""Which racks stand in a scene, in a variant set of the name that the DSX Blueprint looks for.

The Blueprint finds `rackVariant` on any prim and switches it by names such as GB200 and GB300. Here
a variant tells where racks of that family stand; another family is another layout, and no variant
pretends to be one.
"""

from __future__ import annotations

import re

from pxr import Sdf

from twin.present.usd.author import Spec, facility, new_layer, relate
from twin.present.usd.plan import Item, ScenePlan

SET = "rackVariant"
FILE = "rack_variants.usda"
_FAMILY = re.compile(r"(?:^|_)((?:gb|gh|vr|mi|b|h|a)\d+\w?)(?:_|$)")


def rack_variants_layer(root_name: str, plan: ScenePlan) -> Spec | None:
    """The layer with one variant for each family of racks with GPUs, the most numerous shown; None
    where there are none.
    """
    held: dict[str, list[Sdf.Path]] = {}
    for item in plan.items:
        if item.kind == "rack" and item.gpus > 0:
            held.setdefault(family(item), []).append(Sdf.Path(item.path))
    if not held:
        return None
    layer = new_layer("usda", "Racks by family, under the Blueprint's name.", root_name)
    with Sdf.ChangeBlock():
        root = facility(layer, root_name)
        root.variantSetNameList.prependedItems.append(SET)
        variants = Sdf.VariantSetSpec(root, SET)
        for name, paths in sorted(held.items()):
            variant = Sdf.VariantSpec(variants, name)
            relate(variant.primSpec, "twin:racks", paths, custom=True)
        root.variantSelections[SET] = max(sorted(held), key=lambda name: len(held[name]))
    return layer


def family(item: Item) -> str:
    """GB200 of `gb200_nvl72`, B200 of `dgx_b200_x2`; a type that names no GPU stands for itself."""
    found = _FAMILY.search(item.type.lower())
    return found[1].upper() if found else re.sub(r"\W", "_", item.type)
