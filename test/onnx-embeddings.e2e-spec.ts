import { cpSync } from 'node:fs';
import { dirname, join } from 'node:path';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectedOf, type ModelName, modelFiles } from './support/onnx-fixtures.js';
import { SearchServer, type SearchServerOptions } from './support/search-server.js';

const ID = 'vs_febf5b66c616c8b714ca7119';
const PATH = `/v1/vector_stores/${ID}/search`;
const YAML = 'embedding_model:\n  provider: sentence_transformers\n  model: all-MiniLM-L6-v2\n';
/** Those of make_data.py, by id. */
const DOCUMENTS: readonly (readonly number[])[] = [
  [1, 0, 0, 0],
  [0, 1, 0, 0],
  [0, 0, 1, 0],
  [0.5, 0.5, 0.5, 0.5],
  [0.9, 0.1, 0, 0],
  [-1, 0, 0, 0],
  [0.25, -0.75, 0.125, 1.5],
  [0.6, 0.8, 0, 0],
];

const started: SearchServer[] = [];
afterAll(() => Promise.all(started.map((server) => server.close())));

async function serve(options: SearchServerOptions): Promise<SearchServer> {
  const server = await SearchServer.start({ store: '  vector_enabled: true\n', yaml: YAML, ...options });
  started.push(server);
  return server;
}

function environment(name: ModelName, maxTokens: number): Record<string, string> {
  return {
    SALVER_EMBEDDING_MODEL_PATH: modelFiles(name).modelPath,
    SALVER_EMBEDDING_MAX_TOKENS: String(maxTokens),
  };
}

/** Documents by their distance from a vector, the nearest first. */
function ranked(vector: readonly number[]): readonly { readonly id: string; readonly distance: number }[] {
  return DOCUMENTS.map((document, at) => ({
    id: `${ID}_${at + 1}`,
    distance: Math.hypot(...document.map((value, axis) => value - (vector[axis] as number))),
  })).toSorted((one, other) => one.distance - other.distance);
}

describe('a model beside feature_store.yaml', () => {
  let server: SearchServer;
  let client: OpenAI;
  beforeAll(async () => {
    server = await serve({
      env: { SALVER_EMBEDDING_MAX_TOKENS: '16' },
      prepare: (repo) => {
        cpSync(dirname(modelFiles('words').modelPath), join(repo, 'model'), { recursive: true });
        return 'embedding:\n  model_path: model/model.onnx\n  pooling: cls\n';
      },
    });
    client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none', maxRetries: 0 });
  });

  it('is loaded before the server is ready, and named in no warning', () => {
    expect(server.server.output).toMatch(
      /model\/model\.onnx: loaded in [\d.]+ s; its vectors have 4 numbers/,
    );
    expect(server.server.output).not.toMatch(/embedding_model\.provider/);
  });

  it('searches as the vectors of the reference would', async () => {
    const { texts } = expectedOf('words');
    const pages = await Promise.all(texts.map(({ text }) => client.vectorStores.search(ID, { query: text })));
    for (const [at, { vectors }] of texts.entries()) {
      const expected = ranked(vectors.cls).map(({ id, distance }) => ({
        file_id: id,
        score: expect.closeTo(1 / (1 + distance), 5) as number,
      }));
      expect(pages[at]?.data).toMatchObject(expected);
    }
  });
});

describe('a model that does not load', () => {
  it('is told at the start and to whoever needs it; everything else goes on', async () => {
    const server = await serve({ env: environment('words', 17) });
    expect(server.server.output).toMatch(/"level":40[^\n]*does not take a text of 17 tokens/);
    expect(await server.search({ query: 'red' }, PATH)).toMatchObject({
      status: 503,
      body: { error: { type: 'server_error', message: expect.stringMatching(/max_tokens/) } },
    });
    const body = { features: ['documents:content'], query: [1, 0, 0, 0], top_k: 1 };
    expect(await server.columns(body)).toMatchObject({ content: ['red apple pie'] });
  });
});

describe('a model that computes without end', () => {
  it('holds up nothing but its text', async () => {
    const server = await serve({
      env: { ...environment('endless', 16), SALVER_EMBEDDING_TIMEOUT_MS: '2000' },
    });
    let isLate = false;
    const late = server.search({ query: 'endless' }, PATH).finally(() => (isLate = true));
    const body = { features: ['documents:content'], query: [1, 0, 0, 0], top_k: 1 };
    expect(await server.columns(body)).toMatchObject({ content: ['red apple pie'] });
    expect(isLate).toBe(false);
    expect(await late).toMatchObject({ status: 503 });
    await expect
      .poll(async () => (await server.search({ query: 'red' }, PATH)).status, { timeout: 20_000 })
      .toBe(200);
  });
});
