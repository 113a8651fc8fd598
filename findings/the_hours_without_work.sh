#!/usr/bin/env bash
# Question  A pool made 0, 0, 100 and 200 tokens in four hours; the last two hours of the array are not written yet. It stands in a zarr store, as format 2 and as
#           format 3. What is the mean per hour, by zarr and by xarray?
# Guess     75, over the four hours that are there; or 50, if what is not written counts as 0. The same by both, of one file.
# Seen      zarr 3.1.6 says 50 in both formats. xarray 2026.9.0 says 150 of format 2 and 50 of format 3. zarr's own fill value, 0 where nobody
#           states one, stands for what is not written; in format 2 xarray takes it for the mark of a missing value, and hours in which
#           nothing was made are missing as well. Known as issue 5475; the option made for it, use_zarr_fill_value_as_mask=False,
#           changes nothing in open_zarr (issue 10269, open, tells so of True): 150. 75 is to be had only where the fill value was
#           stated as not-a-number as the array was made (then zarr says nan, and xarray 75 in both formats).
# Matters   Idle hours, failures, queue lengths and dropped requests are series of zeros: their mean is over the hours in
#           which something happened, three times too high here, and a year converted from format 2 to 3 changes its answer.
# Here      twin's tables are parquet, where a number that is missing is null and 0 is 0 (tests/unit/test_missing_numbers.py).
source "$(dirname "$0")/run_in.sh"
run_in zarr==3.1.6 xarray==2026.9.0 numpy==2.4.6 pandas==3.1.1 <<'PYTHON'
import warnings

import numpy as np
import xarray as xr
import zarr

warnings.simplefilter("ignore")
MADE = np.array([0.0, 0.0, 100.0, 200.0])


def means(form, **how):
    """By zarr, by xarray, and by xarray without the mask."""
    store = f"{form}{len(how)}.zarr"
    group = zarr.open_group(store, mode="w", zarr_format=form)
    names = {"dimension_names": ["hour"]} if form == 3 else {}
    tokens = group.create_array("tokens", shape=(6,), chunks=(2,), dtype="f8", **names, **how)
    tokens.attrs["_ARRAY_DIMENSIONS"] = ["hour"]
    tokens[:4] = MADE
    whole = zarr.open_group(store, mode="r")["tokens"][:]
    read = xr.open_zarr(store, consolidated=False)["tokens"]
    bare = xr.open_zarr(store, consolidated=False, use_zarr_fill_value_as_mask=False)["tokens"]
    return [float(values.mean()) for values in (whole, read, bare)]


seen = {form: means(form) for form in (2, 3)}
stated = {form: means(form, fill_value=np.nan)[:2] for form in (2, 3)}
for form in (2, 3):
    print(f"format {form}: zarr {seen[form][0]}, xarray {seen[form][1]}, without the mask {seen[form][2]}; fill nan {stated[form]}")
told = all(np.isnan(one[0]) and one[1] == 75.0 for one in stated.values())
raise SystemExit(not (seen == {2: [50.0, 150.0, 150.0], 3: [50.0, 50.0, 50.0]} and told))
PYTHON
