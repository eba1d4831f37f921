"""Reads and empties SQLite online stores, for a process that asks over standard input: `stored_rows.py`.

A line in is {"path": FILE, "empty": BOOLEAN}; a line out is the rows of all feature tables before that, as
[[table, entity key, feature, value, event time, created time], …], keys and values in hexadecimal. Maps and sets are
ordered: Python writes them in any order.
"""

import json
import sqlite3
import sys

from feast.protos.feast.types.Value_pb2 import Value

LIMIT_SECONDS = 30


def feature_tables(database):
    tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
    return [name for name in tables if "feature_name" in {column[1] for column in database.execute(f'PRAGMA table_info("{name}")')}]


def comparable(stored):
    if stored is None:
        return None
    value = Value()
    value.ParseFromString(stored)
    kind = value.WhichOneof("val")
    if kind is not None and kind.endswith("set_val"):
        members = getattr(value, kind)
        members = getattr(members, "val", members)
        ordered = sorted(members, key=lambda member: member.SerializeToString(deterministic=True) if hasattr(member, "SerializeToString") else repr(member))
        del members[:]
        members.extend(ordered)
    return value.SerializeToString(deterministic=True).hex()


def rows_of(database, table):
    query = f'SELECT entity_key, feature_name, value, event_ts, created_ts FROM "{table}"'
    for key, feature, value, event, created in database.execute(query):
        yield [table, key.hex(), feature, comparable(value), event, created]


def answer(path, empty):
    database = sqlite3.connect(path, timeout=LIMIT_SECONDS)
    try:
        tables = feature_tables(database)
        rows = sorted((row for table in tables for row in rows_of(database, table)), key=lambda row: row[:3])
        if empty:
            for table in tables:
                database.execute(f'DELETE FROM "{table}"')
            database.commit()
        return rows
    finally:
        database.close()


def main():
    for line in sys.stdin:
        question = json.loads(line)
        print(json.dumps(answer(question["path"], question["empty"])), flush=True)


if __name__ == "__main__":
    main()
