"""The benchmark's definitions: 25 views of ten integers, and one view of mixed types, all by user."""

from datetime import timedelta

from feast import Entity, FeatureView, Field, FileSource, ValueType
from feast.types import Bool, Float32, Float64, Int64, String

VIEWS = 25
FEATURES = 10
KEEP = timedelta(days=36500)

user = Entity(name="user", join_keys=["user_id"], value_type=ValueType.INT64)

# The rows are written through the online store's own class: no view is ever loaded from this file.
never_read = FileSource(name="users_source", path="data/users.parquet", timestamp_field="event_timestamp")


def view(name, fields):
    schema = [Field(name=field, dtype=dtype) for field, dtype in fields]
    return FeatureView(name=name, entities=[user], ttl=KEEP, schema=schema, source=never_read)


# Feast finds definitions as variables of the module, so each view becomes one.
for number in range(VIEWS):
    fields = [(f"n{number:02d}_{feature}", Int64) for feature in range(FEATURES)]
    globals()[f"numbers_{number:02d}"] = view(f"numbers_{number:02d}", fields)

MIXED_KINDS = (("float", Float32), ("double", Float64), ("int", Int64), ("text", String), ("flag", Bool))
mixed = view("mixed", [(f"{kind}_{number}", dtype) for kind, dtype in MIXED_KINDS for number in range(2)])
