"""Makes the benchmark's repo in a folder: `make_repo.py FOLDER ENTITIES STORE`; applied and filled by real Feast.

STORE is sqlite or redis. The address of Redis is in the environment variable BENCH_REDIS, here and when the repo is
served: the server has another port on each run.
"""

import os
import random
import shutil
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

YAML = """project: bench
provider: local
registry: data/registry.db
online_store:
{online_store}
offline_store:
  type: file
entity_key_serialization_version: 3
auth:
  type: no_auth
"""
ONLINE_STORES = {
    "sqlite": "  type: sqlite\n  path: data/online_store.db",
    "redis": "  type: redis\n  connection_string: ${BENCH_REDIS}",
}
START = datetime(2026, 1, 1, tzinfo=timezone.utc)
BATCH = 500
NULL_SHARE = 0.2
WORDS = ["Zürich", "東京", "naïve café", "plain", "Ελλάδα", "🙂 smile"]


def mixed_value(rows, kind):
    from feast.protos.feast.types.Value_pb2 import Value

    if rows.random() < NULL_SHARE:
        return Value()
    if kind == "float":
        return Value(float_val=rows.random())
    if kind == "double":
        return Value(double_val=rows.uniform(-1e6, 1e6))
    if kind == "int":
        return Value(int64_val=rows.randrange(-(2**40), 2**40))
    if kind == "text":
        return Value(string_val=rows.choice(WORDS))
    return Value(bool_val=rows.random() < 0.5)


def values_of(view, rows):
    from feast.protos.feast.types.Value_pb2 import Value

    if view.name == "mixed":
        return {field.name: mixed_value(rows, field.name.split("_")[0]) for field in view.features}
    return {field.name: Value(int64_val=rows.randrange(1_000_000)) for field in view.features}


def fill(store, entities):
    from feast.protos.feast.types.EntityKey_pb2 import EntityKey
    from feast.protos.feast.types.Value_pb2 import Value

    rows = random.Random(20260101)
    provider = store._get_provider()
    for view in store.list_feature_views():
        for first in range(0, entities, BATCH):
            batch = [
                (
                    EntityKey(join_keys=["user_id"], entity_values=[Value(int64_val=user)]),
                    values_of(view, rows),
                    START + timedelta(seconds=user),
                    None,
                )
                for user in range(first, min(first + BATCH, entities))
            ]
            provider.online_write_batch(store.config, view, batch, None)
        print(f"filled {view.name}", flush=True)


def main(folder, entities, online_store):
    (folder / "data").mkdir(parents=True)
    shutil.copy(Path(__file__).with_name("features.py"), folder / "features.py")
    (folder / "feature_store.yaml").write_text(YAML.format(online_store=ONLINE_STORES[online_store]))
    columns = pa.schema([("user_id", pa.int64()), ("event_timestamp", pa.timestamp("us", tz="UTC"))])
    pq.write_table(pa.Table.from_pylist([], schema=columns), folder / "data" / "users.parquet")
    os.chdir(folder)
    sys.path.insert(0, str(folder))

    from feast import FeatureStore
    from feast.repo_operations import apply_total

    apply_total(FeatureStore(repo_path=".").config, folder, skip_source_validation=True)
    fill(FeatureStore(repo_path="."), entities)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), int(sys.argv[2]), sys.argv[3])
