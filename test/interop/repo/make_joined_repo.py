"""A Feast repo whose stored on-demand views are computed from several sources, applied and loaded: make_joined_repo.py <folder>."""

import json
import os
import sqlite3
import sys
from datetime import datetime, timedelta, timezone

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from feast import Entity, FeatureStore, FeatureView, Field, FileSource, RequestSource, ValueType
from feast.infra.key_encoding_utils import deserialize_entity_key
from feast.on_demand_feature_view import on_demand_feature_view
from feast.protos.feast.types.Value_pb2 import Value
from feast.types import Float64, Int64, String, UnixTimestamp

FOLDER = sys.argv[1]
START = datetime(2026, 1, 1, tzinfo=timezone.utc)
END = START + timedelta(hours=36)
TIME = pa.timestamp("us", tz="UTC")
TYPES = {
    "driver_id": pa.int64(),
    "customer_id": pa.string(),
    "event_timestamp": TIME,
    "created": TIME,
    "label": pa.string(),
}


def write(name, columns, rows):
    def cell(column, value):
        is_time = column in ("event_timestamp", "created") and value is not None
        return START + timedelta(hours=value) if is_time else value

    table = {
        column: pa.array([cell(column, row[at]) for row in rows], TYPES.get(column, pa.float64()))
        for at, column in enumerate(columns)
    }
    pq.write_table(pa.table(table), f"data/{name}.parquet")


os.makedirs(f"{FOLDER}/data")
os.chdir(FOLDER)
with open("feature_store.yaml", "w") as yaml:
    yaml.write(
        "project: joined\nregistry: data/registry.db\nprovider: local\noffline_store:\n  type: file\n"
        "online_store:\n  type: sqlite\n  path: data/online_store.db\nentity_key_serialization_version: 3\n"
    )

# The hours of rows; those before 0 are before the range that is loaded, those above 36 after it.
write(
    "rides",
    ["driver_id", "event_timestamp", "fare"],
    [
        (1, 1, 1.0), (1, 5, 5.0), (2, 3, 3.0), (4, 2, 2.0), (5, 1, 1.0), (6, 1, 61.0), (6, 20, 620.0),
        (7, -2, 70.0), (8, 4, 8.0), (8, 40, 80.0), (9, 1, 1.0), (9, 12, None),
    ],
)
write(
    "ratings",
    ["driver_id", "event_timestamp", "created", "stars"],
    [
        (1, 4, 5, 4.0), (1, 4, 9, 4.5), (1, 4, 7, 3.5), (2, 10, 10, 1.0), (3, 6, 6, 3.0), (4, 2, 2, 2.0),
        (5, 30, 30, 5.0), (6, 2, 2, 1.0), (6, 10, 10, 2.0), (6, 25, 25, 4.0), (7, 7, 7, 2.5), (8, 3, 3, 1.5),
        (9, 11, 11, 4.0),
    ],
)
write(
    "homes",
    ["driver_id", "event_timestamp", "label"],
    [(1, 2, "Oslo"), (2, -5, "Rome"), (3, 1, "Łódź"), (6, 24, "Bern"), (9, 35, "")],
)
write(
    "orders",
    ["driver_id", "customer_id", "event_timestamp", "fare"],
    [(1, "x", 6, 6.0), (1, "y", 2, 2.0), (2, "x", 9, 9.0), (6, "z", 21, 21.0)],
)

driver = Entity(name="driver", join_keys=["driver_id"], value_type=ValueType.INT64)
customer = Entity(name="customer", join_keys=["customer_id"], value_type=ValueType.STRING)


def view(name, entities, field, ttl_hours, created=""):
    source = FileSource(
        name=f"{name}_source",
        path=f"data/{name}.parquet",
        timestamp_field="event_timestamp",
        created_timestamp_column=created,
    )
    return FeatureView(
        name=name, entities=entities, ttl=timedelta(hours=ttl_hours), schema=[field], source=source
    )


