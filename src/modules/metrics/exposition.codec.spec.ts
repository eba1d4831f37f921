import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseExposition } from '../../../test/support/exposition.js';
import { sampleText, seriesName, writeMetric } from './exposition.codec.js';

const RECORDED = 'test/fixtures/conformance/metrics';
const recordings = readdirSync(RECORDED).filter((name) => name.endsWith('.txt'));

describe('the exposition', () => {
  it.each(recordings)('writes numbers and bounds as the recorded server did: %s', (name) => {
    const lines = readFileSync(`${RECORDED}/${name}`, 'utf8').split('\n');
    const samples = lines.filter((line) => line !== '' && !line.startsWith('#'));
    expect(samples.length).toBeGreaterThan(20);
    for (const line of samples) {
      const value = line.slice(line.lastIndexOf(' ') + 1);
      expect(sampleText(Number(value))).toBe(value);
    }
    const bounds = lines.flatMap((line) => /le="([^+"]+)"/.exec(line)?.[1] ?? []);
    expect(bounds.map((bound) => seriesName('x', { le: Number(bound) }))).toEqual(
      bounds.map((bound) => `x{le="${bound}"}`),
    );
  });

  it('writes what is no finite number', () => {
    expect([Infinity, -Infinity, NaN, -0.5, 123_456.5, 1_234_567.5].map(sampleText)).toEqual([
      '+Inf',
      '-Inf',
      'NaN',
      '-0.5',
      '123456.5',
      '1.2345675e+06',
    ]);
  });

  it('puts labels in order and escapes them', () => {
    expect(seriesName('x', {})).toBe('x');
    expect(seriesName('x', { b: 'say "hi"\\\n', a: 'é' })).toBe(String.raw`x{a="é",b="say \"hi\"\\\n"}`);
  });

  it('comes back from a reader of the format', () => {
    const definition = { kind: 'counter', name: 'a_total', help: 'two\nlines \\', labels: ['l'] } as const;
    const samples = [
      ['a_total{l="1"}', 3],
      ['a_total{l="2"}', 0.25],
    ] as const;
    const text = writeMetric({ ...definition, category: 'always' }, samples);
    expect(text.split('\n')[0]).toBe(String.raw`# HELP a_total two\nlines \\`);
    expect(parseExposition(text)).toEqual(
      new Map([['a_total', { type: 'counter', samples: new Map(samples) }]]),
    );
    expect(writeMetric({ ...definition, category: 'always' }, [])).toBe('');
  });
});
