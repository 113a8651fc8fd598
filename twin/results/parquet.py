"""Tables as parquet: the same frame gives the same bytes, and no file makes a reader run out of
memory.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from twin.results.disk import digest, read_bytes, refuse
from twin.results.frames import empty
from twin.tables import Column, Table

if TYPE_CHECKING:
    import pandas as pd

    from twin.results.columns import Columns

FILE_BYTES_MAX = 2 * 2**30
"""Largest parquet file that is read."""
TABLE_BYTES_MAX = 8 * 2**30
"""Most memory that a table may take once it is read."""
_CELL_BYTES = 8
_FOOTER_BYTES_MAX = 16 * 2**20

_ARROW = {"float": pa.float64(), "int": pa.int64(), "text": pa.string(), "bool": pa.bool_()}


def table_bytes(table: Table, given: Columns | pd.DataFrame) -> bytes:
    """A table as parquet; no pandas metadata and no clock goes into it.

    A number that is missing is null, not NaN: readers disagree on whether NaN is above a limit.
    """
    schema = pa.schema([_field(column) for column in table.columns], metadata={"says": table.says})
    arrays = [arrow_of(column, np.asarray(given[column.name])) for column in table.columns]
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_arrays(arrays, schema=schema), sink, compression="zstd")
    data: bytes = sink.getvalue().to_pybytes()
    return data


def arrow_of(column: Column, values: np.ndarray[Any, Any]) -> pa.Array:
    """A column as pyarrow holds it, made of its buffers: `pa.array` loads pandas, a fifth of a
    second at the end of each run.
    """
    if column.kind == "text":
        return _texts(values)
    if column.kind == "bool":
        return pa.Array.from_buffers(pa.bool_(), len(values), [None, _bits(values)])
    kind = _ARROW[column.kind]
    held = np.ascontiguousarray(values, dtype=kind.to_pandas_dtype())
    known = ~np.isnan(held)
    valid = None if known.all() else _bits(known)
    return pa.Array.from_buffers(kind, len(held), [valid, pa.py_buffer(held)])


def _texts(values: np.ndarray[Any, Any]) -> pa.Array:
    """Text by the ends of each within the whole; what is no text is missing."""
    known = np.array([isinstance(value, str) for value in values], dtype=bool)
    held = [value.encode() if isinstance(value, str) else b"" for value in values]
    ends = np.zeros(len(held) + 1, dtype=np.int32)
    np.cumsum([len(text) for text in held], out=ends[1:])
    valid = None if known.all() else _bits(known)
    whole = pa.py_buffer(b"".join(held))
    return pa.Array.from_buffers(pa.string(), len(held), [valid, pa.py_buffer(ends), whole])


def _bits(values: np.ndarray[Any, Any]) -> pa.Buffer:
    return pa.py_buffer(np.packbits(np.asarray(values, dtype=bool), bitorder="little"))


def _field(column: Column) -> Any:
    words = {"unit": column.unit, "says": column.says}
    return pa.field(column.name, _ARROW[column.kind], metadata=words)


def file_name(table: Table) -> str:
    """Where a table stands in a result's folder."""
    return f"tables/{table.name}.parquet"


def read_table(
    root: Path, table: Table, hashes: Mapping[str, str]
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """A result's table, and what of it the result is too old to have: columns, or the table.

    Raises InputError where its bytes are not those that were hashed, are no parquet, have other
    columns than declared, or stand for more rows or longer text than memory should hold.
    """
    path = root / file_name(table)
    if table.since and file_name(table) not in hashes:
        return empty(table), (table.name,)
    data = read_bytes(path, FILE_BYTES_MAX)
    if digest(data) != hashes.get(file_name(table)):
        refuse(path, "a damaged table", "the bytes that the run wrote")
    try:
        return _read(path, table, data)
    except (pa.ArrowException, OSError, MemoryError) as error:
        _refuse(path, f"no parquet that can be read ({str(error)[:120]})")


def _read(path: Path, table: Table, data: bytes) -> tuple[pd.DataFrame, tuple[str, ...]]:
    file = pq.ParquetFile(
        pa.BufferReader(data),
        read_dictionary=[column.name for column in table.columns if column.kind == "text"],
        thrift_string_size_limit=_FOOTER_BYTES_MAX,
        thrift_container_size_limit=_FOOTER_BYTES_MAX,
    )
    absent = _absent(path, table, file)
    if file.metadata.num_rows * len(table.columns) * _CELL_BYTES > TABLE_BYTES_MAX:
        _refuse(path, f"{file.metadata.num_rows:,} rows")
    read = file.read(use_threads=False)
    if sum(_text_bytes(read[name]) for name in read.schema.names) > TABLE_BYTES_MAX:
        _refuse(path, "more text than memory should hold")
    frame = read.cast(_declared(table, absent)).to_pandas(use_threads=False)
    return frame.reindex(columns=list(table.names)), tuple(f"{table.name}.{it}" for it in absent)


def _declared(table: Table, absent: Collection[str]) -> Any:
    held = [column for column in table.columns if column.name not in absent]
    return pa.schema([pa.field(column.name, _ARROW[column.kind]) for column in held])


def _absent(path: Path, table: Table, file: Any) -> list[str]:
    """Columns that came later than the file; it has all others, as they are declared."""
    found = file.schema_arrow
    names = tuple(found.names)
    kinds = [
        field.type.value_type if pa.types.is_dictionary(field.type) else field.type
        for field in found
    ]
    held = [one for one in table.columns if one.name in names or not one.since]
    if names != tuple(one.name for one in held) or kinds != [_ARROW[one.kind] for one in held]:
        scenario = path.parents[1] / "scenario.yaml"
        allowed = f"a table as this version of twin writes it: twin run {scenario} makes it anew"
        refuse(path, f"columns {', '.join(names)[:200] or 'none'}", allowed)
    return [name for name in table.names if name not in names]


def _text_bytes(column: Any) -> int:
    """Bytes of a text column once every row holds its own."""
    total = 0
    for chunk in column.chunks if pa.types.is_dictionary(column.type) else ():
        lengths = pc.binary_length(chunk.dictionary).take(chunk.indices)
        total += pc.sum(lengths.cast(pa.int64())).as_py() or 0
    return total


def _refuse(path: Path, found: str) -> NoReturn:
    refuse(path, found, "a table as a run writes it")
