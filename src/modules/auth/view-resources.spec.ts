import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { FeatureView, LabelView } from '../../common/model/feature-view.js';
import type { RegistrySnapshot } from '../../common/model/registry-snapshot.js';
import { viewsFedBy } from '../registry/fed-views.js';
import { decodeRegistry } from '../registry/registry.codec.js';
import { type Resource, viewResource } from './resource.js';
import { resourcesToRead } from './view-resources.js';

const fixture = (path: string, project: string): RegistrySnapshot =>
  decodeRegistry(readFileSync(new URL(`../../../test/fixtures/${path}`, import.meta.url)), project);
const perms = fixture('conformance/repos/permissions-oidc/data/registry.db', 'perms');
const everyType = fixture('permissions/repo/data/registry.db', 'perms');
const shown = (resources: readonly Resource[]): string[] =>
  resources.map(({ pythonClass, name }) => `${pythonClass.split('.').at(-1)}:${name}`);

describe('viewResource', () => {
  it('knows the kinds that Feast reads back, a batch view by its transformation', () => {
    const views = [
      ...everyType.featureViews.values(),
      ...everyType.streamFeatureViews.values(),
      ...everyType.onDemandFeatureViews.values(),
      ...everyType.labelViews.values(),
    ];
    expect(shown(views.map(viewResource))).toMatchInlineSnapshot(`
      [
        "FeatureView:driver_stats",
        "FeatureView:risky_stats",
        "FeatureView:Zürich_1",
        "BatchFeatureView:batch_stats",
        "FeatureView:batch_totals",
        "StreamFeatureView:live_stats",
        "OnDemandFeatureView:twice",
        "LabelView:fraud_labels",
      ]
    `);
  });
});

describe('resourcesToRead', () => {
  it('checks the source views of on-demand views, before these, and each once', () => {
    const views = ['lonely_half', 'open_twice', 'open_stats'].map((name) => perms.anyFeatureView(name)!);
    expect(shown(resourcesToRead(perms, views))).toEqual([
      'FeatureView:lonely_stats',
      'FeatureView:open_stats',
      'OnDemandFeatureView:lonely_half',
      'OnDemandFeatureView:open_twice',
    ]);
  });

  it('checks an old version of a view as the view is now', () => {
    const current = perms.featureViews.get('tagged_stats')!;
    const old: FeatureView = { ...current, tags: new Map([['pii', 'false']]) };
    expect(resourcesToRead(perms, [old])).toEqual([viewResource(current)]);
  });

  it('does not find a source view that is gone', () => {
    const gone = {
      ...perms,
      anyFeatureView: (name: string) => (name === 'open_stats' ? undefined : perms.anyFeatureView(name)),
    };
    const view = perms.anyFeatureView('open_twice')!;
    expect(() => resourcesToRead(gone, [view])).toThrow(
      'Feature view open_stats does not exist in project perms',
    );
  });
});

describe('viewsFedBy', () => {
  it('checks every view of a push source', () => {
    expect(shown(viewsFedBy(perms, 'shared_push').map(viewResource))).toEqual([
      'FeatureView:shared_ok',
      'FeatureView:shared_no',
    ]);
    expect(viewsFedBy(perms, 'open_stats_source').map(viewResource)).toEqual([]);
  });

  // Feast writes label views that the check list leaves out.
  it('checks label views and stream views that a push feeds, too', () => {
    const { streamSource } = perms.featureViews.get('shared_ok')!;
    const label = { ...[...everyType.labelViews.values()][0]!, source: streamSource } as LabelView;
    const stream = {
      ...perms.featureViews.get('shared_ok')!,
      kind: 'stream_feature_view',
      name: 'stream',
    } as const;
    const snapshot = {
      ...perms,
      labelViews: new Map([[label.name, label]]),
      streamFeatureViews: new Map([[stream.name, stream]]),
    };
    expect(shown(viewsFedBy(snapshot, 'shared_push').map(viewResource))).toEqual([
      'FeatureView:shared_ok',
      'FeatureView:shared_no',
      'StreamFeatureView:stream',
      `LabelView:${label.name}`,
    ]);
  });
});
