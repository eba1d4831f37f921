"""Reads services with `precompute_online` through Feast: read_vectors.py HOST:PORT REGISTRY [precompute].

With `precompute`, Feast makes the vectors anew before.
"""
import json, sys

from feast import FeatureStore, RepoConfig
from feast.infra.online_stores.redis import RedisOnlineStoreConfig

store = FeatureStore(
    config=RepoConfig(
        project="fleet", provider="local", registry=sys.argv[2],
        online_store=RedisOnlineStoreConfig(connection_string=sys.argv[1]),
        entity_key_serialization_version=3,
    )
)
answers = {}
for name in ["both", "renamed", "mixed"]:
    if "precompute" in sys.argv:
        store.precompute_feature_service(name)
    rows = [{"driver_id": i, "zone": "a"} for i in [1, 2, 3, 4]]
    response = store.get_online_features(
        store.get_feature_service(name), entity_rows=rows, full_feature_names=True
    ).proto
    answers[name] = {
        feature: [value.SerializeToString().hex() + " " + str(status) for value, status in zip(column.values, column.statuses)]
        for feature, column in zip(response.metadata.feature_names.val, response.results)
    }
print(json.dumps(answers))
