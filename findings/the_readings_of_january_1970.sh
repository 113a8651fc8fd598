#!/usr/bin/env bash
# Question  A hall's power, 600 and 610 kW a quarter of an hour apart on 1 June 2026, is written from a table to a time series database by the four clients of its three versions,
#           and into a parquet file. At what time does it stand there?
# Guess     Noon of 1 June 2026 by each of them, whatever the precision that is asked for (of the parquet file: expected, by hand).
# Seen      pandas 3.1.1 and influxdb 5.3.2 (DataFrameClient, for InfluxDB 1.x): 21 January 1970, 14:31:55, and the second reading 0.9 s later instead of 15 min. The
#           line protocol is written from whole numbers of the index, which are taken for nanoseconds; pandas keeps microseconds now unless one
#           time of the table has nine decimals. With precision "s" they are of one second, the later takes the place of the earlier. The other path of the same
#           client (protocol "json") has 2026, as influxdb-client 1.50.0 and influxdb3-python 0.21.0 do. No error: a write to 1970 is a
#           valid one, and where data are kept for 30 days it is dropped by the server. fastparquet 2026.9.0 the same, where a parquet file is written with
#           times="int96", which older Spark, Hive and Impala read: 21 January 1970 for pyarrow and for itself. With its default it is right.
# Matters   After an upgrade of pandas a site's meters fall silent on every board, while all writes succeed; energy between two readings is a thousandth.
# Here      twin writes no time series database; its own tables are in seconds from the start. How pandas counts is
#           the_unit_that_a_line_decides.sh.
source "$(dirname "$0")/run_in.sh"
run_in influxdb==5.3.2 influxdb-client==1.50.0 influxdb3-python==0.21.0 fastparquet==2026.9.0 pandas==3.1.1 pyarrow==26.0.1 numpy==2.4.6 <<'PYTHON'
import datetime as dt

import fastparquet
import pandas as pd
import pyarrow.parquet
from influxdb import DataFrameClient
from influxdb_client.client.write.dataframe_serializer import DataframeSerializer
from influxdb_client.client.write_api import PointSettings
from influxdb_client_3.write_client.client.write.dataframe_serializer import DataframeSerializer as Serializer3
from influxdb_client_3.write_client.client.write_api import PointSettings as Settings3

PER_S = {"ns": 1e9, "s": 1}


def moment(line, precision):
    seconds = int(line.split()[-1]) / PER_S[precision]
    return dt.datetime.fromtimestamp(seconds, dt.timezone.utc).isoformat(" ", "milliseconds")


def by_1(table, precision):
    lines = DataFrameClient()._convert_dataframe_to_lines(table, "hall", time_precision=precision)
    return [moment(line, precision) for line in lines]


def by_1_json(table, precision):
    points = DataFrameClient()._convert_dataframe_to_json(table, "hall", time_precision=precision)
    return [moment(str(point["time"]), precision) for point in points]


def by_2(table, precision):
    lines = DataframeSerializer(table, PointSettings(), precision, data_frame_measurement_name="hall").serialize()
    return [moment(line, precision) for line in lines]


def by_3(table, precision):
    lines = Serializer3(table, Settings3(), precision, data_frame_measurement_name="hall").serialize()
    return [moment(line, precision) for line in lines]


def by_parquet(table, kind):
    fastparquet.write("hall.parquet", table.reset_index(names="t"), times=kind)
    stamps = pyarrow.parquet.read_table("hall.parquet")["t"].to_pandas()
    return [pd.Timestamp(stamp).tz_localize("UTC").isoformat(" ", "milliseconds") for stamp in stamps]


times = pd.to_datetime(["2026-06-01 12:00", "2026-06-01 12:15"], utc=True)
table = pd.DataFrame({"kw": [600.0, 610.0]}, index=times)
fine = table.set_axis(times.as_unit("ns"))
seen = {}
for name, way in (("1.x lines", by_1), ("1.x json", by_1_json), ("2.x", by_2), ("3.x", by_3)):
    for precision in ("ns", "s"):
        seen[name, precision] = way(table, precision)
        print(f"{name:10} precision {precision:3} {seen[name, precision]}")
for kind in ("int64", "int96"):
    seen["parquet", kind] = by_parquet(table.tz_localize(None), kind)
    print(f"fastparquet {kind}: {seen['parquet', kind]}")
print("1.x lines of an index in nanoseconds:", by_1(fine, "ns"))
right = ["2026-06-01 12:00:00.000+00:00", "2026-06-01 12:15:00.000+00:00"]
stated = {each: right for each in seen}
stated["1.x lines", "ns"] = ["1970-01-21 14:31:55.200+00:00", "1970-01-21 14:31:56.100+00:00"]
stated["parquet", "int96"] = stated["1.x lines", "ns"]
stated["1.x lines", "s"] = ["1970-01-21 14:31:55.000+00:00", "1970-01-21 14:31:56.000+00:00"]
raise SystemExit(seen != stated or by_1(fine, "ns") != right)
PYTHON
