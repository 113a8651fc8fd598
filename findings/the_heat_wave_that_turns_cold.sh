#!/usr/bin/env bash
# Question  A file of hourly air temperatures is packed to 16 bits, as reanalyses are, for 250 to 310 K. Somebody reads it, adds 5 K for a
#           warmer climate, and writes it. What is the hottest hour when the file is read again?
# Guess     315 K; or the writer refuses, for 315 K do not fit into the packing that the file came with.
# Seen      xarray 2026.9.0 with netCDF4 1.7.5: 305 K. The hour that was hottest has 254.998 K and is the coldest. `data["t2m"] += 5` keeps the packing of the file that was
#           read, and what passes its end comes back in at the other: 315 - 60. No error and no warning, and in memory all is
#           right. Written as `data["t2m"] = data["t2m"] + 5` the packing is dropped, and 315 K are kept. Joining two files
#           that are packed differently does the same (xarray issue 5739, where the advice is to drop the packing).
# Matters   Chillers sized for the hottest hour of a warmed year never see it; the hottest hours, and only they, turn into frost.
# Here      twin writes no packed weather, and changes a year as text by the hour (docs/climate.md, weather that is changed); whoever
#           prepares a file with xarray finds it there.
source "$(dirname "$0")/run_in.sh"
run_in xarray==2026.9.0 netCDF4==1.7.5.1.post1 numpy==2.4.6 pandas==3.1.1 <<'PYTHON'
import numpy as np
import pandas as pd
import xarray as xr

hours = pd.date_range("2026-07-01", periods=4, freq="h")
air = xr.Dataset({"t2m": ("time", [250.0, 280.0, 300.0, 310.0])}, {"time": hours})
packing = {"dtype": "int16", "scale_factor": 60 / 65534, "add_offset": 280.0, "_FillValue": -32768}
air.to_netcdf("read.nc", encoding={"t2m": packing})


def written(change):
    data = xr.load_dataset("read.nc")
    change(data)
    held = data["t2m"].values.copy()
    data.to_netcdf("written.nc")
    return held, xr.load_dataset("written.nc")["t2m"].values


def in_place(data):
    data["t2m"] += 5


def anew(data):
    data["t2m"] = data["t2m"] + 5


for way in (in_place, anew):
    held, found = written(way)
    print(f"{way.__name__}: in memory {held.round(2)}, read again {found.round(2)}")
wrong = written(in_place)[1]
raise SystemExit(not (abs(wrong[3] - 255.0) < 0.01 and abs(written(anew)[1][3] - 315.0) < 0.01 and np.argmax(wrong) == 2))
PYTHON
