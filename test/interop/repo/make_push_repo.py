"""Makes the repo of `push_features.py` in a folder with real Feast: `make_push_repo.py FOLDER`; one row is in its file."""

import os
import shutil
import sys
from datetime import datetime, timezone
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

TIME = pa.timestamp("us", tz="UTC")
BASE = {
    "string": pa.string(), "bytes": pa.binary(), "int32": pa.int32(), "int64": pa.int64(), "double": pa.float64(),
    "float": pa.float32(), "bool": pa.bool_(), "ts": TIME,
}  # fmt: skip
START = datetime(2026, 1, 1, tzinfo=timezone.utc)

YAML = """project: pushes
provider: local
registry: data/registry.db
online_store:
  type: sqlite
  path: data/online_store.db
offline_store:
  type: file
entity_key_serialization_version: 3
"""


def main(folder):
    (folder / "data").mkdir(parents=True)
    shutil.copy(Path(__file__).with_name("push_features.py"), folder / "features.py")
    (folder / "feature_store.yaml").write_text(YAML)
    columns = {"item_id": pa.int64(), "event_timestamp": TIME, "created": TIME}
    columns |= {f"f_{name}": dtype for name, dtype in BASE.items()}
    columns |= {f"f_{name}": pa.string() for name in ("json", "map", "uuid", "decimal")}
    first = {name: None for name in columns} | {"item_id": 1, "event_timestamp": START, "created": START, "f_int64": 7}
    pq.write_table(pa.Table.from_pylist([first], schema=pa.schema(columns)), folder / "data" / "events.parquet")
    lists = {"item_id": pa.int64(), "event_timestamp": TIME}
    lists |= {f"l_{name}": pa.list_(dtype) for name, dtype in BASE.items() if name != "bytes"}
    pq.write_table(pa.Table.from_pylist([], schema=pa.schema(lists)), folder / "data" / "lists.parquet")
    os.chdir(folder)
    sys.path.insert(0, str(folder))

    from feast import FeatureStore
    from feast.repo_operations import apply_total

    apply_total(FeatureStore(repo_path=".").config, folder, skip_source_validation=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
