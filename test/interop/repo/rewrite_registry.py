"""Rewrites the registry of a repo with real Feast: `rewrite_registry.py FOLDER TIMES`; adds `added_last` at the end."""

import os
import sys
import time
from datetime import datetime, timedelta, timezone

PAUSE_SECONDS = 0.15


def main(folder, times):
    os.chdir(folder)

    from feast import FeatureService, FeatureStore

    store = FeatureStore(repo_path=".")
    start = datetime(2026, 4, 1, tzinfo=timezone.utc)
    for number in range(times):
        view = store.get_feature_view("customer_profile")
        if number % 3 == 2:
            begin = start + timedelta(hours=number)
            store.registry.apply_materialization(view, store.project, begin, begin + timedelta(hours=1))
        else:
            # The size of the file changes from one rewrite to the next.
            view.tags = {"round": str(number), "filler": "x" * (200 * (number % 5))}
            store.apply([view])
        print(f"rewrite {number + 1}", flush=True)
        time.sleep(PAUSE_SECONDS)
    store.apply([FeatureService(name="added_last", features=[store.get_feature_view("product_stats")[["label"]]])])
    print("done", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
