import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { EVERY_KIND } from '../../../test/support/feast-commands.js';
import { RegistrySchema } from '../../generated/feast/core/Registry_pb.js';
import { describeReferences, referencesTo } from './object-references.js';
import type { RegistryList } from './registry-object.js';

const registry = fromBinary(RegistrySchema, readFileSync(join(EVERY_KIND, 'data/registry.db')));

describe('referencesTo', () => {
  it.each<[RegistryList, string, string]>([
    ['entities', 'driver', 'feature view trips, stream feature view live_trips, label view fraud_labels'],
    ['entities', 'nobody', ''],
    ['dataSources', 'trips_push', 'feature view trips'],
    ['dataSources', 'labels_source', 'data source labels_push'],
    ['dataSources', 'asked', 'on-demand feature view scaled'],
    [
      'featureViews',
      'trips',
      'on-demand feature view scaled, label view fraud_labels, feature service pricing, feature service renamed',
    ],
    ['onDemandFeatureViews', 'scaled', 'feature service pricing'],
    ['savedDatasets', 'training', 'validation reference training_reference'],
    ['featureServices', 'pricing', ''],
  ])('%s %s', (list, name, used) => {
    expect(describeReferences(referencesTo({ registry, project: 'every_kind' }, list, name))).toBe(used);
  });

  it('looks at one project alone', () => {
    expect(referencesTo({ registry, project: 'other' }, 'entities', 'driver')).toEqual([]);
  });
});
