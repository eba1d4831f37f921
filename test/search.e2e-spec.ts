import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runSeed, SeededRandom } from './support/random.js';
import { SearchServer } from './support/search-server.js';

const BOTH = '  vector_enabled: true\n  text_search_enabled: true\n';
const CONTENT_OF: Readonly<Record<number, string>> = {
  1: 'red apple pie',
  2: 'green apple',
  3: 'blue sky over Oslo',
  4: 'apple and sky',
  5: 'red car',
  6: 'nothing here',
  7: 'çok güzel gökyüzü',
  8: 'running runners run',
};
const FEATURES = ['documents:content', 'documents:embedding'];

let precise: SearchServer;
beforeAll(async () => {
  precise = await SearchServer.start({ store: BOTH, env: { SALVER_READ_SEMANTICS: 'precise' } });
});
afterAll(() => precise.close());

describe('precise answers', () => {
  it('have the features of the documents that their keys name, best first', async () => {
    const {
      doc_id: ids,
      content,
      embedding,
      distance,
    } = await precise.columns({
      features: FEATURES,
      query: [0, 1, 0, 0],
      top_k: 8,
    });
    // Of equal distances, that which was stored last comes first, as sqlite-vec has it.
    expect(ids).toEqual([2, 8, 4, 5, 1, 3, 6, 7]);
    expect(content).toEqual((ids as number[]).map((id) => CONTENT_OF[id]));
    expect(embedding?.[0]).toEqual([0, 1, 0, 0]);
    expect(distance).toEqual([...(distance as number[])].toSorted((a, b) => a - b));
  });

  it('have the first form, too', async () => {
    const body = {
      features: ['documents:doc_id', 'documents:embedding', 'documents:distance'],
      query: [0, 1, 0, 0],
    };
    const answer = await precise.search({ ...body, top_k: 2 });
    expect(answer.body).toMatchObject({
      metadata: { feature_names: ['doc_id', 'embedding', 'distance'] },
      results: [
        { values: [2, 8] },
        {
          values: [
            [0, 1, 0, 0],
            [0.6000000238418579, 0.800000011920929, 0, 0],
          ],
        },
        {},
      ],
    });
  });

  it('take a feature service', async () => {
    const answered = await precise.columns({ feature_service: 'doc_service', query: [1, 0, 0, 0], top_k: 1 });
    expect(answered).toMatchObject({ content: ['red apple pie'], embedding: [[1, 0, 0, 0]], doc_id: [1] });
  });

  it('apply filters before the cut', async () => {
    const search = { features: FEATURES, query: [1, 0, 0, 0], top_k: 3 };
    const price = { type: 'lt', key: 'price', value: 8 };
    const live = { type: 'eq', key: 'live', value: false };
    const either = {
      type: 'or',
      filters: [
        { type: 'in', key: 'category', value: ['c'] },
        { type: 'and', filters: [price, live] },
      ],
    };
    expect((await precise.columns({ ...search, filters: either })).doc_id).toEqual([4, 2, 7]);
    expect((await precise.columns({ ...search, filters: live, top_k: 10 })).doc_id).toEqual([8, 4, 2, 6]);
  });

  it('fill the rank of the text, the same each time', async () => {
    const search = { features: FEATURES, query_string: 'apple', top_k: 5 };
    const first = await precise.columns(search);
    expect(first.doc_id).toEqual([2, 1, 4]);
    expect(first['text_rank']).toEqual([-0.47350823879241943, -0.4452390670776367, -0.4452390670776367]);
    expect(await precise.columns(search)).toEqual(first);
  });

  it('go by vector and text together', async () => {
    const search = { features: FEATURES, query: [0, 0, 1, 0], query_string: 'car', top_k: 8 };
    const { doc_id: ids, content, text_rank: ranks, distance } = await precise.columns(search);
    expect(ids).toHaveLength(8);
    expect(ids?.[0]).toBe(5);
    expect(content).toEqual((ids as number[]).map((id) => CONTENT_OF[id]));
    expect((ranks as (number | null)[]).filter((rank) => rank !== null)).toHaveLength(1);
    expect(distance).not.toContain(null);
  });

  it('find what was written before, whoever wrote it', async () => {
    const database = new DatabaseSync(join(precise.repo, 'data/online_store.db'));
    const search = { features: ['documents:content'], query_string: 'zebra', top_k: 5 };
    expect((await precise.columns(search)).content).toEqual([]);
    database.exec(
      "UPDATE vectors_documents SET value = CAST(x'12057a65627261' AS BLOB) WHERE feature_name = 'content' AND value_text = 'nothing here'",
    );
    expect(await precise.columns(search)).toMatchObject({ content: ['zebra'], doc_id: [6] });
    database.close();
  });
});

