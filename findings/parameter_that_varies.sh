#!/usr/bin/env bash
# Question  A plant model in Python declares a parameter and is built as an FMU by pythonfmu. Can fmpy read it?
# Guess     Yes: one library writes what the standard asks for, the other reads it, and both call the thing a parameter.
# Seen      pythonfmu 0.7.0 writes a real parameter without a variability as "continuous", which FMI 2.0 forbids for parameters
#           (table of section 2.2.7), and says nothing. fmpy 0.3.32 refuses the file: "illegal combination of
#           causality=\"parameter\" and variability=\"continuous\"". With variability fixed the same model is read.
# Matters   The FMU builds, unpacks and looks right; the importer is blamed. Others accept it and let the parameter move in a run.
# Here      `twin.export_fmu` states the variability of every variable; tests/relations/test_fmu.py reads each FMU back with fmpy.
source "$(dirname "$0")/run_in.sh"
run_in pythonfmu==0.7.0 fmpy==0.3.32 <<'PYTHON'
import pathlib
import subprocess
import sys

import fmpy

PLANT = """
from pythonfmu import Fmi2Causality, Fmi2Slave, Fmi2Variability, Real


class {name}(Fmi2Slave):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.volume = 3.0
        self.register_variable(Real("volume", causality=Fmi2Causality.parameter{more}))

    def do_step(self, current_time, step_size):
        return True
"""


def read(name, more):
    source = pathlib.Path(f"{name}.py")
    source.write_text(PLANT.format(name=name, more=more))
    build = [sys.executable, "-m", "pythonfmu", "build", "-f", str(source)]
    subprocess.run(build, check=True, capture_output=True)
    try:
        return fmpy.read_model_description(f"{name}.fmu").modelName
    except Exception as error:
        return str(error)


said = read("Silent", "")
fixed = read("Stated", ", variability=Fmi2Variability.fixed")
print(f"without a variability: {' '.join(said.split())[:160]}")
print(f"with variability fixed: {fixed}")
refused = "illegal combination" in said and "continuous" in said
raise SystemExit(not (refused and fixed == "Stated"))
PYTHON
