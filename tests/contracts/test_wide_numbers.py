"""Numbers on disk are 64 bits wide: no reader outside sums watts or tokens past its column."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

import twin
from twin.study.experiments.table_files import parquet_bytes

DAY = Path(__file__).parents[2] / "scenarios" / "first_factory.yaml"


def _narrow(schema: pa.Schema) -> dict[str, str]:
    """Columns of numbers below 64 bits (findings/the_site_that_gives_power.sh)."""
    numbers = [f for f in schema if pa.types.is_integer(f.type) or pa.types.is_floating(f.type)]
    return {field.name: str(field.type) for field in numbers if field.type.bit_width < 64}


def test_every_table_of_a_run_is_wide(tmp_path: Path) -> None:
    folder = twin.run(DAY).save(tmp_path / "run")
    files = sorted((folder / "tables").iterdir())
    assert {file.stem: narrow for file in files if (narrow := _narrow(pq.read_schema(file)))} == {}


def test_the_table_of_a_study_is_wide() -> None:
    frame = pd.DataFrame({"tokens": [1, 2], "pue": [1.1, 1.2]})
    data = parquet_bytes(frame, {"tokens": "1", "pue": "1"})
    assert _narrow(pq.read_schema(BytesIO(data))) == {}
