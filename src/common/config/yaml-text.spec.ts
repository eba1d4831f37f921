import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from './configuration-error.js';
import { toPlainData, type YamlNode } from './yaml-node.js';
import { parseYaml } from './yaml-text.js';

interface YamlFact {
  text: string;
  value?: Tagged;
  refused?: string;
  line?: number | null;
}

type Tagged =
  | { kind: 'list'; items: Tagged[] }
  | { kind: 'map'; entries: [Tagged, Tagged][] }
  | { kind: string; value?: unknown };

const FACTS = JSON.parse(
  readFileSync(new URL('../../../test/fixtures/config/yaml.facts.json', import.meta.url), 'utf8'),
) as YamlFact[];

/** Lines of a flow collection or of quoted text at the left margin: YAML forbids them, the reference does not. */
const STRICTER_THAN_THE_REFERENCE = new Set(['a: [\n1\n]', 'a: "x\ny"', "a: 'x\ny'"]);

function comparable(node: YamlNode | undefined): unknown {
  if (!node) return { kind: 'null' };
  if (node.kind === 'list') return { kind: 'list', items: node.items.map(comparable) };
  if (node.kind === 'map') {
    const entries = [...node.entries].map(([key, value]) => [key, comparable(value)] as const);
    return { kind: 'map', entries: sorted(entries) };
  }
  const { kind } = node;
  if (kind === 'null' || kind === 'timestamp' || kind === 'binary') return { kind };
  return { kind, value: kind === 'integer' ? String(node.value) : node.value };
}

function sorted(entries: (readonly [string, unknown])[]): unknown {
  return entries.toSorted(([left], [right]) => (left < right ? -1 : 1));
}

function expected(tagged: Tagged): unknown {
  if ('items' in tagged) return { kind: 'list', items: tagged.items.map(expected) };
  if ('entries' in tagged) {
    const entries = tagged.entries.map(([key, value]) => {
      const name = 'value' in key ? String(key.value) : 'null';
      return [name.replace(/^(?:True|False)$/, (text) => text.toLowerCase()), expected(value)] as const;
    });
    return { kind: 'map', entries: sorted(entries) };
  }
  const { kind, value } = tagged;
  if (kind === 'float') return { kind, value: Number(String(value).replace('inf', 'Infinity')) };
  return value === undefined ? { kind } : { kind, value };
}

const TOKENS =
  `a|: |- |? |[|]|{|}|, |&x |*x|<<: |!!int |!t |"|'|>-\n|#|---\n|...\n|%YAML 1.1\n|0x|1:30|2001-01-01|.inf`
    .split('|')
    .concat('|\n', '\n', '  ', '\t', '\u0000', '\r\n', '~');

function failureOf(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return (error as Error).name;
  }
}

describe('parseYaml', () => {
  const accepted = FACTS.filter(
    (fact) => fact.value !== undefined && !STRICTER_THAN_THE_REFERENCE.has(fact.text),
  );
  const refused = FACTS.filter((fact) => fact.refused !== undefined);

  it.each(accepted)('reads $text as the reference does', ({ text, value }) => {
    expect(comparable(parseYaml(text, 'f.yaml'))).toEqual(expected(value as Tagged));
  });

  it.each(refused)('refuses $text as the reference does', ({ text }) => {
    expect(() => parseYaml(text, 'f.yaml')).toThrow(ConfigurationError);
  });

  it.each([...STRICTER_THAN_THE_REFERENCE])('says where %j is not indented', (text) => {
    expect(() => parseYaml(text, 'f.yaml')).toThrow(/line \d+, column \d+/);
  });

  it.each([
    ['project: [unclosed\n', 2],
    ['a: 1\nb: {c: 1\nd: 2\n', 3],
    ['a: 1\nb: *nope\n', 2],
    ['a: 1\n\nb: !foo 1\n', 3],
    ['a: 2001-02-30\n', 1],
  ])('names file, line and column of the mistake in %j', (text, line) => {
    expect(() => parseYaml(text, 'dir/f.yaml')).toThrow(
      new RegExp(`dir/f\\.yaml: not valid YAML at line ${line}, column [1-9]\\d*: `),
    );
  });

  it('knows no document in an empty text', () => {
    expect(parseYaml('', 'f.yaml')).toBeUndefined();
    expect(parseYaml('# nothing\n', 'f.yaml')).toBeUndefined();
  });

  it('remembers which keys are not text', () => {
    expect(parseYaml('1: a\non: b\n"2": c\n', 'f.yaml')).toMatchObject({
      kind: 'map',
      otherKeys: ['1', 'true'],
    });
  });

  it('refuses a text that is nested too deeply instead of overflowing the stack', () => {
    expect(() => parseYaml('['.repeat(200_000), 'f.yaml')).toThrow(ConfigurationError);
    expect(() => parseYaml(`a: ${'['.repeat(20_000)}${']'.repeat(20_000)}`, 'f.yaml')).toThrow(
      ConfigurationError,
    );
  });

  it('reads aliases that would multiply without multiplying them', () => {
    const levels = Array.from({ length: 30 }, (_, at) => `l${at + 1}: &l${at + 1} [*l${at}, *l${at}]`);
    const node = parseYaml(`l0: &l0 x\n${levels.join('\n')}\n`, 'f.yaml');
    expect(node).toMatchObject({ kind: 'map' });
    expect(() => toPlainData(node as YamlNode)).toThrow(RangeError);
  });

  it('never fails with anything but a ConfigurationError', () => {
    const token = fc.constantFrom(...TOKENS);
    const yamlish = fc.oneof(
      fc.array(token, { maxLength: 40 }).map((parts) => parts.join('')),
      fc.string(),
    );
    fc.assert(
      fc.property(yamlish, (text) => {
        expect([undefined, 'ConfigurationError']).toContain(failureOf(() => parseYaml(text, 'f.yaml')));
      }),
      { numRuns: 3000 },
    );
  });
});
