#!/usr/bin/env python3
"""Runs the statements of a query over CSV files of turnprobe and prints what each finds as CSV.

    engines.py duckdb QUERY.sql
    engines.py sqlite|clickhouse QUERY.sql SCHEMA.json=TABLE=FILE.csv...
    engines.py store-sqlite|store-duckdb QUERY.sql FILE.db    over the tables of a store
    engines.py parquet FILE.csv FILE.parquet                  says whether both have the same cells, by pyarrow and DuckDB
    engines.py postgres-load SCHEMA.json=TABLE=FILE.csv...    prints what psql loads the tables with

The tables have the types that `turnprobe schema --format json` names: those of a store.
"""

import csv
import gzip
import json
import sys
import tempfile
from datetime import datetime, timedelta


def opened(path):
    if path.endswith(".gz"):
        return gzip.open(path, "rt", encoding="utf-8", newline="")
    return open(path, encoding="utf-8", newline="")


def read(argument):
    schema, table, path = argument.split("=", 2)
    with open(schema, encoding="utf-8") as file:
        columns = json.load(file)
    with opened(path) as file:
        rows = list(csv.DictReader(file))
    return table, columns, rows


def is_buckets(column):
    return column["name"].endswith(("_buckets", "_counts"))


def value(column, text):
    if text in (None, ""):
        return None
    if column["type"] in ("integer", "signed"):
        return int(text)
    if column["type"] == "boolean":
        return int(text == "true")
    return text


def statements(path):
    with open(path, encoding="utf-8") as file:
        lines = [line for line in file if not line.startswith("--")]
    text = "".join(lines)
    # a literal of the tests may have a semicolon, but not at the end of a line
    return [part for part in text.split(";\n") if part.strip()]


def show(names, rows):
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(names)
    out.writerows(["" if cell is None else cell for cell in row] for row in rows)


def duckdb(path):
    import duckdb

    for statement in statements(path):
        found = duckdb.execute(statement)
        if statement.lstrip().startswith("CREATE"):
            continue
        show([column[0] for column in found.description], found.fetchall())


def sqlite(path, tables):
    import sqlite3

    base = sqlite3.connect(":memory:")
    # as a build of SQLite has it that leaves out mathematics
    for name, count in (("pow", 2), ("power", 2), ("log2", 1), ("ln", 1), ("exp", 1), ("ceil", 1), ("floor", 1)):
        def refused(*_):
            raise NotImplementedError("no mathematics here")
        base.create_function(name, count, refused)
    for table, columns, rows in map(read, tables):
        kinds = {"integer": "INTEGER", "signed": "INTEGER", "boolean": "INTEGER"}
        made = ", ".join(f'"{c["name"]}" {kinds.get(c["type"], "TEXT")}' for c in columns)
        base.execute(f"CREATE TABLE {table} ({made}) STRICT")
        marks = ", ".join("?" * len(columns))
        values = ([value(column, row.get(column["name"])) for column in columns] for row in rows)
        base.executemany(f"INSERT INTO {table} VALUES ({marks})", values)
    for statement in statements(path):
        found = base.execute(statement)
        show([column[0] for column in found.description], found)


def store_sqlite(path, store):
    import sqlite3

    base = sqlite3.connect(f"file:{store}?mode=ro", uri=True)
    for statement in statements(path):
        found = base.execute(statement)
        show([column[0] for column in found.description], found)


def store_duckdb(path, store):
    import sqlite3

    import duckdb

    base = sqlite3.connect(f"file:{store}?mode=ro", uri=True)
    for table in ("probes", "rollups"):
        rows = base.execute(f"SELECT * FROM {table}")
        names = [column[0] for column in rows.description]
        made = ", ".join(f'"{name}" VARCHAR' for name in names)
        duckdb.execute(f"CREATE TABLE {table} ({made})")
        marks = ", ".join("?" * len(names))
        texts = [[None if cell is None else str(cell) for cell in row] for row in rows]
        duckdb.executemany(f"INSERT INTO {table} VALUES ({marks})", texts)
    for statement in statements(path):
        found = duckdb.execute(statement)
        show([column[0] for column in found.description], found.fetchall())


