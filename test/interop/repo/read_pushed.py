"""What Feast reads from repos online and offline: `read_pushed.py REPO...`, `{"items": [...], "times": [...]}` on stdin.

Prints, for each repo, the protobufs of `get_online_features` as base64, and the rows of `get_historical_features`
and of the file as text.
"""

import base64
import json
import sys
from pathlib import Path


def cells(values):
    # The order of the entries of a map is random otherwise.
    return [base64.b64encode(value.SerializeToString(deterministic=True)).decode() for value in values]


def online(store, references, items):
    answer = store.get_online_features(references, [{"item_id": item} for item in items], full_feature_names=True).proto
    columns = zip(answer.metadata.feature_names.val, answer.results)
    return {
        name: {"values": cells(column.values), "times": [time.ToJsonString() for time in column.event_timestamps]}
        for name, column in columns
    }


def historical(store, references, items, times):
    import pandas as pd

    keys = [(item, time) for item in items for time in times]
    entities = pd.DataFrame(
        {"item_id": [item for item, _ in keys], "event_timestamp": pd.to_datetime([time for _, time in keys], utc=True)}
    )
    table = store.get_historical_features(entities, references, full_feature_names=True).to_arrow()
    return sorted(as_text(row) for row in table.to_pylist())


def as_text(row):
    return json.dumps(row, default=repr, sort_keys=True, ensure_ascii=False)


def read(repo, items, times):
    from feast import FeatureStore
    import pyarrow.parquet as pq

    store = FeatureStore(repo_path=repo)
    references = [f"{view.name}:{field.name}" for view in store.list_feature_views() for field in view.features]
    scalars = [reference for reference in references if not reference.startswith("lists:")]
    file = pq.read_table(Path(repo) / "data" / "events.parquet")
    return {
        "online": online(store, references, items),
        "historical": historical(store, scalars, items, times),
        # Feast appends a row once for each of the views.
        "file": sorted({as_text(row) for row in file.to_pylist()}),
        "rows": file.num_rows,
    }


def main(repos):
    asked = json.load(sys.stdin)
    print(json.dumps([read(repo, asked["items"], asked["times"]) for repo in repos]))


if __name__ == "__main__":
    main(sys.argv[1:])
