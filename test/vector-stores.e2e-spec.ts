import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EmbeddingServer } from './support/embedding-server.js';
import { SearchServer } from './support/search-server.js';

const ID = 'vs_febf5b66c616c8b714ca7119';

let model: EmbeddingServer;
let server: SearchServer;
let client: OpenAI;
beforeAll(async () => {
  model = await EmbeddingServer.start(
    { 'red things': [1, 0, 0, 0], 'two words': [0, 1, 0, 0], long: [1, 2] },
    4,
  );
  server = await SearchServer.start({
    store: '  vector_enabled: true\n',
    yaml: 'embedding_model:\n  provider: sentence_transformers\n  model: all-MiniLM-L6-v2\n',
    env: {
      SALVER_EMBEDDING_URL: model.url,
      SALVER_EMBEDDING_API_KEY_VARIABLE: 'MODEL_KEY',
      MODEL_KEY: 'secret',
    },
  });
  client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none', maxRetries: 0 });
});
afterAll(async () => {
  await server.close();
  await model.close();
});

describe('the client of OpenAI', () => {
  it('lists and finds vector stores', async () => {
    const listed = await client.vectorStores.list();
    expect(listed.data).toEqual([
      {
        id: ID,
        object: 'vector_store',
        name: 'documents',
        status: 'completed',
        created_at: expect.any(Number),
      },
    ]);
    expect(listed.data[0]?.created_at).toBeGreaterThan(1_700_000_000);
    expect(await client.vectorStores.retrieve(ID)).toEqual(listed.data[0]);
    await expect(client.vectorStores.retrieve('vs_0')).rejects.toMatchObject({
      status: 404,
      error: { message: "No vector store found with id 'vs_0'", type: 'not_found_error' },
    });
  });

  it('searches by the meaning of a text', async () => {
    const page = await client.vectorStores.search(ID, { query: 'red things', max_num_results: 2 });
    expect(page.data).toEqual([
      {
        file_id: `${ID}_1`,
        filename: ID,
        score: 1,
        attributes: { content: 'red apple pie', category: 'a', price: 1.5, stock: 1, live: true },
        content: [
          { type: 'text', text: 'red apple pie' },
          { type: 'text', text: 'a' },
        ],
      },
      {
        file_id: `${ID}_5`,
        filename: ID,
        score: 1 / (1 + 0.141421377658844),
        attributes: { content: 'red car', category: 'a', price: 5.5, stock: 5, live: true },
        content: [
          { type: 'text', text: 'red car' },
          { type: 'text', text: 'a' },
        ],
      },
    ]);
    expect(page.hasNextPage()).toBe(false);
    expect(model.asked).toContainEqual({
      text: 'red things',
      model: 'all-MiniLM-L6-v2',
      key: 'Bearer secret',
    });
  });

  it('filters, and joins several queries', async () => {
    const page = await client.vectorStores.search(ID, {
      query: ['two', 'words'],
      filters: {
        type: 'and',
        filters: [
          { type: 'gt', key: 'price', value: 2 },
          { type: 'ne', key: 'category', value: 'b' },
        ],
      },
    });
    // Filters come before the cut, and each id has its own attributes.
    expect(page.data.map(({ file_id: id, attributes }) => [id.slice(-1), attributes?.['content']])).toEqual([
      ['5', 'red car'],
      ['3', 'blue sky over Oslo'],
      ['6', 'nothing here'],
      ['7', 'çok güzel gökyüzü'],
    ]);
  });

  it('is told what it cannot have', async () => {
    const refused = { status: 422, error: { type: 'invalid_request_error' } };
    await expect(
      client.vectorStores.search(ID, { query: 'a', ranking_options: { ranker: 'auto' } }),
    ).rejects.toMatchObject(refused);
    await expect(client.vectorStores.search(ID, { query: 'a', rewrite_query: true })).rejects.toMatchObject(
      refused,
    );
    const message = expect.stringMatching(
      /makes vectors of 2 numbers, but documents:embedding has vectors of 4/,
    );
    await expect(client.vectorStores.search(ID, { query: 'long' })).rejects.toMatchObject({
      status: 422,
      error: { type: 'invalid_request_error', message },
    });
    await expect(client.vectorStores.search('vs_0', { query: 'a' })).rejects.toMatchObject({ status: 404 });
  });
});

describe('attributes', () => {
  it('are the features that were asked for; without a text they are printed', async () => {
    const metadata = { features_to_retrieve: ['price', 'live'] };
    const answer = await server.search(
      { query: 'red things', max_num_results: 1, metadata },
      `/v1/vector_stores/${ID}/search`,
    );
    expect(answer).toEqual({
      status: 200,
      body: {
        object: 'vector_store.search_results.page',
        search_query: ['red things'],
        data: [
          {
            file_id: `${ID}_1`,
            filename: ID,
            score: 1,
            attributes: { price: 1.5, live: true },
            content: [{ type: 'text', text: "{'price': 1.5, 'live': True}" }],
          },
        ],
        has_more: false,
        next_page: null,
      },
    });
  });
});

describe('without the model', () => {
  it('the answer is 503', async () => {
    await model.close();
    await expect(client.vectorStores.search(ID, { query: 'other' })).rejects.toMatchObject({
      status: 503,
      error: { type: 'server_error', message: expect.stringContaining('cannot be asked') },
    });
    model = await EmbeddingServer.start({}, 4);
  });
});