describe('answers like those of Feast', () => {
  it('have the mistakes that were recorded, and no others', async () => {
    const [text, vector] = [
      await SearchServer.start({ store: '  text_search_enabled: true\n' }),
      await SearchServer.start({ store: '  vector_enabled: true\n' }),
    ];
    const onlyA = { type: 'eq', key: 'category', value: 'a' };
    const body = { features: ['documents:content'], top_k: 1, filters: onlyA };
    // The best match is of another category.
    const byText = await text.columns({ ...body, query_string: 'apple' });
    expect([byText.doc_id, byText['text_rank']]).toEqual([[1], [null]]);
    expect((await vector.columns({ ...body, query: [0, 1, 0, 0] })).content).toEqual([]);
    const first = { ...body, features: ['documents:doc_id'], query: [0, 1, 0, 0] };
    expect((await vector.search(first)).body).toMatchObject({ results: [{ values: [5] }] });
    await Promise.all([text.close(), vector.close()]);
  });
});

describe('whatever the user writes', () => {
  const PARTS = [
    'apple',
    'content:',
    'entity_key:',
    'doc_id',
    'NEAR(',
    'AND',
    'OR',
    'NOT',
    '"',
    "'",
    '(',
    ')',
    '{',
    '}',
  ]
    .concat([
      '*',
      '^',
      '+',
      '-',
      ':',
      ',',
      ';',
      '--',
      '\\',
      '%',
      '\0',
      '\u{1f600}',
      '\ud800',
      'é',
      '東京',
      '\n',
      ' ',
      '1',
    ])
    .concat([
      'rank',
      'row_number',
      'MATCH',
      'bm25(',
      'x'.repeat(500),
      '"a" "b',
      '\u202e',
      '\ufeff',
      'a*b',
      'NEAR/2',
    ]);

  it('is a text: 2500 of them are answered, and none of them finds a key', async () => {
    const random = new SeededRandom(runSeed());
    const wrong: unknown[] = [];
    const lane = async (): Promise<void> => {
      for (let at = 0; at < 2500 / 4; at++) {
        const parts = Array.from({ length: random.integer(1, 12) }, () => random.pick(PARTS));
        const text = parts.join(random.chance(0.5) ? ' ' : '');
        const body = { features: ['documents:content'], query_string: text, top_k: 9, api_version: 2 };
        const answer = await precise.search(body);
        if (answer.status !== 200) wrong.push({ text, answer });
      }
    };
    await Promise.all([lane(), lane(), lane(), lane()]);
    expect(wrong).toEqual([]);
    for (const key of ['doc_id', 'entity_key', 'entity_key:doc_id', '"doc_id"', 'doc_id*']) {
      const found = await precise.columns({ features: ['documents:content'], query_string: key, top_k: 9 });
      expect(found.content).toEqual([]);
    }
  }, 120_000);
});

describe('mistakes', () => {
  const search = { features: FEATURES, query: [1, 0, 0, 0], top_k: 1, api_version: 2 };
  it.each([
    ['no top_k', { ...search, top_k: null }, 422, /top_k is needed/],
    ['a negative one', { ...search, top_k: -1 }, 422, /between 0 and 4096/],
    ['one that is too large', { ...search, top_k: 5000 }, 422, /search\.max_top_k/],
    ['a vector of another length', { ...search, query: [1, 0] }, 422, /has vectors of 4/],
    ['a number that is none', { ...search, query: [1, 0, 0, 'NaN'] }, 422, /finite/],
    ['another metric', { ...search, features: ['clicks:clicks'] }, 400, /No vector field found/],
    [
      'two views',
      { ...search, features: ['documents:content', 'clicks:clicks'] },
      400,
      /single feature view/,
    ],
    ['nothing to search for', { ...search, query: null }, 400, /Must provide either query/],
    ['no features', { ...search, features: [] }, 400, /No features specified/],
    ['an unknown view', { ...search, features: ['nope:x'] }, 404, /nope/],
    ['an unknown service', { ...search, feature_service: 'nope' }, 404, /nope/],
    ['a filter without a list', { ...search, filters: { type: 'in', key: 'a', value: 'b' } }, 422, /list/],
  ])('are told: %s', async (_what, body, status, message) => {
    const answer = await precise.search(body);
    expect([answer.status, JSON.stringify(answer.body)]).toEqual([status, expect.stringMatching(message)]);
  });

  it('are none when nothing is wanted', async () => {
    expect(await precise.columns({ ...search, top_k: 0 })).toEqual({
      content: [],
      embedding: [],
      distance: [],
    });
  });
});

describe('a store that is not searched', () => {
  it('says what is to be switched on', async () => {
    const server = await SearchServer.start({});
    const search = { features: FEATURES, query: [1, 0, 0, 0], top_k: 1 };
    const answers = [await server.search(search), await server.search({ ...search, api_version: 2 })];
    await server.close();
    for (const { status, body } of answers) {
      expect([status, body]).toEqual([400, expect.stringMatching(/vector_enabled or text_search_enabled/)]);
    }
  });
});
