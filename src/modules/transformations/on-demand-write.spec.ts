import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { NoTransformations } from '../../../test/support/no-transformations.js';
import { NotSupportedError } from '../../common/errors/errors.js';
import { Deadline } from '../../common/model/deadline.js';
import type { OnDemandFeatureView } from '../../common/model/feature-view.js';
import type { JsonArray } from '../../common/model/json-value.js';
import { JsonFloat } from '../../common/model/json-value.js';
import { ValueType } from '../../common/model/value.js';
import * as repo from '../../../test/fixtures/definitions/odfv-sqlite.definitions.js';
import type { Definition } from '../../definitions/definition.js';
import { decodeRegistry } from '../registry/registry.codec.js';
import { type ComputedRows, computeRows } from './on-demand-write.js';
import { functionsOf } from './typescript/repo-functions.js';
import { TypescriptTransformer } from './typescript/typescript-transformer.js';
import type { Transformer } from './transformer.js';

// Written by Feast itself.
const snapshot = decodeRegistry(
  readFileSync(
    new URL('../../../test/fixtures/conformance/repos/odfv-sqlite/data/registry.db', import.meta.url),
  ),
  'odfv',
);
const loaded = Object.entries(repo as Record<string, Definition>).map(([exportName, definition]) => ({
  definition,
  exportName,
  file: 'features.ts',
}));
const functions = functionsOf(loaded, {
  projectName: 'odfv',
  projectDescription: '',
  onlineVersioning: false,
});

/** The functions of the definitions, whatever the registry says of their texts: it has Feast's. */
class RepoTransformations extends NoTransformations {
  override transformerOf(view: OnDemandFeatureView): never {
    const fn = functions.get(view.name);
    if (!fn) return super.transformerOf(view);
    const rules = { timeoutMs: 1000, artifacts: {}, guard: undefined, onBlocked: () => undefined };
    return new TypescriptTransformer(fn, rules) satisfies Transformer as never;
  }
}

async function compute(
  view: string,
  rows: number,
  columns: Record<string, JsonArray>,
): Promise<ComputedRows> {
  const found = snapshot.onDemandFeatureViews.get(view);
  if (!found) throw new Error(`no ${view}`);
  const written = { rows, columns: new Map(Object.entries(columns)) };
  return computeRows(snapshot, new RepoTransformations(), found, written, Deadline.after(1000));
}

const issueOf = (error: unknown) => (error as { issues?: readonly unknown[] }).issues?.[0];

describe('computeRows', () => {
  it('makes typed features and join keys of the columns of a write', async () => {
    const { joinKeys, features } = await compute('stored_python', 2, {
      driver_id: [1000, 7],
      acc_rate: [new JsonFloat(0.5), new JsonFloat(1.5)],
      city: ['Oslo', null],
      val_to_add: [2, 3],
      val_to_add_2: [0, 0],
    });
    expect(joinKeys).toEqual(new Map([['driver_id', { type: ValueType.INT64, values: [1000, 7] }]]));
    expect([...features]).toEqual([
      ['stored_sum', { type: ValueType.DOUBLE, values: [2.5, 4.5] }],
      ['stored_label', { type: ValueType.STRING, values: ['Oslo!', 'None!'] }],
    ]);
  });

  it('takes a feature of a source by its full name, and needs no column that the function does without', async () => {
    const { features } = await compute('stored_pandas', 1, {
      driver_id: [1],
      stats__acc_rate: [new JsonFloat(0.25)],
      acc_rate: [new JsonFloat(9.5)],
    });
    expect(features.get('stored_double')?.values).toEqual([0.5]);
  });

  it('names the column that the function looked for', async () => {
    const error = await compute('stored_pandas', 1, { driver_id: [1], trips: [1] }).catch((e: unknown) => e);
    expect(issueOf(error)).toEqual({
      type: 'missing',
      loc: ['body', 'df', 'acc_rate'],
      msg: 'acc_rate is missing in df: the on-demand feature view stored_pandas is computed from it',
    });
  });

  it('names a join key that is not there, and a value that is none', async () => {
    const keyless = await compute('stored_pandas', 1, { acc_rate: [1] }).catch((e: unknown) => e);
    expect(issueOf(keyless)).toMatchObject({ loc: ['body', 'df', 'driver_id'] });
    const bad = await compute('stored_pandas', 1, { driver_id: [1], acc_rate: ['x'] }).catch(
      (e: unknown) => e,
    );
    expect(issueOf(bad)).toMatchObject({ loc: ['body', 'df', 'acc_rate', 0] });
  });

  it('is not there for a view that nothing computes', async () => {
    const view = {
      ...snapshot.onDemandFeatureViews.get('stored_pandas'),
      name: 'other',
    } as OnDemandFeatureView;
    const write = { rows: 0, columns: new Map() };
    const attempt = (): unknown =>
      computeRows(snapshot, new RepoTransformations(), view, write, Deadline.after(1000));
    expect(attempt).toThrow(NotSupportedError);
  });
});
