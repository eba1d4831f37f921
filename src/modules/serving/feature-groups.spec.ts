import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { NotFoundError } from '../../common/errors/errors.js';
import type { RegistrySnapshot } from '../../common/model/registry-snapshot.js';
import { decodeRegistry } from '../registry/registry.codec.js';
import { resolveFeatures, type ResolvedFeatures } from './feature-resolution.js';

// Written by Feast itself.
const odfv = decodeRegistry(
  readFileSync(
    new URL('../../../test/fixtures/conformance/repos/odfv-sqlite/data/registry.db', import.meta.url),
  ),
  'odfv',
);
const STATS = ['acc_rate', 'city', 'conv_rate', 'trips'];

function resolve(features: string[], fullFeatureNames = false, snapshot = odfv): ResolvedFeatures {
  const selection = { featureService: undefined, features, fullFeatureNames };
  return resolveFeatures(snapshot, selection, { online: false, servicesReadCurrent: false });
}
const views = (features: string[], fullFeatureNames = false) =>
  resolve(features, fullFeatureNames).views.map(({ key, features: shown, inputs }) => ({
    key,
    shown,
    inputs: inputs.toSorted(),
  }));

describe('the sources of on-demand views', () => {
  it('are read where the view is named, and not shown', () => {
    // The order of sources is that of a protobuf map, which says nothing.
    const sources = views(['two_views:mix']).toSorted((one, other) => (one.key < other.key ? -1 : 1));
    expect(sources).toEqual([
      { key: 'customers', shown: [], inputs: ['spend'] },
      { key: 'stats', shown: [], inputs: STATS },
    ]);
    expect(resolve(['two_views:mix']).computed).toMatchObject([{ key: 'two_views', features: ['mix'] }]);
  });

  it('are read once, whoever asks, and show what was asked for, in its order', () => {
    const features = [
      'pandas_rate:conv_plus_2',
      'stats:trips',
      'python_rate:py_sum',
      'stats:city',
      'pandas_rate:conv_plus_1',
    ];
    expect(views(features)).toEqual([
      { key: 'stats', shown: ['trips', 'city'], inputs: ['acc_rate', 'conv_rate'] },
    ]);
    expect(resolve(features).computed.map(({ key, features: names }) => [key, names])).toEqual([
      ['pandas_rate', ['conv_plus_2', 'conv_plus_1']],
      ['python_rate', ['py_sum']],
    ]);
  });

  it('show a feature that is called like one that was asked for, as in Feast, unless names are full', () => {
    expect(views(['same_name:acc_rate'])[0]?.shown).toEqual(['acc_rate']);
    expect(views(['same_name:acc_rate'], true)[0]?.shown).toEqual([]);
  });

  it('are not needed by a view that is stored', () => {
    expect(views(['stored_python:stored_sum'])).toEqual([
      { key: 'stored_python', shown: ['stored_sum'], inputs: [] },
    ]);
    expect(resolve(['stored_python:stored_sum']).computed).toEqual([]);
  });

  it('have to exist, as the features of the view', () => {
    expect(() => resolve(['pandas_rate:nope'])).toThrow(
      new NotFoundError("'Feature nope not found in projection pandas_rate'"),
    );
    const without: RegistrySnapshot = {
      ...odfv,
      anyFeatureView: (name) => (name === 'customers' ? undefined : odfv.anyFeatureView(name)),
    };
    expect(() => resolve(['two_views:mix'], false, without)).toThrow(
      'Feature view customers does not exist in project odfv',
    );
  });

  it('may be stored on-demand views, but none that is computed itself', () => {
    const onTopOf = (name: string): RegistrySnapshot => {
      const mix = odfv.onDemandFeatureViews.get('two_views');
      const other = odfv.onDemandFeatureViews.get(name);
      if (!mix || !other) throw new Error('not in the registry');
      const projection = {
        viewName: name,
        alias: '',
        features: other.features,
        joinKeyMap: new Map<string, string>(),
        versionTag: undefined,
      };
      const view = { ...mix, sources: [{ kind: 'projection', name, projection } as const] };
      return {
        ...odfv,
        anyFeatureView: (wanted) => (wanted === 'two_views' ? view : odfv.anyFeatureView(wanted)),
      };
    };
    expect(resolve(['two_views:mix'], false, onTopOf('stored_pandas')).views).toMatchObject([
      { key: 'stored_pandas', inputs: ['stored_double'] },
    ]);
    expect(() => resolve(['two_views:mix'], false, onTopOf('same_name'))).toThrow(
      "Feature view 'two_views' is computed from 'same_name', which is computed on demand itself",
    );
  });
});
