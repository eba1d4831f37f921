import { describe, expect, it } from 'vitest';

import { askedViews, columnGroups, orderProblem } from './asked-columns.ts';
import { generatedRequest } from './generate.ts';
import { leaf, list, memberOf, members, printTree, textLeaf } from './json-tree.ts';
import type { RegisteredView, RepoShape } from './repo-shape.ts';
import { bodyText, READ_PATH, requestOf } from './request-draft.ts';

const integer = (name: string): { name: string; type: string } => ({ name, type: 'Int64' });
const stats: RegisteredView = {
  name: 'stats',
  kind: 'plain',
  joinKeys: [integer('user_id')],
  features: [integer('a'), integer('b')],
  versions: [{ number: 0, features: [integer('a')] }],
};
const shape: RepoShape = {
  views: [stats, { ...stats, name: 'other' }],
  services: [
    {
      name: 'both',
      views: [
        { ...stats, name: 'alias' },
        { ...stats, name: 'other' },
      ],
    },
  ],
  entities: [{ name: 'user', joinKey: 'user_id' }],
  keys: { user_id: ['1', '9007199254740993'] },
};
const bodies = (seed: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => bodyText(generatedRequest(seed, index, shape)));

describe('generatedRequest', () => {
  it('is the same for the same seed and number, whatever was made before', () => {
    expect(bodies('7', 40)).toEqual(bodies('7', 40));
    expect(bodyText(generatedRequest('7', 33, shape))).toBe(bodies('7', 40)[33]);
    expect(bodies('7', 40)).not.toEqual(bodies('8', 40));
  });

  it('mixes services, features, versions, coerced and broken bodies', () => {
    const made = bodies('7', 600);
    const share = (pattern: RegExp): number => made.filter((body) => pattern.test(body)).length / made.length;
    expect(share(/"feature_service"/)).toBeGreaterThan(0.15);
    expect(share(/"features"/)).toBeGreaterThan(0.5);
    expect(share(/@v0:/)).toBeGreaterThan(0.02);
    expect(share(/9007199254740993/)).toBeGreaterThan(0.2);
    expect(share(/"full_feature_names": ?true/)).toBeGreaterThan(0.1);
    const isJson = (body: string): boolean => {
      try {
        JSON.parse(body);
        return true;
      } catch {
        return false;
      }
    };
    const good = made.filter(isJson).length / made.length;
    expect(good).toBeGreaterThan(0.9);
    expect(good).toBeLessThan(1);
  });

  it('sends what a tree cannot be: a damaged text, or no content type', () => {
    const body = members([['a', leaf('1.0')]]);
    const draft = {
      path: READ_PATH,
      body,
      contentType: null,
      gap: ' ',
      damage: { at: 1, removed: 0, inserted: ',' },
    };
    expect(requestOf(draft)).toMatchObject({ headers: {}, body_text: '{"a": 1.0},' });
  });
});

describe('a JSON tree', () => {
  it('keeps repeated members, and the last of them counts', () => {
    const tree = members([
      ['a', leaf('1')],
      ['a', list([leaf('NaN'), textLeaf('\ud800')])],
    ]);
    expect(printTree(tree)).toBe('{"a":1,"a":[NaN,"\\ud800"]}');
    expect(memberOf(tree, 'a')).toMatchObject({ kind: 'list' });
  });
});

describe('the columns of an answer', () => {
  const asked = (features: readonly string[]): ReturnType<typeof askedViews> =>
    askedViews(members([['features', list(features.map(textLeaf))]]), shape);

  it('belong to views in order of first appearance, versions written in one way', () => {
    expect(asked(['stats:a', 'other@V07:x', 'stats@latest:b', 'other@v٧:y', 'nocolon', 'z@x:q'])).toEqual([
      { key: 'stats', kind: 'plain', features: ['a', 'b'] },
      { key: 'other@v7', kind: 'plain', features: ['x', 'y'] },
      { key: 'z@x', kind: 'plain', features: ['q'] },
    ]);
  });

  it('are those of the service where one is named', () => {
    const body = members([
      ['features', list([textLeaf('stats:a')])],
      ['feature_service', textLeaf('both')],
    ]);
    expect(askedViews(body, shape).map(({ key }) => key)).toEqual(['alias', 'other']);
  });

  it('are in groups behind the entity columns, and in the order of the request', () => {
    const views = asked(['stats:b', 'stats:a', 'other:x']);
    const answer = (names: string[]): { metadata: { feature_names: string[] } } => ({
      metadata: { feature_names: names },
    });
    expect(columnGroups(['user_id', 'b', 'a', 'x'], views)).toEqual([['user_id'], ['b', 'a'], ['x']]);
    expect(orderProblem(answer(['user_id', 'b', 'a', 'x']), views)).toBeUndefined();
    expect(orderProblem(answer(['user_id', 'stats__b', 'stats__a', 'other__x']), views)).toBeUndefined();
    expect(orderProblem(answer(['user_id', 'a', 'b', 'x']), views)).toContain('order of the request');
  });
});
