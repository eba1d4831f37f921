import { readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from './support/test-app.js';

interface Row {
  readonly entity_key: string;
  readonly feature_name: string;
  readonly value: string;
  readonly value_text: string | null;
  readonly event_ts: number;
  readonly created_ts: number | null;
}

interface Vectors {
  readonly project: string;
  readonly registry_base64: string;
  readonly stores: {
    readonly sqlite: {
      readonly reads: readonly {
        readonly request_text: string;
        readonly status: number;
        readonly body: string;
      }[];
      readonly tables: Readonly<Record<string, readonly Row[]>>;
      readonly create_sql: readonly string[];
    };
  };
}

/** Written, and answered, by Feast itself. */
const vectors = JSON.parse(
  readFileSync(new URL('./fixtures/spec/online-read-vectors.json', import.meta.url), 'utf8'),
) as Vectors;
const { reads, tables, create_sql } = vectors.stores.sqlite;

function fillStore(path: string): void {
  const database = new DatabaseSync(path);
  for (const [table, rows] of Object.entries(tables)) {
    for (const sql of create_sql) database.exec(sql.replaceAll('peer_stats', table));
    const insert = database.prepare(
      `INSERT INTO "${table}" (entity_key, feature_name, value, value_text, event_ts, created_ts) VALUES (?, ?, ?, ?, ?, ?)`,
    );
    for (const row of rows) {
      const { entity_key, feature_name, value, value_text, event_ts, created_ts } = row;
      insert.run(
        Buffer.from(entity_key, 'hex'),
        feature_name,
        Buffer.from(value, 'hex'),
        value_text,
        event_ts,
        created_ts,
      );
    }
  }
  database.close();
}

/** Columns by name: inside a view Feast's order is random. */
function columns(text: string): Record<string, unknown> {
  const { results, metadata } = JSON.parse(text) as {
    results: unknown[];
    metadata: { feature_names: string[] };
  };
  return Object.fromEntries(metadata.feature_names.map((name, index) => [name, results[index]]));
}

describe('reads that Feast answered', () => {
  let server: TestApp;

  beforeAll(async () => {
    server = await startTestApp({
      yaml: 'project: peer\nregistry: data/registry.db\nonline_store: {type: sqlite, path: data/online_store.db}\n',
      registry: Buffer.from(vectors.registry_base64, 'base64'),
      fillStore,
    });
  });
  afterAll(() => server.close());

  it.each(reads.filter(({ status }) => status === 200))(
    'answers $request_text as Feast does',
    async ({ request_text, body }) => {
      const answer = await server.read(request_text);
      expect(answer.status).toBe(200);
      expect(columns(answer.text)).toEqual(columns(body));
      // The same text too, as far as the order of columns is fixed: one feature per view.
      expect(answer.text).toHaveLength(body.length);
    },
  );

  it.each(reads.filter(({ status }) => status === 404))(
    'answers $request_text with the same 404',
    async ({ request_text, body }) => {
      expect(await server.read(request_text)).toMatchObject({ status: 404, text: body });
    },
  );

  it.each(reads.filter(({ status, request_text }) => status === 500 && !request_text.includes('[]}}')))(
    'answers $request_text with a 4xx that says why',
    async ({ request_text }) => {
      const answer = await server.read(request_text);
      expect([400, 404, 422]).toContain(answer.status);
      expect(answer.text.length).toBeGreaterThan(10);
    },
  );

  it('answers an empty list of entities with columns without values', async () => {
    const answer = await server.read('{"features": ["stats:conv"], "entities": {"driver_id": []}}');
    expect(answer.status).toBe(200);
    const empty = { values: [], statuses: [], event_timestamps: [] };
    expect(columns(answer.text)).toEqual({ driver_id: empty, conv: empty });
  });
});
