"""Prints what can be asked of a repo, as JSON: `repo_shape.py FOLDER`. The real Feast says it, not Salver."""

import json
import os
import sqlite3
import sys
import warnings
from pathlib import Path

MOST_KEYS = 60


def typed(field):
    return {"name": field.name, "type": str(field.dtype)}


def kind_of(view):
    if not hasattr(view, "source_feature_view_projections"):
        return "plain"
    return "stored" if view.write_to_online_store else "computed"


def join_keys(store, view):
    """Of an on-demand view that is computed: those of its sources, and the fields of its requests."""
    if kind_of(view) != "computed":
        return [typed(field) for field in getattr(view, "entity_columns", []) if not field.name.startswith("__")]
    sources = [store.get_feature_view(name) for name in view.source_feature_view_projections]
    fields = [field for source in view.source_request_sources.values() for field in source.schema]
    needed = [key for source in sources for key in join_keys(store, source)] + [typed(field) for field in fields]
    return list({key["name"]: key for key in needed}.values())


def view_shape(store, view):
    return {
        "name": view.name,
        "kind": kind_of(view),
        "joinKeys": join_keys(store, view),
        "features": [typed(field) for field in view.features],
        "versions": versions_of(store, view.name),
    }


def versions_of(store, name):
    """The features of each version in the history."""
    versions = []
    for record in store.list_feature_view_versions(name):
        number = record["version_number"]
        view = store.registry.get_feature_view_by_version(name, store.project, number)
        versions.append({"number": number, "features": [typed(field) for field in view.features]})
    return versions


def service_shape(service, views):
    parts = []
    for projection in service.feature_view_projections:
        renamed = projection.join_key_map or {}
        keys = [{**key, "name": renamed.get(key["name"], key["name"])} for key in views[projection.name]["joinKeys"]]
        parts.append(
            {
                "name": projection.name_to_use(),
                "kind": views[projection.name]["kind"],
                "joinKeys": keys,
                "features": [typed(field) for field in projection.features],
            }
        )
    return {"name": service.name, "views": parts}


def stored_keys(store, views):
    """Join key -> values that rows have, as JSON texts: some are beyond a double."""
    rows = source_rows if store.config.entity_key_serialization_version < 3 else store_rows
    keys = {key["name"]: set() for view in views for key in view["joinKeys"]}
    for name, value in rows(store, views):
        if name in keys and not isinstance(value, bytes):
            keys[name].add(value)
    return {name: [json.dumps(value) for value in sorted(values, key=str)] for name, values in keys.items()}


def store_rows(store, views):
    from feast.infra.key_encoding_utils import deserialize_entity_key

    database = sqlite3.connect(store.config.repo_path / store.config.online_store.path)
    tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    for view in views:
        table = f"{store.project}_{view['name']}"
        if table not in tables:
            continue
        for (blob,) in database.execute(f'SELECT DISTINCT entity_key FROM "{table}" LIMIT {MOST_KEYS}'):
            key = deserialize_entity_key(blob)
            for name, value in zip(key.join_keys, key.entity_values):
                yield name, getattr(value, value.WhichOneof("val"))
    database.close()


def source_rows(store, views):
    """Older keys cannot be read back: the files that were loaded tell the values."""
    import pyarrow.parquet as pq

    for view in views:
        if view["kind"] != "plain":
            continue
        source = store.get_feature_view(view["name"]).batch_source
        names = [key["name"] for key in view["joinKeys"]]
        for row in pq.read_table(source.path, columns=names).to_pylist():
            yield from row.items()


def by_name(things):
    """The order of a registry changes from one `feast apply` to the next: a seed must not depend on it."""
    return sorted(things, key=lambda thing: thing["name"])


def main(folder):
    os.chdir(folder)
    sys.path.insert(0, str(folder))
    warnings.simplefilter("ignore")

    from feast import FeatureStore

    store = FeatureStore(repo_path=".")
    views = [view_shape(store, view) for view in store.list_all_feature_views()]
    known = {view["name"]: view for view in views}
    entities = [{"name": entity.name, "joinKey": entity.join_key} for entity in store.list_entities()]
    shape = {
        "views": by_name(views),
        "services": by_name([service_shape(service, known) for service in store.list_feature_services()]),
        "entities": by_name([entity for entity in entities if not entity["name"].startswith("__")]),
        "keys": stored_keys(store, views),
    }
    print(json.dumps(shape))


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
