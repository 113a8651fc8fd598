#!/usr/bin/env bash
# Question  A rack is placed by `def Xform "rack_1"` with a reference to a maker's asset whose root prim is itself a Cube (or a Mesh).
#           What is drawn, and how large is it?
# Guess     The cube, where the Xform puts it: a reference brings what it refers to.
# Seen      usd-core 26.11: nothing. The type of the stronger layer wins, so the prim is an Xform that carries `size` and `extent` of
#           a cube and draws none of it; its bounding box is empty. Without a type of its own it is a Cube of 2 m. No validator
#           of UsdValidation has an error.
# Matters   A hall of makers' assets opens without a word and is empty, where the assets' roots are geometry.
# Here      A maker's asset stands as a child of a prim of ours, and the child has the type of its root: tests/validation/test_own_assets.py.
source "$(dirname "$0")/run_in.sh"
run_in usd-core==26.11 <<'PYTHON'
from pxr import Usd, UsdGeom, UsdValidation

stage = Usd.Stage.CreateInMemory()
UsdGeom.SetStageUpAxis(stage, UsdGeom.Tokens.z)
UsdGeom.SetStageMetersPerUnit(stage, 1.0)
world = UsdGeom.Xform.Define(stage, "/World")
stage.SetDefaultPrim(world.GetPrim())
cube = UsdGeom.Cube.Define(stage, "/World/asset")
cube.CreateExtentAttr([(-1, -1, -1), (1, 1, 1)])
typed = stage.DefinePrim("/World/typed", "Xform")
plain = stage.DefinePrim("/World/plain")
for prim in (typed, plain):
    prim.GetReferences().AddInternalReference("/World/asset")

cache = UsdGeom.BBoxCache(Usd.TimeCode.Default(), ["default"])
widths = {}
for prim in (typed, plain):
    box = cache.ComputeWorldBound(prim).ComputeAlignedRange()
    widths[prim.GetName()] = None if box.IsEmpty() else box.GetSize()[0]
    print(f"{prim.GetName()}: {prim.GetTypeName()}, size {prim.GetAttribute('size').Get()}, width {widths[prim.GetName()]}")
registry = UsdValidation.ValidationRegistry().GetOrLoadAllValidators()
errors = [one.GetMessage() for one in UsdValidation.ValidationContext(registry).Validate(stage)]
print("validators:", errors)
raise SystemExit(not (widths == {"typed": None, "plain": 2.0} and errors == []))
PYTHON
