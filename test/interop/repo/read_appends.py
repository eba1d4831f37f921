"""Writes parquet files in many forms, and reads with pyarrow what Salver has added to them: prints what is not right."""
import decimal, json, os, sys
import pandas as pd, pyarrow as pa, pyarrow.parquet as pq

OURS = b"salver.journal"


def same_schema(name, now, then):
    """The Arrow schema and the metadata of the footer, but for our own key."""
    metadata = {k: v for k, v in (now.metadata or {}).items() if k != OURS}
    if not now.equals(then):
        print(name, "has another schema:", now, "instead of", then)
    if metadata != dict(then.metadata or {}):
        print(name, "has other metadata:", metadata, "instead of", then.metadata)
    for a, b in zip(now, then):
        if (a.metadata or {}) != (b.metadata or {}):
            print(name, "field", a.name, "has other metadata")


def vectors(folder, vector_folder, chosen):
    chosen = set(chosen.split("\n"))
    path = os.path.join(vector_folder, "make.py")
    made = {}
    exec(compile(open(path).read().split("\nresult = ")[0], path, "exec"), made)
    recorded = json.load(open(os.path.join(vector_folder, "vectors.json")))
    for name, kind in recorded["types"].items():
        table = pq.read_table(os.path.join(folder, f"{name}.parquet"))
        same_schema(name, table.schema, pq.read_schema(os.path.join(vector_folder, "files", f"{name}.parquet")))
        got = {}
        cells = made["raw"](table.column("c").combine_chunks() if table.column("c").num_chunks != 1 else table.column("c").chunk(0))
        for index, cell in zip(table.column("row").to_pylist(), cells):
            got.setdefault(index, []).append(cell)
        for index, outcome in enumerate(kind["outcomes"]):
            if f"{name} {index}" in chosen and got.get(index) != outcome["stored"]:
                print(name, json.dumps(recorded["columns"][index])[:60], outcome["stored"], "is", got.get(index))


