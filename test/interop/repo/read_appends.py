"""Reads with pyarrow what Salver has added to parquet files, and prints what is not as it should be."""
import importlib.util, json, os, sys
import pyarrow as pa, pyarrow.parquet as pq


def vectors(folder, vector_folder, chosen):
    chosen = set(chosen.split("\n"))
    spec = importlib.util.spec_from_file_location("make", os.path.join(vector_folder, "make.py"))
    source = open(spec.origin).read().split("\nresult = ")[0]
    made = {}
    exec(compile(source, spec.origin, "exec"), made)
    recorded = json.load(open(os.path.join(vector_folder, "vectors.json")))
    for name, kind in recorded["types"].items():
        path = os.path.join(folder, f"{name}.parquet")
        try:
            table = pq.read_table(path)
        except Exception as error:
            print(name, "cannot be read:", error)
            continue
        old = pq.read_schema(os.path.join(vector_folder, "files", f"{name}.parquet"))
        if not table.schema.equals(old, check_metadata=True):
            metadata = dict(table.schema.metadata or {})
            metadata.pop(b"salver.journal", None)
            if not table.schema.equals(old) or metadata != (old.metadata or {}):
                print(name, "schema", table.schema, old)
        column = table.column("c")
        cells = made["raw"](pa.concat_arrays(column.chunks) if column.num_chunks != 1 else column.chunk(0)) if table.num_rows else []
        rows = table.column("row").to_pylist()
        got = {}
        for index, cell in zip(rows, cells):
            got.setdefault(index, []).append(cell)
        for index, outcome in enumerate(kind["outcomes"]):
            if f"{name} {index}" in chosen and got.get(index) != outcome["stored"]:
                print(name, json.dumps(recorded["columns"][index])[:60], "feast", outcome["stored"], "salver", got.get(index))


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
