"""What Blender makes of a scene: where components stand, and the colour of their state.

    python -m venv blender && blender/bin/python -m pip install bpy==5.0.1
    blender/bin/python tests/readers/bpy_scene.py SCENE/facility.usda 0,71

Prints one JSON document: by component its place in metres, the box of what is drawn of it, and by
time code the colour of its band.
"""

import json
import sys

import bpy
from mathutils import Vector

codes = [int(code) for code in sys.argv[2].split(",")]
bpy.ops.wm.read_factory_settings(use_empty=True)
bpy.ops.wm.usd_import(filepath=sys.argv[1], import_guide=False)


def colour(mesh):
    """Linear colour of a mesh; null where none was read."""
    held = mesh.color_attributes.get("displayColor")
    if held is None or not len(held.data):
        return None
    return [round(one, 5) for one in held.data[0].color[:3]]


def drawn(root):
    """Meshes below an object, with their place, instances included."""
    for one in bpy.context.evaluated_depsgraph_get().object_instances:
        above = one.parent if one.is_instance else one.object
        while above is not None and above.name != root.name:
            above = above.parent
        if above is not None and one.object.type == "MESH":
            yield one


def corners(root):
    """Lowest and highest corner of what is drawn below an object."""
    points = [
        one.matrix_world @ Vector(corner) for one in drawn(root) for corner in one.object.bound_box
    ]
    if not points:
        return None
    return [[round(f(p[k] for p in points), 4) for k in range(3)] for f in (min, max)]


found = {}
whole = {one.get("twin:id"): one for one in bpy.data.objects if one.get("twin:id")}
for name, one in whole.items():
    found[name] = {"at": [round(x, 5) for x in one.matrix_world.translation], "colours": {}}
for code in codes:
    bpy.context.scene.frame_set(code)
    graph = bpy.context.evaluated_depsgraph_get()
    for name, one in whole.items():
        for child in one.children:
            if child.type == "MESH" and child.name.split(".")[0] == "State":
                found[name]["colours"][code] = colour(child.evaluated_get(graph).data)
for name in sys.argv[3].split(",") if len(sys.argv) > 3 else ():
    found[name]["box"] = corners(whole[name])
print(json.dumps({"version": bpy.app.version_string, "components": found}))
