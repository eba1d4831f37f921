"""Makes a repo whose views have several versions with rows, with real Feast: `make_versioned_repo.py FOLDER`."""

import os
import sys
import warnings
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pandas as pd

YAML = """project: versions
provider: local
registry:
  path: data/registry.db
  enable_online_feature_view_versioning: true
online_store:
  type: sqlite
  path: data/online_store.db
offline_store:
  type: file
entity_key_serialization_version: 3
auth:
  type: no_auth
"""
START = datetime(2026, 3, 1, tzinfo=timezone.utc)
REGIONS = ["north", "süd", ""]


def main(folder):
    (folder / "data").mkdir(parents=True)
    (folder / "feature_store.yaml").write_text(YAML)
    os.chdir(folder)
    warnings.simplefilter("ignore")

    from feast import Entity, FeatureService, FeatureStore, FeatureView, Field, FileSource, ValueType
    from feast.types import Array, Float32, Float64, Int64, String

    store = FeatureStore(repo_path=".")
    user = Entity(name="user", join_keys=["user_id"], value_type=ValueType.INT64)
    region = Entity(name="region", join_keys=["region_code"], value_type=ValueType.STRING)
    source = FileSource(name="rows", path="data/rows.parquet", timestamp_field="event_timestamp")
    columns = {"a": 1, "b": 0.5, "c": "x", "d": [1, 2], "user_id": 1, "region_code": "north"}
    pd.DataFrame({**{name: [value] for name, value in columns.items()}, "event_timestamp": [START]}).to_parquet(source.path)

    def view(name, entities, fields):
        schema = [Field(name=field, dtype=dtype) for field, dtype in fields.items()]
        return FeatureView(name=name, entities=entities, ttl=timedelta(days=1), schema=schema, source=source)

    def load(name, rows, **keys):
        now = START + timedelta(hours=rows)
        features = {"a": 10 * rows, "b": rows + 0.25, "c": f"version {rows}", "d": [rows, rows + 1]}
        for number in range(rows):
            row = {**features, **{key: values[number % len(values)] for key, values in keys.items()}}
            frame = pd.DataFrame([{**row, "event_timestamp": now}])
            store.write_to_online_store(name, frame)

    users, regions = {"user_id": [1, 2, 3, 4]}, {"region_code": REGIONS}
    stats = [{"a": Int64}, {"a": Int64, "b": Float64}, {"b": Float32, "c": String, "d": Array(Int64)}, {"a": Int64, "c": String}]
    pairs = [{"a": Int64}, {"a": Int64, "c": String}]
    world = [{"a": Int64}, {"c": String}]
    for version in range(4):
        changed = [view("stats", [user], stats[version])]
        if version < 2:
            changed.append(view("pairs", [user, region], pairs[version]))
            changed.append(view("world", [], world[version]))
        store.apply([user, region, source, *changed])
        load("stats", 4 - version, **users)
        if version < 2:
            load("pairs", 3 - version, **users, **regions)
        if version == 1:
            old = store.get_feature_view("stats")
            store.apply([FeatureService(name="old_shape", features=[old]), FeatureService(name="one_of_old", features=[old[["a"]]])])
    current, pinned = store.get_feature_view("stats"), store.get_feature_view("stats")
    pinned.projection.version_tag = 0
    pinned.projection.features = [Field(name="a", dtype=Int64)]
    store.apply(
        [
            FeatureService(name="current", features=[current, store.get_feature_view("pairs")[["a"]]]),
            FeatureService(name="renamed", features=[store.get_feature_view("stats")[["c"]].with_name("s")]),
            FeatureService(name="pinned", features=[pinned]),
        ]
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
