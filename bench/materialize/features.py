"""The definitions of the benchmarks of writes: one view of ten features of mixed types, by user, which a push feeds too."""

from datetime import timedelta

from feast import Entity, FeatureView, Field, FileSource, PushSource, ValueType
from feast.types import Bool, Float32, Float64, Int64, String

user = Entity(name="user", join_keys=["user_id"], value_type=ValueType.INT64)

events = FileSource(name="events", path="data/events.parquet", timestamp_field="event_timestamp")

user_stats = FeatureView(
    name="user_stats",
    entities=[user],
    ttl=timedelta(days=3650),
    schema=[
        Field(name="float_0", dtype=Float32),
        Field(name="float_1", dtype=Float32),
        Field(name="double_0", dtype=Float64),
        Field(name="double_1", dtype=Float64),
        Field(name="int_0", dtype=Int64),
        Field(name="int_1", dtype=Int64),
        Field(name="int_2", dtype=Int64),
        Field(name="text_0", dtype=String),
        Field(name="text_1", dtype=String),
        Field(name="flag_0", dtype=Bool),
    ],
    source=PushSource(name="user_events", batch_source=events),
    online=True,
)
