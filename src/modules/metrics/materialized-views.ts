import type { RegistrySnapshot } from '../../common/model/registry-snapshot.js';

/** Milliseconds since the epoch up to which each view is materialized; of views that never were, nothing. */
export function materializedUntil(snapshot: RegistrySnapshot): ReadonlyMap<string, number> {
  const endMs = new Map<string, number>();
  for (const views of [snapshot.featureViews, snapshot.streamFeatureViews]) {
    for (const { name, materializationIntervals } of views.values()) {
      const ends = materializationIntervals.map((interval) => interval.endMicros);
      if (ends.length > 0) endMs.set(name, ends.reduce((newest, end) => Math.max(newest, end)) / 1000);
    }
  }
  return endMs;
}
