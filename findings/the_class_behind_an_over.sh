#!/usr/bin/env bash
# Question  A layer of results says something about a rack by an `over`, and references a `class` with what all racks share. The
#           layer that defines the rack is not there, or its payload not loaded. Is the rack on the stage?
# Guess     No: an over defines nothing, and a class stands for nothing by itself. `IsDefined()` is False.
# Seen      usd-core 26.11: `IsDefined()` is True, and so is `IsAbstract()`; the specifier is `class`, also where the arc is an
#           inherit. `Traverse()` does not show it. An over that references a `def` is a concrete prim that everything draws.
# Matters   A count of "racks that are there" by IsDefined counts those whose hall is not loaded; a check of the scene finds no gap.
# Here      Components are counted on the loaded stage by Traverse, which leaves abstract prims out: tests/validation/test_usd_scene.py.
source "$(dirname "$0")/run_in.sh"
run_in usd-core==26.11 <<'PYTHON'
from pxr import Sdf, Usd

stage = Usd.Stage.CreateInMemory()
stage.CreateClassPrim("/SharedByRacks")
stage.DefinePrim("/Rack", "Xform")
plain = stage.OverridePrim("/plain")
referring = stage.OverridePrim("/referring")
referring.GetReferences().AddInternalReference("/SharedByRacks")
inheriting = stage.OverridePrim("/inheriting")
inheriting.GetInherits().AddInherit("/SharedByRacks")
concrete = stage.OverridePrim("/concrete")
concrete.GetReferences().AddInternalReference("/Rack")

seen = [prim.GetName() for prim in stage.Traverse()]
for prim in (plain, referring, inheriting, concrete):
    print(f"{prim.GetName():10} defined {prim.IsDefined()}, abstract {prim.IsAbstract()}, {prim.GetSpecifier()}, seen {prim.GetName() in seen}")
classes = [(prim.IsDefined(), prim.IsAbstract(), prim.GetSpecifier()) for prim in (referring, inheriting)]
raise SystemExit(not (
    not plain.IsDefined() and concrete.IsDefined() and not concrete.IsAbstract()
    and classes == [(True, True, Sdf.SpecifierClass)] * 2 and seen == ["Rack", "concrete"]
))
PYTHON
