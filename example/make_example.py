"""Makes the example's data anew: `python make_example.py`, with feast==0.66.0 installed.

Writes the offline file, runs `feast apply` and `feast materialize`, and makes the paths in the registry relative.
"""

import math
import os
import subprocess
from datetime import datetime, timedelta, timezone
from pathlib import Path

HERE = Path(__file__).resolve().parent
DATA = HERE / "data"
FIRST_HOUR = datetime(2025, 12, 28, tzinfo=timezone.utc)
HOURS = 24 * 6
DRIVERS = (1001, 1002, 1003, 1004, 1005)
# Two days of the file stay unloaded, so that a later materialization has something to do.
LOADED_FROM, LOADED_TO = "2025-12-28T00:00:00", "2026-01-01T00:00:00"


def rows():
    """One row per driver and hour; the rates follow the time of day, each driver at an own level."""
    for hour in range(HOURS):
        at = FIRST_HOUR + timedelta(hours=hour)
        wave = math.sin(2 * math.pi * at.hour / 24)
        for number, driver_id in enumerate(DRIVERS):
            yield {
                "event_timestamp": at,
                "driver_id": driver_id,
                "conv_rate": round(0.35 + 0.08 * number + 0.10 * wave + 0.0005 * hour, 4),
                "acc_rate": round(0.92 - 0.05 * number - 0.06 * wave, 4),
                "avg_daily_trips": 12 + 7 * number + hour // 12,
                "created": (at + timedelta(minutes=5)).replace(tzinfo=None),
            }


def write_offline_file() -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema(
        [
            ("event_timestamp", pa.timestamp("us", tz="UTC")),
            ("driver_id", pa.int64()),
            ("conv_rate", pa.float32()),
            ("acc_rate", pa.float32()),
            ("avg_daily_trips", pa.int64()),
            ("created", pa.timestamp("us")),
        ]
    )
    pq.write_table(pa.Table.from_pylist(list(rows()), schema=schema), DATA / "driver_stats.parquet")


def feast(*arguments: str) -> None:
    subprocess.run(["feast", *arguments], cwd=HERE, env={**os.environ, "TZ": "UTC"}, check=True)


def make_paths_relative() -> None:
    """Feast notes where the SQLite file lies as an absolute path; the example must work from any folder."""
    from feast.protos.feast.core.Registry_pb2 import Registry

    path = DATA / "registry.db"
    registry = Registry.FromString(path.read_bytes())
    for item in registry.infra.infra_objects:
        item.sqlite_table.path = os.path.relpath(item.sqlite_table.path, HERE)
    path.write_bytes(registry.SerializeToString())


def main() -> None:
    DATA.mkdir(exist_ok=True)
    for name in ("registry.db", "online_store.db", "driver_stats.parquet"):
        (DATA / name).unlink(missing_ok=True)
    write_offline_file()
    feast("apply")
    feast("materialize", LOADED_FROM, LOADED_TO)
    make_paths_relative()


if __name__ == "__main__":
    main()
