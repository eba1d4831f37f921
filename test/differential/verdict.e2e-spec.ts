import { describe, expect, it } from 'vitest';

import type { Answer } from '../conformance/exchange.ts';
import { type Examined, examined, type Servers } from './examine.ts';
import { kindOf } from './finding.ts';
import { leaf, list, members, printTree, textLeaf } from './json-tree.ts';
import type { RepoShape } from './repo-shape.ts';
import { bodyText, JSON_TYPE, READ_PATH, type RequestDraft } from './request-draft.ts';
import { shrunk } from './shrink.ts';

const shape: RepoShape = { views: [], services: [], entities: [], keys: {} };
const headers = { 'content-type': 'application/json' };
const said = (status: number, body: unknown): Answer => ({ status, headers, text: JSON.stringify(body) });
const data = (names: readonly string[], columns: string): Answer => ({
  status: 200,
  headers,
  text: `{"results":[${columns}],"metadata":{"feature_names":${JSON.stringify(names)}}}`,
});

function draftOf(features: readonly string[], keys: readonly string[] = ['1']): RequestDraft {
  const body = members([
    ['features', list(features.map(textLeaf))],
    ['entities', members([['id', list(keys.map(leaf))]])],
  ]);
  return { path: READ_PATH, body, contentType: JSON_TYPE, gap: '', damage: undefined };
}

async function verdictOf(draft: RequestDraft, servers: Partial<Servers>): Promise<Examined['verdict']> {
  const none = async (): Promise<Answer> => Promise.reject(new Error('not asked'));
  const subject = { shape, instead: { stuck: 'free' }, servers: { feast: none, salver: none, ...servers } };
  return (await examined(draft, subject)).verdict;
}

async function compared(draft: RequestDraft, feast: Answer, salver: Answer): Promise<Examined['verdict']> {
  return verdictOf(draft, { feast: async () => feast, salver: async () => salver });
}

describe('an answer of 2xx', () => {
  const draft = draftOf(['v:a', 'v:b']);
  const salver = data(['id', 'a', 'b'], '{"values":[1]},{"values":[1.0]},{"values":[9007199254740993]}');

  it('may have the columns of a view in another order, with the same texts of numbers', async () => {
    const other = data(['id', 'b', 'a'], '{"values":[1]},{"values":[9007199254740993]},{"values":[1.0]}');
    expect(await compared(draft, other, salver)).toEqual({ kind: 'same' });
  });

  it.each([
    ['another digit', '{"values":[1]},{"values":[1.0]},{"values":[9007199254740992]}'],
    ['another text', '{"values":[1]},{"values":[1]},{"values":[9007199254740993]}'],
  ])('differs by %s', async (_what, columns) => {
    const verdict = await compared(draft, data(['id', 'a', 'b'], columns), salver);
    expect(verdict).toMatchObject({ kind: 'different' });
  });

  it('differs when Salver does not keep the order of the request', async () => {
    const turned = data(['id', 'b', 'a'], '{"values":[1]},{"values":[2]},{"values":[3]}');
    expect(await compared(draft, turned, turned)).toMatchObject({ kind: 'different' });
  });
});

describe('an error', () => {
  const draft = draftOf(['v:a']);
  const usable = said(422, {
    detail: [{ loc: ['body', 'entities'], msg: 'a text that says what is wrong' }],
  });

  it('of a kept status has the same text, or the same places', async () => {
    expect(await compared(draft, said(404, 'no such view'), said(404, 'no such view'))).toEqual({
      kind: 'same',
    });
    expect(await compared(draft, said(404, 'no such view'), said(404, 'none'))).toMatchObject({
      kind: 'different',
    });
    const feast = said(422, { detail: [{ loc: ['body', 'entities'], msg: 'other words' }] });
    expect(await compared(draft, feast, usable)).toEqual({ kind: 'same' });
    const elsewhere = said(422, { detail: [{ loc: ['body', 'features'], msg: 'other words' }] });
    expect(await compared(draft, elsewhere, usable)).toMatchObject({ kind: 'different' });
  });

  it('of 500 becomes an error of the client with a message', async () => {
    const feast = said(500, 'division by zero');
    expect(await compared(draft, feast, usable)).toMatchObject({ kind: 'deliberate' });
    expect(await compared(draft, feast, said(400, ''))).toMatchObject({ kind: 'different' });
    expect(await compared(draft, feast, said(200, {}))).toMatchObject({ kind: 'different' });
    expect(await compared(draft, feast, feast)).toMatchObject({ kind: 'different' });
  });

  it('of an empty batch becomes an answer without values', async () => {
    const feast = said(500, 'Missing join key values for keys: []');
    const empty = draftOf(['v:a'], []);
    const none = data(['id', 'a'], '{"values":[]},{"values":[]}');
    expect(await compared(empty, feast, none)).toEqual({ kind: 'deliberate', rule: 'no entities' });
    expect(await compared(draft, feast, none)).toMatchObject({ kind: 'different' });
  });
});