def columns(rows):
    """A column of every type, with nulls in places."""
    times = [1769904000123456789 + i * 1000003 for i in range(rows)]
    some = lambda values: [None if i % 5 == 3 else v for i, v in enumerate(values)]
    n = list(range(rows))
    result = {"id": pa.array(n, pa.int64())}
    for bits in (8, 16, 32, 64):
        result[f"int{bits}"] = pa.array(some([i % 100 for i in n]), f"int{bits}")
        result[f"uint{bits}"] = pa.array(some([i % 200 for i in n]), f"uint{bits}")
    result["bool"] = pa.array(some([i % 3 == 0 for i in n]))
    result["f32"] = pa.array(some([i / 3 for i in n]), pa.float32())
    result["f64"] = pa.array(some([i / 3 for i in n]))
    for unit, divisor in (("s", 10**9), ("ms", 10**6), ("us", 10**3), ("ns", 1)):
        for zone in (None, "UTC", "Europe/Berlin", "+02:00"):
            name = f"ts_{unit}_{zone}"
            result[name] = pa.array(some([t // divisor for t in times]), pa.timestamp(unit, zone))
    result["date"] = pa.array(some(n), pa.date32())
    result["date64"] = pa.array(some([86400000 * i for i in n]), pa.date64())
    result["time_ms"] = pa.array(some(n), pa.time32("ms"))
    result["time_us"] = pa.array(some(n), pa.time64("us"))
    result["time_ns"] = pa.array(some(n), pa.time64("ns"))
    result["duration"] = pa.array(some(n), pa.duration("us"))
    texts = some([f"t\u00fc{i % 7}" for i in n])
    result["string"] = pa.array(texts)
    result["large_string"] = pa.array(texts, pa.large_string())
    result["string_view"] = pa.array(texts, pa.string_view())
    result["binary"] = pa.array([None if t is None else t.encode() for t in texts])
    result["fixed"] = pa.array(some([b"abcd"] * rows), pa.binary(4))
    result["dictionary"] = pa.array(texts).dictionary_encode()
    result["ordered"] = pa.DictionaryArray.from_arrays(pa.array(some([i % 2 for i in n]), pa.int8()), pa.array(["x", "y"]), ordered=True)
    result["dictionary_int"] = pa.array(some([i % 5 for i in n])).dictionary_encode()
    for precision, scale in ((9, 2), (18, 4), (38, 10)):
        result[f"dec{precision}"] = pa.array(some([decimal.Decimal(i).scaleb(-scale) for i in n]), pa.decimal128(precision, scale))
    result["dec60"] = pa.array(some([decimal.Decimal(i).scaleb(-5) for i in n]), pa.decimal256(60, 5))
    lists = some([[i, None, i + 1][: i % 4] for i in n])
    result["list"] = pa.array(lists, pa.list_(pa.int64()))
    result["large_list"] = pa.array(lists, pa.large_list(pa.int64()))
    result["named_list"] = pa.array(lists, pa.list_(pa.field("weird name", pa.int64())))
    result["tight_list"] = pa.array([None if l is None else [i or 0 for i in l] for l in lists], pa.list_(pa.field("item", pa.int64(), False)))
    result["fixed_list"] = pa.array(some([[i / 2, i] for i in n]), pa.list_(pa.float32(), 2))
    result["lists"] = pa.array(some([[[i], [], None][: i % 4] for i in n]), pa.list_(pa.list_(pa.int64())))
    result["struct"] = pa.array(some([{"a": i, "b": None if i % 2 else {"c": [str(i)]}} for i in n]))
    result["struct_list"] = pa.array(some([[{"a": i}, None][: i % 3] for i in n]), pa.list_(pa.struct([("a", pa.int64())])))
    result["map"] = pa.array(some([[(f"k{j}", j) for j in range(i % 3)] for i in n]), pa.map_(pa.string(), pa.int64()))
    result["map_list"] = pa.array(some([[("k", [i, None])] for i in n]), pa.map_(pa.string(), pa.list_(pa.int64())))
    result["uuid"] = pa.array(some([i.to_bytes(16, "big") for i in n]), pa.uuid())
    result["null"] = pa.nulls(rows)
    return result


def written(folder):
    """Name of the file -> how it is written."""
    data = columns(50)
    fields = [pa.field(name, array.type, metadata={"note": name}) for name, array in data.items()]
    fields[0] = pa.field("id", pa.int64(), nullable=False)
    table = pa.table(list(data.values()), schema=pa.schema(fields, metadata={"owner": "team", "raw": b"\x00\xff"}))
    options = {
        "plain": {}, "none": {"compression": "none"}, "gzip": {"compression": "gzip"}, "zstd": {"compression": "zstd"},
        "brotli": {"compression": "brotli"}, "lz4": {"compression": "lz4"},
        "pages_v2": {"data_page_version": "2.0", "version": "2.6"}, "old": {"version": "1.0", "coerce_timestamps": "us", "allow_truncated_timestamps": True},
        "groups": {"row_group_size": 7}, "indexed": {"write_page_index": True, "row_group_size": 20},
        "checksums": {"write_page_checksum": True}, "no_arrow": {"store_schema": False}, "flavoured": {"use_deprecated_int96_timestamps": True},
        "two_level": {"use_compliant_nested_type": False}, "no_dictionary": {"use_dictionary": False}, "sorted": {"sorting_columns": [pq.SortingColumn(0)]},
    }
    for name, given in options.items():
        pq.write_table(table, os.path.join(folder, f"{name}.parquet"), **given)
    frame = pd.DataFrame({"id": range(50), "value": [i / 2 for i in range(50)], "when": pd.date_range("2026-01-01", periods=50, tz="UTC")})
    frame.to_parquet(os.path.join(folder, "frame.parquet"))
    frame.set_index(["id"]).to_parquet(os.path.join(folder, "frame_index.parquet"))
    odd = frame.iloc[[3, 1, 2]]
    odd.to_parquet(os.path.join(folder, "frame_odd_index.parquet"))
    frame.astype({"value": "category"}).to_parquet(os.path.join(folder, "frame_category.parquet"))


def make(folder):
    """The files, and a copy of each as it was."""
    os.makedirs(os.path.join(folder, "before"))
    written(folder)
    written(os.path.join(folder, "before"))
    print(json.dumps({name[:-8]: pq.read_schema(os.path.join(folder, name)).names for name in sorted(os.listdir(folder)) if name.endswith(".parquet")}))


def appended(folder, rows):
    """Everything as before, then `rows` more, which are nulls but for their id."""
    for name in sorted(os.listdir(os.path.join(folder, "before"))):
        then_path, path = os.path.join(folder, "before", name), os.path.join(folder, name)
        then, now = pq.read_table(then_path), pq.read_table(path)
        same_schema(name, now.schema, then.schema)
        if not now.slice(0, then.num_rows).equals(then):
            print(name, "has other old rows")
        added = now.slice(then.num_rows)
        if added.num_rows != int(rows):
            print(name, "has", added.num_rows, "new rows")
        if "id" in added.column_names and added.column("id").to_pylist() != list(range(1000, 1000 + int(rows))):
            print(name, "has other new ids", added.column("id").to_pylist())
        before, after = pq.ParquetFile(then_path), pq.ParquetFile(path)
        if before.metadata.created_by != after.metadata.created_by or before.metadata.format_version != after.metadata.format_version:
            print(name, "has another writer")
        for group in range(before.num_row_groups):
            for column in range(before.metadata.num_columns):
                if before.metadata.row_group(group).column(column) != after.metadata.row_group(group).column(column):
                    print(name, "row group", group, "column", column, "is described otherwise")
        if after.num_row_groups != before.num_row_groups + 1:
            print(name, "has", after.num_row_groups, "row groups after", before.num_row_groups)
        with open(path, "rb") as a, open(then_path, "rb") as b:
            old = b.read()
            footer = int.from_bytes(old[-8:-4], "little") + 8
            if a.read(len(old) - footer) != old[:-footer]:
                print(name, "has other bytes before the old footer")
        if name.startswith("frame"):
            frame, was = pd.read_parquet(path), pd.read_parquet(then_path)
            if not frame.head(len(was)).reset_index(drop=True).equals(was.reset_index(drop=True)):
                print(name, "is another frame")
            if frame.index.names != was.index.names:
                print(name, "has another index")


def feast_repo(folder):
    """A repo with one view over one file of one row."""
    from datetime import datetime, timedelta, timezone
    from feast import Entity, FeatureStore, FeatureView, Field, FileSource, PushSource, ValueType
    from feast.types import Int64

    os.makedirs(folder)
    with open(os.path.join(folder, "feature_store.yaml"), "w") as yaml:
        yaml.write("project: appends\nregistry: registry.db\nprovider: local\nonline_store: {type: sqlite, path: online.db}\nentity_key_serialization_version: 3\n")
    when = pd.Series([datetime(2026, 1, 1, tzinfo=timezone.utc)])
    pd.DataFrame({"driver_id": [1], "event_timestamp": when, "created": when, "trips": [1]}).to_parquet(os.path.join(folder, "stats.parquet"))
    source = FileSource(name="stats", path="stats.parquet", timestamp_field="event_timestamp", created_timestamp_column="created")
    push = PushSource(name="stats_push", batch_source=source)
    driver = Entity(name="driver", join_keys=["driver_id"], value_type=ValueType.INT64)
    view = FeatureView(name="stats", entities=[driver], source=push, schema=[Field(name="trips", dtype=Int64)], ttl=timedelta(days=0))
    FeatureStore(folder).apply([driver, source, push, view])


def feast_push(folder, driver):
    from feast import FeatureStore
    from feast.data_source import PushMode

    frame = pd.DataFrame({"driver_id": [int(driver)], "event_timestamp": ["2026-02-01T00:00:00Z"], "created": ["2026-02-01T00:00:00Z"], "trips": [int(driver)]})
    FeatureStore(folder).push("stats_push", frame, to=PushMode.OFFLINE)


def feast_history(folder, drivers):
    from datetime import datetime, timezone
    from feast import FeatureStore

    wanted = [int(driver) for driver in drivers.split(",")]
    frame = pd.DataFrame({"driver_id": wanted, "event_timestamp": [datetime(2026, 3, 1, tzinfo=timezone.utc)] * len(wanted)})
    got = FeatureStore(folder).get_historical_features(entity_df=frame, features=["stats:trips"]).to_df()
    found = dict(zip(got["driver_id"], got["trips"]))
    if found != {driver: driver for driver in wanted}:
        print("history", found)
    stored = sorted(pq.read_table(os.path.join(folder, "stats.parquet")).column("driver_id").to_pylist())
    if stored != sorted(wanted):
        print("file", stored)


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
