import { toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as everything from '../../../../test/fixtures/definitions/everything.definitions.js';
import { untyped } from '../../../../test/support/definition-problems.js';
import { loadedFixture } from '../../../../test/support/loaded-fixture.js';
import { isDefinition } from '../../../definitions/definition.js';
import { FeatureViewSchema } from '../../../generated/feast/core/FeatureView_pb.js';
import { OnDemandFeatureViewSchema } from '../../../generated/feast/core/OnDemandFeatureView_pb.js';
import { StreamFeatureViewSchema } from '../../../generated/feast/core/StreamFeatureView_pb.js';
import { encodeDefinitions } from './encode-definitions.js';

const RUNS = 400;

const BUILDERS = {
  project: untyped.project,
  entity: untyped.entity,
  feature_view: untyped.featureView,
  stream_feature_view: untyped.streamFeatureView,
  on_demand_feature_view: untyped.onDemandFeatureView,
  label_view: untyped.labelView,
  feature_service: untyped.featureService,
  permission: untyped.permission,
} as const;

/** Anything that code may pass where something else is expected. */
const junk = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom<unknown>(undefined, NaN, Infinity, 7n, Symbol.iterator, () => 1, new Map(), new Date(0)),
  fc.constantFrom<unknown>(...Object.values(everything)),
  fc.array(fc.constantFrom<unknown>(...Object.values(everything), 'driver', null)),
  fc.dictionary(fc.string(), fc.constantFrom<unknown>(...Object.values(everything), untyped.int64, 'x')),
);

/** The options of a right definition, some of which are something else. */
const broken = fc.constantFrom(...Object.values(everything).filter(isDefinition)).chain((definition) => {
  const options = (definition as unknown as { readonly options: Readonly<Record<string, unknown>> }).options;
  return fc.tuple(
    fc.constantFrom(...Object.values(BUILDERS)),
    fc.dictionary(fc.constantFrom(...Object.keys(options), 'source', 'features', 'tagz'), junk, {
      maxKeys: 3,
    }),
    fc.constant(options),
  );
});

describe('definitions that nobody checked', () => {
  it('are told what is wrong with them, and always make messages that can be stored', () => {
    fc.assert(
      fc.property(broken, ([build, change, options]) => {
        const exports = { ...everything, other: build({ ...options, name: 'other', ...change }) };
        const context = { projectName: 'everything', projectDescription: '', onlineVersioning: true };
        const { desired, problems } = encodeDefinitions(loadedFixture('f.ts', exports), context);
        for (const view of desired.featureViews) toBinary(FeatureViewSchema, view);
        for (const view of desired.streamFeatureViews) toBinary(StreamFeatureViewSchema, view);
        for (const view of desired.onDemandFeatureViews) toBinary(OnDemandFeatureViewSchema, view);
        expect(problems.filter(({ message }) => message === '')).toEqual([]);
        // What is right stays right beside it.
        const { features } = desired.featureServices.find(({ spec }) => spec?.name === 'parts')?.spec ?? {};
        expect(features).toHaveLength(7);
      }),
      { numRuns: RUNS },
    );
  });
});