def clickhouse(path, tables):
    from chdb import session

    base = session.Session()
    base.query("CREATE DATABASE t ENGINE = Atomic")
    base.query("USE t")
    kinds = {
        "integer": "Nullable(Int64)",
        "signed": "Nullable(Int64)",
        "boolean": "Nullable(Bool)",
        "time": "Nullable(DateTime64(6, 'UTC'))",
    }
    for table, columns, rows in map(read, tables):
        kind = lambda c: "Array(Int64)" if is_buckets(c) else kinds.get(c["type"], "Nullable(String)")
        made = ", ".join(f'"{c["name"]}" {kind(c)}' for c in columns)
        base.query(f"CREATE TABLE {table} ({made}) ENGINE = Memory")
        with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as lines:
            for row in rows:
                cells = {c["name"]: value(c, row.get(c["name"])) for c in columns}
                for c in filter(is_buckets, columns):
                    cells[c["name"]] = json.loads(cells[c["name"]] or "[]")
                lines.write(json.dumps(cells) + "\n")
            lines.flush()
            made = made.replace("'", "\\'")
            base.query(
                f"INSERT INTO {table} SELECT * FROM file('{lines.name}', JSONEachRow, '{made}') "
                "SETTINGS date_time_input_format = 'best_effort'"
            )
    for statement in statements(path):
        sys.stdout.write(str(base.query(statement, "CSVWithNames")).replace("\\N", ""))


def postgres_load(tables):
    for table, columns, rows in map(read, tables):
        kinds = {"integer": "BIGINT", "signed": "BIGINT", "boolean": "BOOLEAN", "time": "TIMESTAMPTZ"}
        kind = lambda c: "SMALLINT[]" if c["name"].endswith("_buckets") else "INTEGER[]" if is_buckets(c) else kinds.get(c["type"], "TEXT")
        made = ", ".join(f'"{c["name"]}" {kind(c)}' for c in columns)
        print(f"CREATE TABLE {table} ({made});")
        print(f"COPY {table} FROM STDIN (FORMAT csv);")
        out = csv.writer(sys.stdout, lineterminator="\n")
        for row in rows:
            cells = [row.get(c["name"]) or None for c in columns]
            out.writerow(
                cell.translate(str.maketrans("[]", "{}")) if cell and is_buckets(c) else cell
                for c, cell in zip(columns, cells)
            )
        print("\\.")


def parquet(text, columns):
    import duckdb
    import pyarrow.parquet

    with opened(text) as file:
        wanted = list(csv.DictReader(file))
    table = pyarrow.parquet.read_table(columns)
    assert table.column_names == list(wanted[0]), table.column_names
    for place, (found, row) in enumerate(zip(table.to_pylist(), wanted, strict=True)):
        for name, cell in found.items():
            if isinstance(cell, list):
                cell = json.dumps(cell, separators=(",", ":")) if cell else ""
            elif isinstance(cell, datetime):
                assert cell.utcoffset() == timedelta(0)
                form = "%Y-%m-%d %H:%M:%S.%fZ" if "." in row[name] else "%Y-%m-%d %H:%M:%SZ"
                cell = cell.strftime(form)
            elif cell is None:
                cell = ""
            elif isinstance(cell, bool):
                cell = str(cell).lower()
            assert str(cell) == row[name], (place, name, cell, row[name])
    number = duckdb.execute("SELECT count(*) FROM read_parquet(?)", [columns]).fetchall()[0][0]
    kinds = duckdb.sql(f"DESCRIBE SELECT * FROM read_parquet('{columns}')").fetchall()
    print(json.dumps({"rows": number, "types": sorted({kind[1] for kind in kinds})}))


def codec(path, out, name):
    """The same rows with another compression."""
    import pyarrow.parquet

    pyarrow.parquet.write_table(pyarrow.parquet.read_table(path), out, compression=name)


def main():
    engine, *rest = sys.argv[1:]
    if engine == "codec":
        return codec(*rest)
    if engine == "parquet":
        return parquet(*rest)
    if engine == "postgres-load":
        return postgres_load(rest)
    path, *tables = rest
    if engine.startswith("store-"):
        return {"store-sqlite": store_sqlite, "store-duckdb": store_duckdb}[engine](path, *tables)
    return {"duckdb": lambda: duckdb(path), "sqlite": lambda: sqlite(path, tables), "clickhouse": lambda: clickhouse(path, tables)}[engine]()


main()