describe('a deliberate difference that depends on the request', () => {
  it('is judged by what Feast answers to the JSON type', async () => {
    const refused = said(422, { detail: [{ type: 'model_attributes_type', loc: ['body'], msg: 'x' }] });
    const right = data(['id', 'a'], '{"values":[1]},{"values":[2]}');
    const feast: Servers['feast'] = async (request) =>
      request.headers['content-type'] === JSON_TYPE ? right : refused;
    const draft = { ...draftOf(['v:a']), contentType: 'text/plain' };
    expect(await verdictOf(draft, { feast, salver: async () => right })).toMatchObject({
      kind: 'deliberate',
    });
    const wrong = data(['id', 'a'], '{"values":[1]},{"values":[3]}');
    expect(await verdictOf(draft, { feast, salver: async () => wrong })).toMatchObject({ kind: 'different' });
  });

  it('is judged by a view that Feast serves', async () => {
    const stuck = said(500, "Feature view 'stuck' is in state 'MATERIALIZING' and cannot serve features.");
    const served = data(['id', 'a'], '{"values":[1]},{"values":[2]}');
    const feast: Servers['feast'] = async ({ body_text }) => (body_text?.includes('stuck') ? stuck : served);
    const draft = draftOf(['stuck:a']);
    expect(await verdictOf(draft, { feast, salver: async () => served })).toMatchObject({
      kind: 'deliberate',
    });
    const refused = said(400, 'this view is not served at all');
    expect(await verdictOf(draft, { feast, salver: async () => refused })).toMatchObject({
      kind: 'different',
    });
  });
});

describe('shrunk', () => {
  it('leaves only what shows the difference', async () => {
    const large = {
      ...draftOf(['v:a', 'v:b', 'v:c', 'v:d', 'v:bad'], ['1', '2', '3', '66', '5', '6']),
      gap: ' ',
    };
    const shows = async ({ body }: RequestDraft): Promise<boolean> =>
      /v:bad.*66|66.*v:bad/.test(printTree(body));
    const small = await shrunk(large, shows);
    expect(bodyText(small)).toBe('{"features":["v:bad"],"entities":{"id":[66]}}');
  });

  it('gives back what cannot be smaller', async () => {
    const draft = draftOf(['v:a']);
    expect(await shrunk(draft, async () => false)).toBe(draft);
  });
});

describe('kindOf', () => {
  const found = (why: string, feast: Answer): string =>
    kindOf({
      pair: { draft: draftOf(['v:a']), feast, salver: said(200, {}) },
      verdict: { kind: 'different', why },
    });

  it('tells places apart, and leaves rows, names and values out', () => {
    const answer = said(200, {});
    expect(found('$.results[3].values[0]: want 1 got 2', answer)).toBe(
      found('$.results[12].values[7]: want "a" got null', answer),
    );
    expect(found('$.results[3].values[0]: want 1', answer)).not.toBe(
      found('$.results[3].statuses[0]: want 1', answer),
    );
    expect(found('want 4xx got 200 (x)', said(500, "no view 'a'"))).toBe(
      found('want 4xx got 200 (y)', said(500, "no view 'b'")),
    );
    expect(found('want 4xx got 200 (x)', said(500, 'other words'))).not.toBe(
      found('want 4xx got 200 (x)', said(500, "no view 'b'")),
    );
  });
});
