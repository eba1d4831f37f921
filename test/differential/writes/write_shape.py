"""Prints what can be written to a repo over HTTP, as JSON: `write_shape.py FOLDER`. The real Feast says it, not Salver."""

import json
import os
import sys
import warnings
from pathlib import Path


def columns_of(view):
    """Names as the columns of a `df` have them: those of the source."""
    source = view.batch_source
    source_names = {feature: column for column, feature in source.field_mapping.items()}
    named = lambda field, role: {"name": source_names.get(field.name, field.name), "type": str(field.dtype), "role": role}
    keys = [field for field in view.entity_columns if not field.name.startswith("__")]
    columns = [named(field, "key") for field in keys] + [named(field, "feature") for field in view.features]
    columns.append({"name": source.timestamp_field, "type": "", "role": "time"})
    if source.created_timestamp_column:
        columns.append({"name": source.created_timestamp_column, "type": "", "role": "created"})
    return columns


def merged(views):
    columns = {}
    for view in views:
        for column in columns_of(view):
            columns.setdefault(column["name"], column)
    return list(columns.values())


def main(folder):
    os.chdir(folder)
    sys.path.insert(0, str(folder))
    warnings.simplefilter("ignore")

    from feast import FeatureStore

    store = FeatureStore(repo_path=".")
    # Without entities a row goes to where no read of Feast looks.
    views = [
        view
        for view in [*store.list_feature_views(), *store.list_stream_feature_views()]
        if any(not field.name.startswith("__") for field in view.entity_columns)
    ]
    fed = {}
    for view in views:
        if type(view.stream_source).__name__ == "PushSource":
            fed.setdefault(view.stream_source.name, []).append(view)
    targets = [{"path": "/write-to-online-store", "member": "feature_view_name", "name": view.name, "columns": columns_of(view)} for view in views]
    targets += [{"path": "/push", "member": "push_source_name", "name": name, "columns": merged(views)} for name, views in fed.items()]
    print(json.dumps(sorted(targets, key=lambda target: (target["path"], target["name"]))))


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
