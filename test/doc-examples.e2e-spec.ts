import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ExampleRepo, exampleRepo } from './support/example-repo.js';
import type { RunningServer } from './support/server-process.js';
import { startSalver } from './support/servers.js';

interface DocExamples {
  readonly content_types: readonly (string | null)[];
  readonly requests: readonly { readonly name: string; readonly path: string; readonly body: unknown }[];
}

const { content_types, requests } = JSON.parse(
  readFileSync(new URL('./fixtures/conformance/doc-examples.json', import.meta.url), 'utf8'),
) as DocExamples;

const START_LIMIT_MS = 120_000;

describe("requests of Feast's documentation, on the bundled example", () => {
  let example: ExampleRepo;
  let server: RunningServer;

  beforeAll(async () => {
    example = await exampleRepo();
    server = await startSalver({ repo: example.path, logFile: join(example.path, 'server.log') });
  }, START_LIMIT_MS);
  afterAll(async () => {
    await server.stop();
    example.remove();
  });

  const cases = requests.flatMap(({ name, path, body }) =>
    content_types.map((contentType) => ({ name, path, body: JSON.stringify(body), contentType })),
  );

  it.each(cases)(
    '$name, as $contentType',
    { timeout: START_LIMIT_MS },
    async ({ path, body, contentType }) => {
      // Bytes, because a text would be given a content type.
      const answer = await fetch(server.baseUrl + path, {
        method: 'POST',
        body: Buffer.from(body),
        headers: contentType === null ? {} : { 'content-type': contentType },
      });
      const text = await answer.text();
      expect(text).not.toContain('detail');
      expect(answer.status).toBe(200);
      if (path !== '/get-online-features') return;
      expect(text).toContain('"statuses":["PRESENT","PRESENT","PRESENT"]');
      expect(text).not.toContain('NOT_FOUND');
    },
  );
});
