#!/usr/bin/env bash
# Question  A plant model in Python, built as an FMU by pythonfmu, is run by fmpy from a Python program. Who owns the names of the
#           model's module, and for how long?
# Guess     The module, until the program ends; each new instance of the FMU leaves that as it was.
# Seen      pythonfmu 0.7.0 reads the model anew for each instance and gives back a reference to the module's names that it only
#           borrowed: one too few after one instance, four after four. They are freed while functions still use them: a program
#           whose simulation had succeeded aborted at its very end, now and then ("corrupted double-linked list"); the symptom
#           stands open as pythonfmu issue 228. The model below takes ten references of its own, so that nothing breaks here.
# Matters   A sweep over a hundred plants, each right, ends as a failed job on some days; a results file written late is lost.
# Here      `twin.co_simulate` and the FMUs of `twin.export_fmu` hold the names for good: tests/relations/test_fmu.py counts them.
source "$(dirname "$0")/run_in.sh"
run_in pythonfmu==0.7.0 fmpy==0.3.32 <<'PYTHON'
import gc
import pathlib
import shutil
import subprocess
import sys
from types import FunctionType

import fmpy
from fmpy.fmi2 import FMU2Slave

PLANT = """
import ctypes
import sys

from pythonfmu import Fmi2Causality, Fmi2Slave, Real

if not hasattr(sys, "held"):
    sys.held = True
    for _ in range(10):
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(globals()))


class Plant(Fmi2Slave):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.heat_w = 0.0
        self.register_variable(Real("heat_w", causality=Fmi2Causality.output))

    def do_step(self, current_time, step_size):
        return True
"""


def spare():
    """References to the module's names beyond those of its functions, the module's and the ten."""
    names = vars(sys.modules["plant"])
    used = sum(one.__globals__ is names for one in gc.get_objects() if isinstance(one, FunctionType))
    return sys.getrefcount(names) - used - 1 - 10 - 2


pathlib.Path("plant.py").write_text(PLANT)
subprocess.run([sys.executable, "-m", "pythonfmu", "build", "-f", "plant.py"], check=True, capture_output=True)
about = fmpy.read_model_description("Plant.fmu")
folder = fmpy.extract("Plant.fmu")
seen = []
instances = []
for k in range(4):
    identifier = about.coSimulation.modelIdentifier
    instance = FMU2Slave(guid=about.guid, unzipDirectory=folder, modelIdentifier=identifier, instanceName=f"plant{k}")
    instance.instantiate()
    instances.append(instance)
    seen.append(spare())
shutil.rmtree(folder)
print(f"references to spare after 1, 2, 3 and 4 instances: {seen}")
raise SystemExit(seen != [-1, -2, -3, -4])
PYTHON
