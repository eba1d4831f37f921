"""A small shop: value types, composite keys, no key at all, names that collide, services with other names."""

from datetime import timedelta

from feast import Entity, FeatureService, FeatureView, Field, FileSource, ValueType
from feast.types import Array, Bool, Bytes, Float32, Float64, Int32, Int64, String, UnixTimestamp

LONG = timedelta(days=36500)

customer = Entity(name="customer", join_keys=["customer_id"], value_type=ValueType.INT64)
product = Entity(name="product", join_keys=["product_code"], value_type=ValueType.STRING)
store = Entity(name="store", join_keys=["store_no"], value_type=ValueType.INT32)


def view(name, entities, fields, ttl=LONG, tags=None):
    source = FileSource(name=f"{name}_source", path=f"data/{name}.parquet", timestamp_field="event_timestamp")
    schema = [Field(name=field, dtype=dtype) for field, dtype in fields]
    return FeatureView(name=name, entities=entities, ttl=ttl, schema=schema, source=source, tags=tags or {})


customer_profile = view(
    "customer_profile",
    [customer],
    [
        ("name", String),
        ("vip", Bool),
        ("credit", Float64),
        ("score", Float32),
        ("visits", Int64),
        ("level", Int32),
        ("last_seen", UnixTimestamp),
        ("badge", Bytes),
    ],
)
customer_history = view(
    "customer_history",
    [customer],
    [
        ("amounts", Array(Float64)),
        ("codes", Array(String)),
        ("counts", Array(Int64)),
        ("flags", Array(Bool)),
        ("seen_at", Array(UnixTimestamp)),
        ("visits", Int64),
    ],
)
product_stats = view("product_stats", [product], [("price", Float64), ("stock", Int32), ("label", String)])
customer_product = view("customer_product", [customer, product], [("affinity", Float64), ("bought", Int64)])
store_hours = view("store_hours", [store], [("opens", Int64), ("big_number", Int64)], ttl=timedelta(hours=1))
global_rates = view("global_rates", [], [("rate", Float64), ("day", String)])
never_loaded = view("never_loaded", [customer], [("hope", Int64), ("fear", String)])

profile_short = FeatureService(name="profile_short", features=[customer_profile[["name", "credit"]]])
renamed = FeatureService(
    name="renamed",
    features=[customer_profile.with_name("who")[["visits", "vip"]], customer_history.with_name("before")],
)
mixed = FeatureService(name="mixed", features=[product_stats, customer_product, global_rates])
buyer = FeatureService(
    name="buyer",
    features=[
        customer_profile.with_name("buyer").with_join_key_map({"customer_id": "buyer_id"})[["score", "level"]],
        product_stats[["label"]],
    ],
)
