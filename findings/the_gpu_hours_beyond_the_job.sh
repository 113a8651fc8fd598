#!/usr/bin/env bash
# Question  A job holds a node of eight GPUs and 512 GiB for two hours. By its accounting eight ranks used 720 % of a GPU and 406 GiB in all (the first 400, seven little), and 1 and 3 MJ
#           in two steps. How many GPU hours, how much memory and energy did it use, by two readers of `sacct`?
# Guess     14.4 of 16 GPU hours, 79 % of the memory and 4 MJ in both.
# Seen      slurm2sql 0.9.9: `gpu_s_reserved` 57,600, `gpu_s_used` 414,720, beside `GpuEff` 0.9 in the same row: utilisation over all eight (7.2) is multiplied by eight
#           once more, 115 GPU hours of 16. Memory is right, 79 %. reportseff 2.10.3: memory 625 %, as the largest rank is multiplied by the number of ranks,
#           and 3 MJ, the larger of the steps. It reads the field with the sum (TRESUsageInTot) for neither.
# Matters   Who sums GPU seconds over a month has a farm that is used to seven times its size, and who asks for memory by the other 3.1 TiB of a node that has 0.5.
#           Jobs of one GPU and one rank are right in both, and so are all tests on them.
# Here      twin reads what a job held and asked for, from AllocTRES, and no use: docs/traces.md says how `activity` follows from gpuutil.
source "$(dirname "$0")/run_in.sh"
run_in slurm2sql==0.9.9 reportseff==2.10.3 <<'PYTHON'
import collections
import csv
import io
import sqlite3

import slurm2sql
from reportseff.job import Job

HELD = "billing=64,cpu=64,gres/gpu=8,mem=512G,node=1"
WHOLE = {
    "JobID": "7",
    "JobIDRaw": "7",
    "State": "COMPLETED",
    "Submit": "2026-06-01T00:00:00",
    "Start": "2026-06-01T00:00:00",
    "End": "2026-06-01T02:00:00",
    "Elapsed": "02:00:00",
    "Timelimit": "04:00:00",
    "NNodes": "1",
    "NCPUS": "64",
    "AllocCPUS": "64",
    "CPUTime": "5-08:00:00",
    "TotalCPU": "2-16:00:00",
    "ReqMem": "512G",
    "AllocTRES": HELD,
    "ReqTRES": HELD,
    "ExitCode": "0:0",
}
STEP = {"NTasks": "8", "ReqMem": "", "Timelimit": ""}
PREPARE = {"JobID": "7.0", "MaxRSS": "4G", "TRESUsageInTot": "cpu=08:00:00,mem=8G", "TRESUsageOutAve": "energy=1000000"}
TRAIN = {
    "JobID": "7.1",
    "MaxRSS": "400G",
    "TRESUsageInTot": "cpu=2-08:00:00,gres/gpumem=560G,gres/gpuutil=720,mem=406G",
    "TRESUsageOutAve": "energy=3000000",
}
rows = [WHOLE, WHOLE | STEP | PREPARE, WHOLE | STEP | TRAIN]

names = sorted({name for row in rows for name in row} | {"MaxRSS", "ConsumedEnergyRaw", "Comment", "NodeList"})
text = io.StringIO()
writer = csv.DictWriter(text, names, restval="")
writer.writeheader()
writer.writerows(rows)
text.seek(0)
base = sqlite3.connect(":memory:")
slurm2sql.slurm2sql(base, [], csv_input=csv.DictReader(text))
reserved, used, efficiency, memory = base.execute("SELECT gpu_s_reserved, gpu_s_used, GpuEff, MemEff FROM eff").fetchone()
print(f"slurm2sql: {used:,.0f} of {reserved:,.0f} GPU s, efficiency {efficiency:.2f}, memory {memory:.0%}")

job = Job("7", "7", None)
for row in rows:
    job.update(dict(collections.ChainMap(row, dict.fromkeys(names, ""))))
print(f"reportseff: memory {job.get_entry('MemEff')} %, {job.get_entry('Energy'):,} J")
seen = (reserved, used, round(efficiency, 2), round(memory, 2), job.get_entry("MemEff"), job.get_entry("Energy"))
raise SystemExit(seen != (57600, 414720, 0.9, 0.79, 625.0, 3000000))
PYTHON
