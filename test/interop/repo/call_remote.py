"""Calls Feast's SDK with a remote online store: `call_remote.py`, a list of clients as JSON on stdin.

A client is {"repo": ..., "project": ..., "url": ..., "auth": {...}, "calls": [...]}; prints for each a list with what each
call returned, or the name of the exception that it raised and its message.
"""

import json
import os
import sys

import pandas as pd


def frame(columns):
    rows = pd.DataFrame(columns)
    for name in ("event_timestamp", "created"):
        if name in rows:
            rows[name] = pd.to_datetime(rows[name], utc=True)
    return rows


def read(store, call):
    return store.get_online_features(call["features"], call["rows"]).to_dict()


def push(store, call):
    from feast.data_source import PushMode

    mode = PushMode[call.get("to", "ONLINE")]
    store.push(call["source"], frame(call["df"]), to=mode)


def write(store, call):
    store.write_to_online_store(call["view"], frame(call["df"]))


def materialize(store, call):
    begin, end = pd.Timestamp(call["begin"]).to_pydatetime(), pd.Timestamp(call["end"]).to_pydatetime()
    store.materialize(begin, end, feature_views=call["views"], **call.get("options", {}))


def materialize_incremental(store, call):
    store.materialize_incremental(pd.Timestamp(call["end"]).to_pydatetime(), feature_views=call["views"])


CALLS = {call.__name__: call for call in (read, push, write, materialize, materialize_incremental)}


def outcome(store, call):
    try:
        return {"returned": CALLS[call["do"]](store, call)}
    except Exception as error:
        return {"raised": type(error).__name__, "message": str(error)}


def client(asked):
    from feast import FeatureStore, RepoConfig
    from feast.permissions.client.http_auth_requests_wrapper import HttpSessionManager

    config = RepoConfig(
        project=asked["project"],
        provider="local",
        registry=os.path.join(asked["repo"], "data", "registry.db"),
        online_store={"type": "remote", "path": asked["url"], "connection_retries": 0},
        offline_store={"type": "file"},
        entity_key_serialization_version=3,
        repo_path=asked["repo"],
        auth=asked.get("auth", {"type": "no_auth"}),
    )
    store = FeatureStore(config=config)
    # One session is kept for all stores of a process, with the token of the first.
    HttpSessionManager.close_session()
    return [outcome(store, call) for call in asked["calls"]]


if __name__ == "__main__":
    print(json.dumps([client(asked) for asked in json.load(sys.stdin)], default=str))
