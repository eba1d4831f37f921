"""The feature definitions of the example: five drivers, one batch view, one view fed by pushes."""

from datetime import timedelta

from feast import Entity, FeatureService, FeatureView, Field, FileSource, PushSource, ValueType
from feast.types import Float32, Int64

# Long enough that the example's rows, which are dated in the past, never count as expired.
KEEP = timedelta(weeks=520)

driver = Entity(
    name="driver",
    join_keys=["driver_id"],
    value_type=ValueType.INT64,
    description="A person who drives for the company.",
)

driver_stats = FileSource(
    name="driver_stats_source",
    path="data/driver_stats.parquet",
    timestamp_field="event_timestamp",
    created_timestamp_column="created",
    description="Hourly statistics of every driver.",
)

driver_stats_push = PushSource(name="driver_stats_push_source", batch_source=driver_stats)


def stats_fields() -> list[Field]:
    return [
        Field(name="conv_rate", dtype=Float32, description="Share of offered trips that were taken."),
        Field(name="acc_rate", dtype=Float32, description="Share of taken trips that were accepted at once."),
        Field(name="avg_daily_trips", dtype=Int64, description="Mean number of trips a day."),
    ]


hourly_stats = FeatureView(
    name="driver_hourly_stats",
    entities=[driver],
    ttl=KEEP,
    schema=stats_fields(),
    source=driver_stats,
    online=True,
    tags={"team": "driver_performance"},
)

hourly_stats_fresh = FeatureView(
    name="driver_hourly_stats_fresh",
    entities=[driver],
    ttl=KEEP,
    schema=stats_fields(),
    source=driver_stats_push,
    online=True,
    tags={"team": "driver_performance"},
)

activity_v1 = FeatureService(
    name="driver_activity_v1",
    features=[hourly_stats[["conv_rate", "avg_daily_trips"]]],
    description="What the first ranking model reads.",
)
activity_v2 = FeatureService(
    name="driver_activity_v2",
    features=[hourly_stats],
    description="Every feature of the batch view.",
)
activity_v3 = FeatureService(
    name="driver_activity_v3",
    features=[hourly_stats_fresh],
    description="Every feature of the pushed view.",
)
