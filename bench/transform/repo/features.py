"""The same two views as definitions.ts: 10 outputs of 10 features and a value of the request."""
from datetime import timedelta
from typing import Any, Dict

import pandas as pd
from feast import Entity, FeatureView, Field, FileSource, RequestSource, ValueType
from feast.on_demand_feature_view import on_demand_feature_view
from feast.types import Float64, Int64

WIDTH = 10
driver = Entity(name="driver", join_keys=["driver_id"], value_type=ValueType.INT64)
numbers = FeatureView(
    name="numbers",
    entities=[driver],
    ttl=timedelta(days=36500),
    schema=[Field(name=f"f{i}", dtype=Int64) for i in range(WIDTH)],
    source=FileSource(name="numbers_source", path="data/numbers.parquet", timestamp_field="event_timestamp"),
)
factor = RequestSource(name="factor", schema=[Field(name="factor", dtype=Float64)])


@on_demand_feature_view(sources=[numbers, factor], schema=[Field(name=f"c{i}", dtype=Float64) for i in range(WIDTH)], mode="pandas")
def columns(inputs: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({f"c{i}": inputs[f"f{i}"] * inputs["factor"] + i for i in range(10)})


@on_demand_feature_view(sources=[numbers, factor], schema=[Field(name=f"r{i}", dtype=Float64) for i in range(WIDTH)], mode="python")
def rows(inputs: Dict[str, Any]) -> Dict[str, Any]:
    return {f"r{i}": [value * factor + i for value, factor in zip(inputs[f"f{i}"], inputs["factor"])] for i in range(10)}
