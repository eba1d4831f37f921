import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  BETTER,
  JOINED_FIXTURE,
  JOINED_RANGE,
  JOINED_VIEWS,
  JoinedRepo,
  storedView,
  type StoredValues,
} from './support/joined-repo.js';

const MORE = `
import { int64, onDemandFeatureView } from 'salver';
import { asked, customer, driver, homes, orders, ratings, rides } from './features.ts';

export const needsRequest = onDemandFeatureView({
  name: 'needs_request',
  entities: [driver],
  writeToOnlineStore: true,
  sources: { rides, ratings, asked },
  schema: { wanted: int64 },
  mode: 'row',
  transform: ({ asked }) => ({ wanted: asked.wanted }),
});
export const unmatched = onDemandFeatureView({
  ...needsRequest.options,
  name: 'unmatched',
  entities: [driver, customer],
  sources: { rides, homes },
  schema: { wanted: int64 },
  mode: 'row',
  transform: () => ({ wanted: 1 }),
});
export const byBoth = onDemandFeatureView({
  ...needsRequest.options,
  name: 'by_both',
  entities: [driver, customer],
  sources: { orders, homes },
  schema: { seen: int64 },
  mode: 'row',
  transform: ({ orders, homes }) => ({ seen: Number(orders.fare) * 100 + homes.driver_id }),
});
export const otherKeys = onDemandFeatureView({
  ...needsRequest.options,
  name: 'other_keys',
  sources: { orders, rides },
  schema: { customers: int64 },
  mode: 'row',
  transform: ({ orders }) => ({ customers: orders.customer_id === null ? 0 : orders.customer_id.charCodeAt(0) }),
});
`;

const feast = JSON.parse(readFileSync(join(JOINED_FIXTURE, 'stored.json'), 'utf8')) as Record<
  string,
  StoredValues
>;

describe('stored on-demand views of several sources', () => {
  const repo = new JoinedRepo();
  let output: string;

  beforeAll(async () => {
    repo.write('more.ts', MORE);
    await repo.apply();
    ({ output } = await repo.run('materialize', ...JOINED_RANGE));
  });
  afterAll(() => repo.remove());

  it.each(JOINED_VIEWS)('are stored as Feast computes them: %s', (view) => {
    expect(storedView(repo.path, view).values).toEqual({ ...feast[view], ...BETTER[view] });
  });

  it('are computed for keys of which sources have a part', () => {
    expect(storedView(repo.path, 'by_both').values).toEqual({
      'x,1 seen': 601,
      'y,1 seen': 201,
      'x,2 seen': 902,
      'z,6 seen': 2106,
    });
  });

  it('get the other keys of a source with its newest row', () => {
    const code = (letter: string): number => letter.charCodeAt(0);
    expect(storedView(repo.path, 'other_keys').values).toMatchObject({
      '1 customers': code('x'),
      '6 customers': code('z'),
      '4 customers': 0,
    });
  });

  it.each([
    [
      'needs_request',
      'wanted is a value of requests: the on-demand feature view needs_request is computed from it; values of requests (asked) are not there when rows are loaded',
    ],
    [
      'unmatched',
      'has all of its join keys driver_id, customer_id: which of them belong together is nowhere',
    ],
  ])('say why they cannot be loaded: %s', (view, reason) => {
    const [line] = output
      .split('\n')
      .filter((text) => text.startsWith(`${view} `) || text.startsWith(`${view}:`));
    expect(line).toContain(reason);
    expect(storedView(repo.path, view).values).toEqual({});
  });
});
