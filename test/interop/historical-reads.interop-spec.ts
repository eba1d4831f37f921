import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ExampleRepo, exampleRepo } from '../support/example-repo.js';
import { feastEnv, feastVenv } from '../support/feast-venv.js';
import { CHECKOUT } from '../support/servers.js';

const LIMIT_MS = 120_000;

/** Point-in-time joins of five drivers at several times, as JSON rows. */
const READ = `
import json, sys
from datetime import datetime, timedelta, timezone
import pandas as pd
from feast import FeatureStore
now = datetime.now(timezone.utc).replace(minute=30, second=0, microsecond=0) - timedelta(hours=1)
rows = [(1001 + n % 5, now - timedelta(hours=7 * n)) for n in range(20)]
frame = pd.DataFrame(rows, columns=["driver_id", "event_timestamp"])
names = ["conv_rate", "acc_rate", "avg_daily_trips"]
store = FeatureStore(repo_path=sys.argv[1])
read = store.get_historical_features(entity_df=frame, features=[f"driver_hourly_stats:{name}" for name in names])
table = read.to_df().sort_values(["event_timestamp", "driver_id"])
print(json.dumps(json.loads(table[["driver_id", *names]].to_json(orient="records"))))
`;

let ours: ExampleRepo;
let theirs: string;

beforeAll(async () => {
  ours = await exampleRepo();
  theirs = mkdtempSync(join(tmpdir(), 'salver-historical-'));
  for (const name of ['features.py', 'feature_store.yaml']) {
    cpSync(join(CHECKOUT, 'test/fixtures/example', name), join(theirs, name));
  }
  mkdirSync(join(theirs, 'data'));
  cpSync(join(ours.path, 'data/driver_stats.parquet'), join(theirs, 'data/driver_stats.parquet'));
  execFileSync(feastVenv().feast, ['apply'], {
    cwd: theirs,
    env: feastEnv(),
    stdio: 'pipe',
    timeout: LIMIT_MS,
  });
});
afterAll(() => {
  ours.remove();
  rmSync(theirs, { recursive: true });
});

function historicalRows(repo: string): Record<string, number | null>[] {
  const printed = execFileSync(feastVenv().python, ['-c', READ, repo], {
    cwd: repo,
    env: feastEnv(),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIMIT_MS,
  });
  return JSON.parse(printed.trim().split('\n').at(-1) ?? '') as Record<string, number | null>[];
}

it("Feast's historical reads are the same on our registry as on its own", () => {
  const rows = historicalRows(ours.path);
  expect(rows).toHaveLength(20);
  expect(rows.filter((row) => Object.values(row).includes(null))).toEqual([]);
  expect(rows).toEqual(historicalRows(theirs));
});
