"""Makes the shop repo in a folder with real Feast, its shape as JSON in it: `make_repo.py FOLDER KEY_VERSION [REDIS]`.

REDIS is the connection string of the online store, which is SQLite without it.
"""

import json
import os
import random
import shutil
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

UTC_TIME = pa.timestamp("us", tz="UTC")
TIME = pa.timestamp("us")
START = datetime(2026, 3, 1, tzinfo=timezone.utc)
# Two loads with a clock change of New York between them (2026-03-08).
LOADS = [(START, START + timedelta(days=5)), (START + timedelta(days=5), START + timedelta(days=20))]
NAMES = ["Ada", "李雷", "Zoë", "", 'quote " and \\ slash', "line\nbreak", "\u2028", "😀 emoji"]
CUSTOMERS = range(1, 61)
PRODUCTS = [f"P-{number:03d}" for number in range(20)] + ["ünï", " spaced "]

YAML = """project: shop
provider: local
registry: data/registry.db
online_store: {online_store}
offline_store:
  type: file
entity_key_serialization_version: {version}
auth:
  type: no_auth
"""
SQLITE = {"type": "sqlite", "path": "data/online_store.db"}


class Rows:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def at(self):
        return START + timedelta(microseconds=self.random.randrange(20 * 86_400 * 1_000_000))

    def sometimes(self, value, share=0.85):
        return value if self.random.random() < share else None

    def some(self, make, most=4):
        return [make() for _ in range(self.random.randrange(1, most + 1))]

    def profile(self, customer_id):
        r = self.random
        return {
            "customer_id": customer_id,
            "event_timestamp": self.at(),
            "name": self.sometimes(r.choice(NAMES)),
            "vip": self.sometimes(r.random() < 0.5),
            "credit": self.sometimes(r.choice([0.0, -0.0, 1.0, 1e22, 1e-7, 123456789.125, r.uniform(-1e6, 1e6)])),
            "score": self.sometimes(r.choice([0.1, 3.0, 16777216.0, r.random()])),
            "visits": r.randrange(-5, 1000),
            "level": r.randrange(-(2**31), 2**31),
            "last_seen": self.sometimes(self.at()),
            "badge": self.sometimes(bytes(r.randrange(256) for _ in range(r.randrange(1, 6)))),
        }

    def history(self, customer_id):
        r = self.random
        return {
            "customer_id": customer_id,
            "event_timestamp": self.at(),
            "amounts": self.sometimes(self.some(lambda: round(r.uniform(-50, 50), 3))),
            "codes": self.sometimes(self.some(lambda: r.choice(PRODUCTS))),
            "counts": self.some(lambda: r.randrange(-(2**40), 2**40)),
            "flags": self.some(lambda: r.random() < 0.5),
            "seen_at": self.some(lambda: self.at().replace(microsecond=0)),
            "visits": r.randrange(1000),
        }


def write(folder, name, rows, columns):
    table = pa.Table.from_pylist(rows, schema=pa.schema(columns))
    pq.write_table(table, folder / "data" / f"{name}.parquet")


def write_sources(folder):
    rows = Rows(20260301)
    r = rows.random
    key, when = ("customer_id", pa.int64()), ("event_timestamp", UTC_TIME)
    profile = [
        ("name", pa.string()), ("vip", pa.bool_()), ("credit", pa.float64()), ("score", pa.float32()),
        ("visits", pa.int64()), ("level", pa.int32()), ("last_seen", UTC_TIME), ("badge", pa.binary()),
    ]  # fmt: skip
    write(folder, "customer_profile", [rows.profile(c) for c in CUSTOMERS for _ in range(3)], [key, when, *profile])
    history = [
        ("amounts", pa.list_(pa.float64())), ("codes", pa.list_(pa.string())), ("counts", pa.list_(pa.int64())),
        ("flags", pa.list_(pa.bool_())), ("seen_at", pa.list_(UTC_TIME)), ("visits", pa.int64()),
    ]  # fmt: skip
    write(folder, "customer_history", [rows.history(c) for c in CUSTOMERS if c % 4], [key, when, *history])
    code = ("product_code", pa.string())
    products = [
        {"product_code": p, "event_timestamp": rows.at(), "price": r.random() * 99, "stock": r.randrange(99), "label": p * 2}
        for p in PRODUCTS
    ]
    columns = [("price", pa.float64()), ("stock", pa.int32()), ("label", pa.string())]
    write(folder, "product_stats", products, [code, when, *columns])
    pairs = [
        {"customer_id": c, "product_code": p, "event_timestamp": rows.at(), "affinity": r.random(), "bought": r.randrange(9)}
        for c in CUSTOMERS
        for p in r.sample(PRODUCTS, 8)
    ]
    write(folder, "customer_product", pairs, [key, code, when, ("affinity", pa.float64()), ("bought", pa.int64())])
    # A time without a zone, and integers that a double cannot hold.
    stores = [
        {"store_no": s, "event_timestamp": rows.at().replace(tzinfo=None), "opens": 8 + s % 3, "big_number": 2**62 + s}
        for s in range(-3, 12)
    ]
    columns = [("store_no", pa.int32()), ("event_timestamp", TIME), ("opens", pa.int64()), ("big_number", pa.int64())]
    write(folder, "store_hours", stores, columns)
    rates = [{"event_timestamp": START + timedelta(days=d), "rate": d / 7, "day": f"day {d}"} for d in range(10)]
    write(folder, "global_rates", rates, [when, ("rate", pa.float64()), ("day", pa.string())])
    hopes = [{"customer_id": 1, "event_timestamp": START, "hope": 1, "fear": "none"}]
    write(folder, "never_loaded", hopes, [key, when, ("hope", pa.int64()), ("fear", pa.string())])


def shape(store):
    """What can be asked: views and services with their join keys and features, in the names of a request."""
    views = {}
    for view in store.list_feature_views():
        keys = [entity.name for entity in view.entity_columns if not entity.name.startswith("__")]
        views[view.name] = {"name": view.name, "joinKeys": keys, "features": [field.name for field in view.features]}
    services = []
    for service in store.list_feature_services():
        parts = []
        for projection in service.feature_view_projections:
            renamed = projection.join_key_map
            keys = [renamed.get(key, key) for key in views[projection.name]["joinKeys"]]
            features = [field.name for field in projection.features]
            parts.append({"name": projection.name_to_use(), "joinKeys": keys, "features": features})
        services.append({"name": service.name, "views": parts})
    return {"views": list(views.values()), "services": services}


def main(folder, version, redis=None):
    (folder / "data").mkdir(parents=True)
    shutil.copy(Path(__file__).with_name("features.py"), folder / "features.py")
    online_store = SQLITE if redis is None else {"type": "redis", "connection_string": redis}
    yaml = YAML.format(version=version, online_store=json.dumps(online_store))
    (folder / "feature_store.yaml").write_text(yaml)
    write_sources(folder)
    os.chdir(folder)
    sys.path.insert(0, str(folder))

    from feast import FeatureStore
    from feast.repo_operations import apply_total

    store = FeatureStore(repo_path=".")
    apply_total(store.config, folder, skip_source_validation=False)
    store = FeatureStore(repo_path=".")
    loaded = [view.name for view in store.list_feature_views() if view.name != "never_loaded"]
    for start, end in LOADS:
        store.materialize(start_date=start, end_date=end, feature_views=loaded)
    (folder / "shape.json").write_text(json.dumps(shape(store)))


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), int(sys.argv[2]), *sys.argv[3:])
