import type { DataSource } from '../../common/model/data-source.js';
import type { FeatureView, LabelView } from '../../common/model/feature-view.js';
import type { RegistrySnapshot } from '../../common/model/registry-snapshot.js';

/** Every view that a push to the source writes, label views included. */
export function viewsFedBy(
  snapshot: RegistrySnapshot,
  pushSource: string,
): readonly (FeatureView | LabelView)[] {
  const isFed = (source: DataSource | undefined): boolean =>
    source?.kind === 'PUSH_SOURCE' && source.name === pushSource;
  return [
    ...[...snapshot.featureViews.values(), ...snapshot.streamFeatureViews.values()].filter(
      ({ streamSource }) => isFed(streamSource),
    ),
    ...[...snapshot.labelViews.values()].filter(({ source }) => isFed(source)),
  ];
}
