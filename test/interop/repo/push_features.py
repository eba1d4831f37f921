"""A push source with a column of each type that Feast can append to a file, two views that it feeds, and one of lists."""

from datetime import timedelta

from feast import Entity, FeatureView, Field, FileSource, PushSource, ValueType
from feast.types import (
    Array, Bool, Bytes, Decimal, Float32, Float64, Int32, Int64, Json, Map, String, UnixTimestamp, Uuid,
)  # fmt: skip

SCALARS = [
    ("string", String), ("bytes", Bytes), ("int32", Int32), ("int64", Int64), ("double", Float64), ("float", Float32),
    ("bool", Bool), ("ts", UnixTimestamp),
]  # fmt: skip
LISTS = [(name, dtype) for name, dtype in SCALARS if name != "bytes"]
TEXTS = [("json", Json), ("map", Map), ("uuid", Uuid), ("decimal", Decimal)]

item = Entity(name="item", join_keys=["item_id"], value_type=ValueType.INT64)
events = FileSource(
    name="events", path="data/events.parquet", timestamp_field="event_timestamp", created_timestamp_column="created"
)
pushed = PushSource(name="pushed", batch_source=events)
every_type = FeatureView(
    name="every_type",
    entities=[item],
    ttl=timedelta(days=36500),
    schema=[Field(name=f"f_{name}", dtype=dtype) for name, dtype in SCALARS + TEXTS],
    source=pushed,
)
# Feast cannot append to a file that has a column of lists.
lists = FeatureView(
    name="lists",
    entities=[item],
    ttl=timedelta(days=36500),
    schema=[Field(name=f"l_{name}", dtype=Array(dtype)) for name, dtype in LISTS],
    source=PushSource(
        name="pushed_lists",
        batch_source=FileSource(name="lists_file", path="data/lists.parquet", timestamp_field="event_timestamp"),
    ),
)
summary = FeatureView(
    name="summary",
    entities=[item],
    ttl=timedelta(0),
    schema=[Field(name="f_int64", dtype=Int64), Field(name="f_string", dtype=String)],
    source=pushed,
)
