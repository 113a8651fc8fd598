#!/usr/bin/env bash
# Question  A hall is at 25 °C throughout. What do four sensors read in its field, the last of them 1 mm outside its wall, and what is the mean along a line that leaves the hall? And
#           what is the mean of cells near racks (0.1 m, 60 °C) and of others (5 m, 20 °C), after they were made smooth for a picture?
# Guess     25, 25, 25 and no value; a mean of 25. The mean stays 21.6 °C, that of the volumes.
# Seen      pyvista 0.49.1 with vtk 9.7.2: 25, 25, 25 and 0 °C, 18.75 on average; 18.1 along the line. What lies outside is 0, and only a second field says that it is no value
#           (`vtkValidPointMask`). Smoothed by cell_data_to_point_data the mean by volume is 26.1, 4.5 K more: a corner takes the plain mean of its cells,
#           however small these are.
# Matters   A sensor at a wall, or a map pin rounded to a decimetre, cools its hall by a quarter; an average over a field with fine cells where it is hot is that of the
#           fine cells. Both come without a word, and 18 °C is a likely temperature.
# Here      Fields of twin have even cells, none within racks, and `sensors` are read in the cell that holds them: docs/airflow.md, tests/contracts/test_airflow_command.py.
source "$(dirname "$0")/run_in.sh"
run_in pyvista==0.49.1 vtk==9.7.2 numpy==2.4.6 <<'PYTHON'
import numpy as np
import pyvista as pv

hall = pv.ImageData(dimensions=(21, 11, 9), spacing=(0.5, 0.5, 0.5))
hall.cell_data["degc"] = np.full(hall.n_cells, 25.0)
sensors = pv.PolyData([(1.0, 2.0, 1.8), (5.0, 2.0, 1.8), (9.9, 2.0, 1.8), (10.001, 2.0, 1.8)]).sample(hall)
along = hall.sample_over_line((-2, 2.5, 2), (12, 2.5, 2), resolution=28)
print(f"sensors {sensors['degc']} ({sensors['vtkValidPointMask']}), mean {sensors['degc'].mean():.2f}; along the line {along['degc'].mean():.1f}")

fine = pv.RectilinearGrid(np.array([0, 0.1, 0.2, 0.3, 0.4, 5, 10]), np.array([0.0, 1]), np.array([0.0, 1]))
fine.cell_data["degc"] = np.array([60, 60, 60, 60, 20, 20.0])
means = []
for field in (fine, fine.cell_data_to_point_data()):
    whole = field.integrate_data()
    means.append(round(float(whole["degc"][0] / whole["Volume"][0]), 1))
print(f"mean by volume {means[0]}, smoothed {means[1]}")
seen = (sensors["degc"].tolist(), round(float(along["degc"].mean()), 1), means)
raise SystemExit(seen != ([25.0, 25.0, 25.0, 0.0], 18.1, [21.6, 26.1]))
PYTHON
