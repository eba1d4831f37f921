"""Reads through Feast's SDK with a remote online store: `read_remote.py REPO URL`, requests as JSON on stdin.

A request is {"features": [...] or "service": name, "rows": [...], "full": bool}; prints a list of column dicts.
"""

import json
import os
import sys


def main(repo, url):
    from feast import FeatureStore, RepoConfig

    config = RepoConfig(
        project="shop",
        provider="local",
        registry=os.path.join(repo, "data", "registry.db"),
        online_store={"type": "remote", "path": url},
        offline_store={"type": "file"},
        entity_key_serialization_version=3,
    )
    store = FeatureStore(config=config)
    answers = []
    for request in json.load(sys.stdin):
        service = request.get("service")
        features = store.get_feature_service(service) if service else request["features"]
        answer = store.get_online_features(features, request["rows"], full_feature_names=request.get("full", False))
        answers.append(answer.to_dict())
    print(json.dumps(answers))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
