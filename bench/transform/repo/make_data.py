"""python make_data.py ENTITIES: the file of the view, all values random and none missing."""
import datetime as dt
import os
import random
import sys

import pyarrow as pa
import pyarrow.parquet as pq

entities = int(sys.argv[1])
random.seed(9)
when = dt.datetime(2026, 1, 1, tzinfo=dt.timezone.utc)
os.makedirs("data", exist_ok=True)
pq.write_table(pa.table({
    "driver_id": pa.array(range(entities), pa.int64()),
    "event_timestamp": pa.array([when] * entities, pa.timestamp("us", tz="UTC")),
    **{f"f{i}": pa.array([random.randrange(100_000) for _ in range(entities)], pa.int64()) for i in range(10)},
}), "data/numbers.parquet")
