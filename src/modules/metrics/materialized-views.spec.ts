import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseExposition } from '../../../test/support/exposition.js';
import { decodeRegistry } from '../registry/registry.codec.js';
import { materializedUntil } from './materialized-views.js';

const NAME = 'feast_feature_freshness_seconds';

describe('materializedUntil', () => {
  it('has the views and times of which a real server told the freshness', () => {
    const recorded = parseExposition(
      readFileSync('test/fixtures/conformance/metrics/flag-workers-1.before.txt', 'utf8'),
    ).get(NAME)?.samples as ReadonlyMap<string, number>;
    const registry = readFileSync('test/fixtures/conformance/repos/drivers-sqlite/data/registry.db');
    const endMs = materializedUntil(decodeRegistry(registry, 'drivers'));
    const seriesOf = (view: string) => `${NAME}{feature_view="${view}",project="drivers"}`;
    expect([...endMs.keys()].map(seriesOf)).toEqual([...recorded.keys()]);
    // The moment of the recording, by each of the views.
    const moments = [...endMs].map(([view, end]) => end / 1000 + (recorded.get(seriesOf(view)) ?? 0));
    for (const moment of moments) expect(moment).toBeCloseTo(moments[0] as number, 3);
  });
});
