import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ExampleRepo, exampleRepo } from './support/example-repo.js';
import { SalverProcess } from './support/salver-process.js';
import { startTestApp, type TestApp } from './support/test-app.js';

interface DocExamples {
  readonly content_types: readonly (string | null)[];
  readonly requests: readonly { readonly name: string; readonly path: string; readonly body: unknown }[];
}

const { content_types, requests } = JSON.parse(
  readFileSync(new URL('./fixtures/conformance/doc-examples.json', import.meta.url), 'utf8'),
) as DocExamples;

/** Routes come one after the other: a request of the documentation must work as soon as its route is there. */
const SERVED = ['/get-online-features'];
/** Of these, in processes: the jobs run in one of their own. */
const MATERIALIZED = ['/materialize', '/materialize-incremental'];

describe("requests of Feast's documentation, on the bundled example", () => {
  let example: ExampleRepo;
  let server: TestApp;

  beforeAll(async () => {
    example = await exampleRepo();
    server = await startTestApp({
      yaml: readFileSync(join(example.path, 'feature_store.yaml'), 'utf8'),
      registry: readFileSync(join(example.path, 'data/registry.db')),
      fillStore: (path) => cpSync(join(example.path, 'data/online_store.db'), path),
    });
  });
  afterAll(async () => {
    await server.close();
    example.remove();
  });

  const served = requests.filter(({ path }) => SERVED.includes(path));
  const cases = served.flatMap(({ name, path, body }) =>
    content_types.map((contentType) => ({ name, path, body: JSON.stringify(body), contentType })),
  );

  it.each(cases)('$name, as $contentType', async ({ path, body, contentType }) => {
    const headers = contentType === null ? {} : { 'content-type': contentType };
    const answer = await server.app.inject({ method: 'POST', url: path, payload: body, headers });
    expect(answer.statusCode).toBe(200);
    expect(answer.body).toContain('"statuses":["PRESENT","PRESENT","PRESENT"]');
    expect(answer.body).not.toContain('NOT_FOUND');
  });

  it('are there for every route that is served', () => {
    expect(served.map(({ path }) => path)).toEqual(['/get-online-features', '/get-online-features']);
  });
});

describe('materializations of the documentation, on the bundled example', () => {
  let example: ExampleRepo;
  let server: SalverProcess;

  beforeAll(async () => {
    example = await exampleRepo();
    server = new SalverProcess(['-c', example.path, 'serve', '--port', '0', '--no-access-log']);
    await server.url();
  });
  afterAll(async () => {
    server.kill('SIGKILL');
    await server.ended;
    example.remove();
  });

  const cases = requests
    .filter(({ path }) => MATERIALIZED.includes(path))
    .flatMap(({ name, path, body }) =>
      content_types.map((contentType) => ({ name, path, body, contentType })),
    );

  it.each(cases)('$name, as $contentType', async ({ path, body, contentType }) => {
    const answer = await fetch(`${await server.url()}${path}`, {
      method: 'POST',
      // Bytes: to a text fetch would add a type of its own.
      body: Buffer.from(JSON.stringify(body)),
      headers: contentType === null ? {} : { 'content-type': contentType },
    });
    expect([answer.status, await answer.text()]).toEqual([200, 'null']);
  });
});
