"""Reads the online store of a repo through Feast's SDK: `read_store.py REPO`, view to entity keys (hex) as JSON on stdin.

Prints, for each view and key, the event time and the features as base64 of their protobufs (what the store object finds),
and what `get_online_features` answers for all keys of the view.
"""

import base64
import json
import sys


def encoded(value):
    # The order of the entries of a map is random otherwise.
    return base64.b64encode(value.SerializeToString(deterministic=True)).decode()


def stored_row(row):
    time, values = row
    if values is None:
        return None
    cells = {name: encoded(value) for name, value in values.items()}
    return {"time": time.isoformat(), "values": {name: cell for name, cell in cells.items() if not name.startswith("_ts")}}


def main(repo):
    from feast import FeatureStore
    from feast.infra.key_encoding_utils import deserialize_entity_key
    from feast.type_map import feast_value_type_to_python_type

    store = FeatureStore(repo_path=repo)
    provider = store._get_provider()
    found = {}
    for name, keys in json.load(sys.stdin).items():
        view = store.registry.get_any_feature_view(name, store.project)
        features = [field.name for field in view.features]
        entity_keys = [deserialize_entity_key(bytes.fromhex(key), 3) for key in keys]
        rows = provider.online_read(store.config, view, entity_keys, list(features))
        entities = [
            {join_key: feast_value_type_to_python_type(value) for join_key, value in zip(key.join_keys, key.entity_values)}
            for key in entity_keys
        ]
        answer = store.get_online_features([f"{name}:{feature}" for feature in features], entities).proto
        results = [[encoded(value) for value in column.values] for column in answer.results]
        found[name] = {
            "rows": [stored_row(row) for row in rows],
            "answer": dict(zip(answer.metadata.feature_names.val, results)),
        }
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1])
