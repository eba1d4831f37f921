import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeProblem } from './configuration-error.js';
import { readSalver } from './salver-yaml.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'salver-spec-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function read(text: string, env: Record<string, string> = {}) {
  writeFileSync(join(directory, 'salver.yaml'), text);
  const { config, problems, warnings } = readSalver(directory, { env, flags: {} });
  return { config, problems: problems.map(describeProblem), warnings: warnings.map(describeProblem) };
}

describe('auth.api_keys', () => {
  const HASH = `sha256:${'0a'.repeat(32)}`;
  const OTHER_HASH = `sha256:${'0b'.repeat(32)}`;
  const keys = (...items: string[]) =>
    `auth:\n  api_keys:\n${items.map((item) => `    - ${item}\n`).join('')}`;

  it('is a list of objects', () => {
    const text = keys(
      `{name: ci, hash: "${HASH}", roles: [reader, writer]}`,
      `{name: team/nightly, hash: "${OTHER_HASH}", groups: [ops]}`,
    );
    const { config, problems } = read(text);
    expect(problems).toEqual([]);
    expect(config.auth.apiKeys).toEqual([
      { name: 'ci', hash: HASH, roles: ['reader', 'writer'], groups: [] },
      { name: 'team/nightly', hash: OTHER_HASH, roles: [], groups: ['ops'] },
    ]);
    expect(Object.isFrozen(config.auth.apiKeys[0])).toBe(true);
  });

  it('may be empty', () => {
    expect(read('auth: {api_keys: []}').config).toEqual(read('').config);
    expect(read('auth:\n  api_keys:\n').config).toEqual(read('').config);
  });

  it('tells all problems at once, each with its place', () => {
    const text = keys(
      `{name: ci, hash: "${HASH}", role: [x]}`,
      `{name: a b, hash: "sha256:00", roles: reader}`,
      `{hash: 5, groups: ["", y]}`,
      '7',
    );
    expect(read(text).problems).toEqual([
      'salver.yaml: auth.api_keys[0].role: unknown key (known keys: name, hash, roles, groups; did you mean roles?)',
      'salver.yaml: auth.api_keys[1].roles: expected a list, found text',
      'salver.yaml: auth.api_keys[1].name: must be 1 to 128 letters, digits or any of . @ : / _ -',
      'salver.yaml: auth.api_keys[1].hash: must be sha256: and 64 hexadecimal digits',
      'salver.yaml: auth.api_keys[2].hash: expected text, found a whole number (put it in quotes)',
      'salver.yaml: auth.api_keys[2].name: must be 1 to 128 letters, digits or any of . @ : / _ -',
      'salver.yaml: auth.api_keys[2].groups: must not hold an empty text',
      'salver.yaml: auth.api_keys[3]: expected an object, found a whole number',
    ]);
  });

  it.each([
    ['name', keys(`{name: ci, hash: "${HASH}"}`, `{name: ci, hash: "${OTHER_HASH}"}`)],
    ['hash', keys(`{name: ci, hash: "${HASH}"}`, `{name: cd, hash: "${HASH}"}`)],
  ])('does not take the same %s twice', (what, text) => {
    expect(read(text).problems).toEqual([`salver.yaml: auth.api_keys: two keys have the same ${what}`]);
  });

  it('says what is no list', () => {
    expect(read('auth: {api_keys: {ci: x}}').problems).toEqual([
      'salver.yaml: auth.api_keys: expected a list, found an object',
    ]);
  });

  it('has no variable', () => {
    expect(read('', { SALVER_AUTH_API_KEYS: 'x' }).warnings).toEqual([
      'SALVER_AUTH_API_KEYS: no setting has this variable, it has no effect',
    ]);
  });
});
