import { cpSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from './support/test-app.js';

interface Operation {
  readonly operationId: string;
  readonly tags: string[];
  readonly requestBody?: {
    readonly content: Record<string, { readonly examples?: Record<string, { readonly value: unknown }> }>;
  };
}

interface OpenApi {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, { readonly properties: object; readonly required?: string[] }>>;
  };
}

const feast = JSON.parse(
  readFileSync(new URL('./fixtures/conformance/openapi.recorded.json', import.meta.url), 'utf8'),
) as OpenApi;

let server: TestApp;
let document: OpenApi;

beforeAll(async () => {
  server = await startTestApp({ yaml: 'project: drivers\nregistry: data/registry.db\n' });
  const answer = await server.app.inject({ method: 'GET', url: '/openapi.json' });
  document = answer.json<OpenApi>();
});
afterAll(() => server.close());

describe('/openapi.json', () => {
  it('is OpenAPI 3.1, as that of Feast', () => {
    expect(document.openapi).toBe('3.1.0');
  });

  it.each([
    ['/get-online-features', 'post'],
    ['/push', 'post'],
    ['/write-to-online-store', 'post'],
    ['/materialize', 'post'],
    ['/materialize-incremental', 'post'],
    ['/health', 'get'],
    ['/search', 'post'],
    ['/v1/vector_stores', 'get'],
    ['/v1/vector_stores/{vector_store_id}', 'get'],
    ['/v1/vector_stores/{vector_store_id}/search', 'post'],
  ])("has Feast's operation id for %s", (path, method) => {
    const operationId = feast.paths[path]?.[method]?.operationId;
    expect(operationId).toBeTruthy();
    expect(document.paths[path]?.[method]?.operationId).toBe(operationId);
  });

  it.each([
    'GetOnlineFeaturesRequest',
    'PushFeaturesRequest',
    'WriteToFeatureStoreRequest',
    'MaterializeRequest',
    'MaterializeIncrementalRequest',
    'OnlineFeaturesMetadataResponse',
    'FeatureVectorResponse',
    'HTTPValidationError',
    'ValidationError',
    'GetOnlineDocumentsRequest',
    'OpenAISearchRequest',
    'OpenAISearchMetadata',
    'OpenAIRankingOptions',
    'ComparisonFilter',
    'CompoundFilter',
  ])("has Feast's schema %s", (name) => {
    const ours = document.components.schemas[name];
    const theirs = feast.components.schemas[name];
    expect(Object.keys(ours?.properties ?? {}).toSorted()).toEqual(
      Object.keys(theirs?.properties ?? {}).toSorted(),
    );
  });

  it.each([
    'GetOnlineFeaturesRequest',
    'PushFeaturesRequest',
    'WriteToFeatureStoreRequest',
    'MaterializeRequest',
    'MaterializeIncrementalRequest',
    'GetOnlineDocumentsRequest',
    'OpenAISearchRequest',
    'CompoundFilter',
  ])('demands of a %s what Feast demands', (name) => {
    const { required } = document.components.schemas[name] ?? {};
    expect(required).toEqual(feast.components.schemas[name]?.required);
  });

  it('names a tag of its own for every operation, once', () => {
    const tags = Object.values(document.paths).flatMap((methods) =>
      Object.values(methods).map((operation) => operation.tags),
    );
    expect(tags.every((each) => each.length === 1)).toBe(true);
    expect(new Set(tags.flat())).toEqual(new Set(['serving', 'push', 'materialization', 'search', 'health']));
  });

  it('has examples that the served repo answers', async () => {
    const example = await startTestApp({
      yaml: readFileSync(new URL('./fixtures/example/feature_store.yaml', import.meta.url), 'utf8'),
      registry: readFileSync(new URL('./fixtures/example/data/registry.db', import.meta.url)),
      fillStore: (path) => cpSync(new URL('./fixtures/example/data/online_store.db', import.meta.url), path),
    });
    const described = (await example.app.inject({ method: 'GET', url: '/openapi.json' })).json<OpenApi>();
    const examples = Object.entries(described.paths).flatMap(([url, { post }]) =>
      Object.values(post?.requestBody?.content['application/json']?.examples ?? {}).map(({ value }) => ({
        url,
        payload: JSON.stringify(value),
      })),
    );
    expect(examples.map(({ url }) => url)).toEqual([
      '/get-online-features',
      '/get-online-features',
      '/push',
      '/write-to-online-store',
    ]);
    const answers = await Promise.all(
      examples.map((request) => example.app.inject({ method: 'POST', ...request })),
    );
    await example.close();
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200, 200]);
    expect(answers[0]?.body).not.toContain('NOT_FOUND');
  });

  it('describes every route that is served', () => {
    expect(Object.keys(document.paths).toSorted()).toEqual([
      '/get-online-features',
      '/health',
      '/health/live',
      '/health/ready',
      '/health/startup',
      '/materialize',
      '/materialize-incremental',
      '/materialize/jobs',
      '/materialize/jobs/{id}',
      '/push',
      '/search',
      '/v1/vector_stores',
      '/v1/vector_stores/{vector_store_id}',
      '/v1/vector_stores/{vector_store_id}/search',
      '/write-to-online-store',
    ]);
  });
});

describe.each(['/docs', '/redoc'])('%s', (page) => {
  it('is a page from this server alone', async () => {
    const answer = await server.app.inject({ method: 'GET', url: page });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(answer.body).not.toMatch(/(src|href)="https?:/);
    const script = await server.app.inject({ method: 'GET', url: `${page}/swagger-ui-bundle.js` });
    expect(script.statusCode).toBe(200);
    expect(script.headers['content-type']).toMatch(/javascript/);
  });
});
