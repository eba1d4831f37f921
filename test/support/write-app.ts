import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dumpTable, type TableDump } from './sqlite-tables-dump.js';
import { type Answer, startTestApp, type TestApp } from './test-app.js';

const REPO = new URL('../fixtures/conformance/repos/drivers-sqlite/', import.meta.url);

/** The application on the recorded repo, and what is in its online store. */
export interface WriteApp extends TestApp {
  push(body: object): Promise<Answer>;
  write(body: object): Promise<Answer>;
  /** Rows of one view: the whole of its table. */
  rowsOf(view: string): TableDump['rows'];
  /** Of one driver: values by feature, and its event time. */
  driver(view: string, features: readonly string[], id: number): Promise<ReadDriver>;
}

export interface ReadDriver {
  readonly values: Readonly<Record<string, unknown>>;
  readonly eventTime: string;
}

export async function startWriteApp(env: Record<string, string> = {}): Promise<WriteApp> {
  const server = await startTestApp({
    yaml: readFileSync(new URL('feature_store.yaml', REPO), 'utf8'),
    registry: readFileSync(new URL('data/registry.db', REPO)),
    fillStore: (path) => cpSync(new URL('data/online_store.db', REPO), path),
    env,
  });
  const post = async (url: string, body: object): Promise<Answer> => {
    const answer = await server.app.inject({ method: 'POST', url, payload: JSON.stringify(body) });
    return { status: answer.statusCode, headers: answer.headers, text: answer.body };
  };
  return {
    ...server,
    push: (body) => post('/push', body),
    write: (body) => post('/write-to-online-store', body),
    rowsOf: (view) => dumpTable(join(server.repo, 'data/online_store.db'), `drivers_${view}`).rows,
    driver: async (view, features, id) => {
      const request = { features: features.map((name) => `${view}:${name}`), entities: { driver_id: [id] } };
      return driverOf((await server.read(JSON.stringify(request))).text, features.length);
    },
  };
}

function driverOf(text: string, features: number): ReadDriver {
  const { results, metadata } = JSON.parse(text) as {
    readonly results: readonly { readonly values: unknown[]; readonly event_timestamps: string[] }[];
    readonly metadata: { readonly feature_names: string[] };
  };
  const cells = results.slice(-features);
  const names = metadata.feature_names.slice(-features);
  return {
    values: Object.fromEntries(names.map((name, index) => [name, cells[index]?.values[0]])),
    eventTime: cells[0]?.event_timestamps[0] ?? '',
  };
}
