#!/usr/bin/env bash
# Question  Two halls of 30 and 40 MW publish their power to a co-simulation, and the model of the grid has one input with both as its sources. What does it
#           read? What does it read of one publication that is a list of the two?
# Guess     70 MW, or a refusal to read two values as one; both values where they are read as a list.
# Seen      HELICS 3.6.1: 30, also as a list, of one value. Of several sources an input keeps the latest, the first named of those that came together:
#           when the second hall goes to 45 it reads 45, and 30 again when the first says 30 once more. Where one hall publishes in MW and the other
#           in kW, 30 MW read in kW are 30. A list of the two is 50, the root of the sum of squares, and so is one input that is told to make a list
#           of its sources. 70 is read with multi_input_handling_method sum, in whatever units. No warning in any of these.
# Matters   A federation that ran with one hall takes a second one by a line in its configuration, and the grid's study goes on with 30 MW of 70, or 50:
#           no line is overloaded that should be.
# Here      twin is coupled by FMI, where an input has one source: docs/controllers.md.
source "$(dirname "$0")/run_in.sh"
run_in helics==3.6.1 cffi==2.1.1 click==8.5.1 strip-hints==0.2.0 <<'PYTHON'
import helics as h


class Grid:
    """One input whose sources are the halls."""

    def __init__(self, name, units, read_in="MW", several=None):
        self.broker = h.helicsCreateBroker("inproc", "", f"-f 1 --name=broker_{name}")
        about = h.helicsCreateFederateInfo()
        h.helicsFederateInfoSetCoreTypeFromString(about, "inproc")
        h.helicsFederateInfoSetCoreInitString(about, f"--federates=1 --broker=broker_{name}")
        self.site, self.time = h.helicsCreateValueFederate(f"site_{name}", about), 0.0
        self.halls = [h.helicsFederateRegisterGlobalPublication(self.site, f"hall_{k}", h.HELICS_DATA_TYPE_DOUBLE, unit) for k, unit in enumerate(units)]
        self.both = h.helicsFederateRegisterGlobalPublication(self.site, "both", h.HELICS_DATA_TYPE_VECTOR, "MW")
        self.drawn = h.helicsFederateRegisterInput(self.site, "drawn", h.HELICS_DATA_TYPE_DOUBLE, read_in)
        self.listed = h.helicsFederateRegisterInput(self.site, "listed", h.HELICS_DATA_TYPE_DOUBLE, "MW")
        for k in range(len(units)):
            h.helicsInputAddTarget(self.drawn, f"hall_{k}")
        h.helicsInputAddTarget(self.listed, "both")
        if several is not None:
            h.helicsInputSetOption(self.drawn, h.HELICS_HANDLE_OPTION_MULTI_INPUT_HANDLING_METHOD, several)
        h.helicsFederateEnterExecutingMode(self.site)

    def step(self, drawn):
        for hall, value in drawn.items():
            h.helicsPublicationPublishDouble(self.halls[hall], value)
        h.helicsPublicationPublishVector(self.both, [30.0, 40.0])
        self.time += 1.0
        h.helicsFederateRequestTime(self.site, self.time)
        return h.helicsInputGetDouble(self.drawn)

    def over(self):
        h.helicsFederateDisconnect(self.site)
        h.helicsBrokerDisconnect(self.broker)


grid = Grid("plain", ["MW", "MW"])
course = [grid.step(drawn) for drawn in ({0: 30.0, 1: 40.0}, {1: 45.0}, {0: 30.0})]
as_list, listed = h.helicsInputGetVector(grid.drawn), h.helicsInputGetDouble(grid.listed)
grid.over()
print("both, then the second at 45, then the first at 30:", course, "as a list", as_list, "  one list of 30 and 40:", listed)
mixed = Grid("mixed", ["MW", "kW"], "kW")
in_kw = mixed.step({0: 30.0, 1: 40000.0})
mixed.over()
summed = []
for name, units, several in (
    ("sum", ["MW", "MW"], h.HELICS_MULTI_INPUT_SUM_OPERATION),
    ("sum_mixed", ["MW", "kW"], h.HELICS_MULTI_INPUT_SUM_OPERATION),
    ("list", ["MW", "MW"], h.HELICS_MULTI_INPUT_VECTORIZE_OPERATION),
):
    told = Grid(name, units, several=several)
    summed.append(told.step({0: 30.0, 1: 40.0 if units[1] == "MW" else 40000.0}))
    told.over()
print("30 MW and 40,000 kW, read in kW:", in_kw, "  told to sum, in MW, mixed, to make a list:", summed)
raise SystemExit((course, as_list, listed, in_kw, summed) != ([30.0, 45.0, 30.0], [30.0], 50.0, 30.0, [70.0, 70.0, 50.0]))
PYTHON
