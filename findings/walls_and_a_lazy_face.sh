#!/usr/bin/env bash
# Question  Layers say that `low` must not import `high`. `low` takes a name from the package itself, and the package
#           fetches it from `high` when it is asked. Is the wall broken?
# Guess     Yes, as it is where the package imports the name outright.
# Seen      import-linter 2.17: with `from pkg.high import thing` in the package the contract is BROKEN; with a module
#           __getattr__ that imports pkg.high on demand it is KEPT, exit 0, and `low` runs with what `high` gave it.
# Matters   Lazy faces are how scientific packages keep `import` light. Behind one every wall that CI guards has a door
#           that it cannot see, and the lowest module may come to need the whole program.
# Here      twin's face is lazy; no module below it may import from it: tests/contracts/test_no_door_in_the_face.py.
source "$(dirname "$0")/run_in.sh"
run_in import-linter==2.17 <<'PYTHON'
import os
import subprocess
import sys
from pathlib import Path

FACES = {
    "eager": "from pkg.high import thing\n",
    "lazy": "from importlib import import_module\n\n\ndef __getattr__(name):\n    return getattr(import_module('pkg.high'), name)\n",
}
CONTRACT = "[importlinter]\nroot_package = pkg\n[importlinter:contract:1]\nname = layers\ntype = layers\nlayers =\n    pkg.high\n    pkg.low\n"
linter = Path(sys.executable).with_name("lint-imports")
kept = {}
for kind, face in FACES.items():
    package = Path(kind) / "pkg"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(face)
    (package / "high.py").write_text("thing = 'from above'\n")
    (package / "low.py").write_text("def use():\n    from pkg import thing\n\n    return thing\n")
    (Path(kind) / ".importlinter").write_text(CONTRACT)
    env = os.environ | {"PYTHONPATH": str(Path(kind).resolve())}
    kept[kind] = subprocess.run([linter], cwd=kind, env=env, capture_output=True).returncode == 0
    used = subprocess.run([sys.executable, "-c", "import pkg.low; print(pkg.low.use())"], env=env, capture_output=True, text=True)
    print(f"{kind}: contract {'kept' if kept[kind] else 'broken'}, low got {used.stdout.strip()!r}")
    assert used.stdout.strip() == "from above"
raise SystemExit(kept != {"eager": False, "lazy": True})
PYTHON
