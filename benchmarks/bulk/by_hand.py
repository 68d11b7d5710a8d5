"""One policy's hand-written SQL, as a whole process: python by_hand.py QUERY CASE OUTPUT."""

from __future__ import annotations

import os
import sys

import duckdb

query, case, output = sys.argv[1:]
with open(query) as file:
    text = file.read()
output = os.path.abspath(output)
os.chdir(case)
con = duckdb.connect()
con.execute("SET GLOBAL TimeZone = 'UTC'; SET preserve_insertion_order = false")
con.execute("SET VARIABLE now = TIMESTAMP '2025-01-01'")
con.execute(f"COPY ({text}) TO '{output}' (FORMAT parquet, COMPRESSION zstd)")
