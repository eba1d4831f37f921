import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { CHECKOUT } from '../support/servers.ts';
import { answerDifference } from './compare.ts';
import { type Answer, type Exchange, loadRecording } from './exchange.ts';

const FIXTURES = join(CHECKOUT, 'test/fixtures/conformance');
const COMPARISON = { numbers: 'text', origin: 'http://127.0.0.1:6566' } as const;

function exchangesOf(folder: string, file: string): readonly Exchange[] {
  const { cases = [], scenarios = [] } = loadRecording(join(FIXTURES, folder, file));
  const steps = scenarios.flatMap((scenario) => scenario.steps);
  return [
    ...cases,
    ...steps.flatMap((step) => (step.kind === 'request' ? [{ ...step, name: step.name ?? '' }] : [])),
  ];
}

const recorded = ['cases', 'scenarios'].flatMap((folder) =>
  readdirSync(join(FIXTURES, folder)).map((file) => ({ file, exchanges: exchangesOf(folder, file) })),
);

function asRecorded({ response }: Exchange): Answer {
  return { status: response.status, headers: response.headers ?? {}, text: response.body_text ?? '' };
}

const read = {
  name: 'read',
  endpoint: '/get-online-features',
  request: { method: 'POST', path: '/get-online-features', headers: {}, body_text: '{}' },
  response: {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body_text:
      '{"results":[{"values":[1]},{"values":[2.0]},{"values":[9007199254740993]}],"metadata":{"feature_names":["id","b","a"]}}',
    body: {},
  },
  columns: [['id'], ['b', 'a']],
} satisfies Exchange;

const answer = (
  text: string,
  headers: Answer['headers'] = { 'content-type': 'application/json' },
): Answer => ({
  status: 200,
  headers,
  text,
});

describe('the recorded answers', () => {
  it.each(recorded)('of $file are their own match', ({ exchanges }) => {
    expect(exchanges.length).toBeGreaterThan(0);
    for (const exchange of exchanges) {
      expect(answerDifference(exchange, asRecorded(exchange), COMPARISON)).toBeUndefined();
    }
  });

  it.each(recorded)('of $file are no match under another status or another text', ({ exchanges }) => {
    for (const exchange of exchanges) {
      const right = asRecorded(exchange);
      expect(answerDifference(exchange, { ...right, status: right.status + 1 }, COMPARISON)).toMatch(
        /^status/,
      );
    }
    const compared = exchanges.filter(
      ({ volatile, response }) => volatile?.includes('$') !== true && response.body_text !== undefined,
    );
    for (const exchange of compared) {
      const wrong = { ...asRecorded(exchange), text: `[${exchange.response.body_text}` };
      expect(answerDifference(exchange, wrong, COMPARISON)).toBeDefined();
    }
  });
});

describe('answerDifference', () => {
  it('takes the columns of a group in any order, but with their own values', () => {
    const swapped =
      '{"metadata":{"feature_names":["id","a","b"]},"results":[{"values":[1]},{"values":[9007199254740993]},{"values":[2.0]}]}';
    expect(answerDifference(read, answer(swapped), COMPARISON)).toBeUndefined();
    const mixedUp = swapped.replace('"a","b"', '"b","a"');
    expect(answerDifference(read, answer(mixedUp), COMPARISON)).toContain('$.results[1].values[0]');
  });

  it('does not take columns across groups', () => {
    const moved =
      '{"results":[{"values":[2.0]},{"values":[1]},{"values":[9007199254740993]}],"metadata":{"feature_names":["b","id","a"]}}';
    expect(answerDifference(read, answer(moved), COMPARISON)).toBeDefined();
  });

  it('tells integers beyond 2^53 apart', () => {
    const off = read.response.body_text.replace('740993', '740992');
    expect(answerDifference(read, answer(off), COMPARISON)).toContain(
      'want 9007199254740993 got 9007199254740992',
    );
    expect(answerDifference(read, answer(off), { ...COMPARISON, numbers: 'value' })).toBeDefined();
  });

  it('tells 2.0 from 2 by text only', () => {
    const shorter = read.response.body_text.replace('2.0', '2');
    expect(answerDifference(read, answer(shorter), COMPARISON)).toContain('want 2.0 got 2');
    expect(answerDifference(read, answer(shorter), { ...COMPARISON, numbers: 'value' })).toBeUndefined();
  });

  it('tells missing and extra keys, unless the recording is a part', () => {
    const extra = read.response.body_text.replace('{"results"', '{"more":1,"results"');
    expect(answerDifference(read, answer(extra), COMPARISON)).toBe('$: extra key more');
    expect(answerDifference({ ...read, body_subset: true }, answer(extra), COMPARISON)).toBeUndefined();
    expect(answerDifference({ ...read, body_subset: true }, answer('{}'), COMPARISON)).toBe(
      '$: missing key results',
    );
  });

  it('leaves out volatile places, but not their absence', () => {
    const volatile = ['$.results[*].values', '$.metadata.feature_names[1]'];
    const other =
      '{"results":[{"values":0},{"values":0},{"values":0}],"metadata":{"feature_names":["id","x","a"]}}';
    expect(answerDifference({ ...read, columns: [], volatile }, answer(other), COMPARISON)).toBeUndefined();
    const missing = other.replace('{"values":0}', '{}');
    expect(answerDifference({ ...read, columns: [], volatile }, answer(missing), COMPARISON)).toContain(
      'missing key values',
    );
  });

  it.each([
    ['content-type', 'application/json', 'application/json; charset=utf-8', true],
    ['content-type', 'application/json', 'text/plain; charset=utf-8', false],
    ['content-type', 'application/json', '', false],
    ['allow', 'POST, GET', 'GET,POST', true],
    ['allow', 'POST', 'GET, POST', false],
    ['location', '{base}/read', 'http://127.0.0.1:6566/read', true],
    ['location', '{base}/read', 'http://127.0.0.1:6566/', false],
    ['www-authenticate', 'Bearer', 'Basic', false],
  ])('header %s: recorded %j, got %j, the same: %s', (name, want, got, isSame) => {
    const exchange = { ...read, response: { ...read.response, headers: { [name]: want } } };
    const difference = answerDifference(
      exchange,
      answer(read.response.body_text, { [name]: got }),
      COMPARISON,
    );
    expect(difference === undefined).toBe(isSame);
  });
});
