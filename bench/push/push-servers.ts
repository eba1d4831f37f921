import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';

import type { FeastVenv } from '../../test/support/feast-venv.ts';
import type { RunningServer } from '../../test/support/server-process.ts';
import { startFeast, startSalver } from '../../test/support/servers.ts';
import type { Say, StoreName } from '../bench-folder.ts';
import type { BenchRedis } from '../bench-redis.ts';
import { freshCopy, sourceRepo } from '../materialize/source-repo.ts';
import type { ServerName } from './options.ts';
import { ENTITIES } from './shapes.ts';

const SERVER_CORE = '0';
// Feast ends its worker every 1000 requests by default.
const NO_RECYCLING = ['--max-requests', '0'];
/** Both append in pieces of the same size; the interval is Salver's alone, as that of Feast never fires. */
const BATCHING = `feature_server:
  offline_push_batching_enabled: true
  offline_push_batching_batch_size: 1000
  offline_push_batching_batch_interval_seconds: 1
`;
const STOP_LIMIT_MS = 120_000;

export interface Setting {
  readonly store: StoreName;
  readonly fileRows: number;
  readonly batched: boolean;
  readonly redis: BenchRedis | undefined;
  readonly venv: FeastVenv;
  readonly say: Say;
}

/** The servers of a run, each on its own copy of the repo and on its own rows in Redis. */
export class PushServers {
  readonly running = new Map<ServerName, RunningServer>();
  readonly #setting: Setting;
  readonly #repos = new Map<ServerName, string>();

  private constructor(setting: Setting) {
    this.#setting = setting;
  }

  static async start(names: readonly ServerName[], setting: Setting): Promise<PushServers> {
    const servers = new PushServers(setting);
    try {
      for (const name of names) await servers.#start(name);
    } catch (error) {
      await servers.stop();
      throw error;
    }
    return servers;
  }

  async #start(name: ServerName): Promise<void> {
    const { store, fileRows, batched, redis, venv, say } = this.#setting;
    const databases: Readonly<Record<ServerName, number>> = { feast: 0, salver: 1 };
    const env: Record<string, string> =
      redis === undefined ? {} : { BENCH_REDIS: `${redis.address},db=${databases[name]}` };
    const size = { store, rows: fileRows, entities: ENTITIES };
    const source = await sourceRepo(`push-${store}-${fileRows}`, size, { venv, env, say });
    const repo = freshCopy(source, `push-${name}`);
    if (batched) appendFileSync(join(repo, 'feature_store.yaml'), BATCHING);
    const options = { repo, env, prefix: ['taskset', '-c', SERVER_CORE], logFile: `${repo}.log` };
    const server = await (name === 'feast'
      ? startFeast(venv.feast, { ...options, args: NO_RECYCLING })
      : startSalver(options));
    this.#repos.set(name, repo);
    this.running.set(name, server);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.running.values()].map(async (server) => server.stop(STOP_LIMIT_MS)));
  }

  /** The rows that were appended, once the servers have ended. */
  async appendedRows(name: ServerName): Promise<number> {
    const repo = this.#repos.get(name) ?? '';
    const instance = await DuckDBInstance.create();
    const connection = await instance.connect();
    try {
      const file = join(repo, 'data/events.parquet').replaceAll("'", "''");
      const result = await connection.runAndReadAll(`SELECT count(*) FROM '${file}'`);
      return Number(result.getRows()[0]?.[0]) - this.#setting.fileRows;
    } finally {
      connection.closeSync();
      instance.closeSync();
    }
  }
}