rides = view("rides", [driver], Field(name="fare", dtype=Float64), 0)
ratings = view("ratings", [driver], Field(name="stars", dtype=Float64), 8, "created")
homes = view("homes", [driver], Field(name="label", dtype=String), 0)
orders = view("orders", [driver, customer], Field(name="fare", dtype=Float64), 0)
asked = RequestSource(
    name="asked", schema=[Field(name="wanted", dtype=Int64), Field(name="event_timestamp", dtype=UnixTimestamp)]
)
STORED = {"entities": [driver], "write_to_online_store": True}


@on_demand_feature_view(sources=[rides, ratings], schema=[Field(name="score", dtype=Float64)], mode="pandas", **STORED)
def two_sources(inputs: pd.DataFrame) -> pd.DataFrame:
    print(f"computing {len(inputs)} rows")
    return pd.DataFrame({"score": inputs["fare"] * 1000 + inputs["stars"].fillna(-1)})


@on_demand_feature_view(
    sources=[rides, ratings, homes],
    schema=[Field(name="text", dtype=String), Field(name="known", dtype=Int64)],
    mode="python",
    **STORED,
)
def three_sources(inputs):
    rows = list(zip(inputs["fare"], inputs["stars"], inputs["label"]))
    is_null = lambda value: value is None or value != value
    show = lambda value: "-" if is_null(value) else str(value)
    return {
        "text": [" ".join(show(value) for value in row) for row in rows],
        "known": [sum(not is_null(value) for value in row) for row in rows],
    }


@on_demand_feature_view(
    sources=[rides, ratings, asked], schema=[Field(name="hour", dtype=Float64)], mode="pandas", **STORED
)
def at_an_instant(inputs: pd.DataFrame) -> pd.DataFrame:
    hours = (inputs["event_timestamp"] - pd.Timestamp("2026-01-01", tz="UTC")).dt.total_seconds() / 3600
    return pd.DataFrame({"hour": hours})


@on_demand_feature_view(sources=[rides, asked], schema=[Field(name="double", dtype=Float64)], mode="pandas", **STORED)
def one_source(inputs: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({"double": inputs["fare"] * 2})


@on_demand_feature_view(sources=[orders, homes], schema=[Field(name="last", dtype=String)], mode="python", **STORED)
def more_keys(inputs):
    is_null = lambda value: value is None or value != value
    return {"last": [f"{'-' if is_null(fare) else fare} {label}" for fare, label in zip(inputs["fare"], inputs["label"])]}


@on_demand_feature_view(sources=[rides, orders], schema=[Field(name="both", dtype=Float64)], mode="pandas", **STORED)
def one_name(inputs: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({"both": inputs["rides__fare"] * 1000 + inputs["orders__fare"].fillna(-1)})


store = FeatureStore(".")
store.apply([driver, customer, rides, ratings, homes, orders, asked])
store.apply([two_sources, three_sources, at_an_instant, one_source, more_keys, one_name])
stored = [view for view in store.list_on_demand_feature_views() if view.write_to_online_store]
# Feast makes no tables for these.
store._get_provider().update_infra(
    project=store.project,
    tables_to_delete=[],
    tables_to_keep=stored,
    entities_to_delete=[],
    entities_to_keep=[],
    partial=True,
)
for name in ["two_sources", "three_sources", "at_an_instant", "one_source", "more_keys"]:
    store.materialize(START, END, feature_views=[name])
store.materialize(START, END, feature_views=["one_name"], full_feature_names=True)


def stored_values(name):
    """Feature by driver, but for the join key, which Feast stores among the features."""
    rows = sqlite3.connect("data/online_store.db").execute(
        f"SELECT entity_key, feature_name, value FROM joined_{name} WHERE feature_name <> 'driver_id' ORDER BY 1, 2"
    )
    values = {}
    for key, feature, data in rows:
        driver_id = deserialize_entity_key(key, 3).entity_values[0].int64_val
        value = Value.FromString(data)
        kind = value.WhichOneof("val")
        values[f"{driver_id} {feature}"] = kind and getattr(value, kind)
    return values


with open("stored.json", "w") as file:
    json.dump({view.name: stored_values(view.name) for view in stored}, file, indent=1, ensure_ascii=False, sort_keys=True)
    file.write("\n")
