import type {
  FeatureView,
  FeatureViewProjection,
  OnDemandFeatureView,
} from '../../common/model/feature-view.js';
import type { RegistrySnapshot } from '../../common/model/registry-snapshot.js';
import { keyNames } from './computed-batch.js';
import { EARLIEST_MICROS } from './job-time.js';
import { obstacle } from './load-obstacle.js';
import type { ViewTask } from './materialization-job.js';
import type { RequestedRange } from './materialization-request.js';
import { type Window, windowOf, YEAR_MICROS } from './window.js';

export interface ComputedViewRules {
  readonly snapshot: RegistrySnapshot;
  readonly onlineVersioning: boolean;
  readonly nowMicros: number;
}

/** A stored on-demand view is computed from the rows of its source, where that is one view. */
export function planComputedView(
  view: OnDemandFeatureView,
  range: RequestedRange,
  { snapshot, onlineVersioning, nowMicros }: ComputedViewRules,
): ViewTask {
  const source = sourceOf(view, snapshot);
  if (typeof source === 'string') return { kind: 'refuse', viewName: view.name, reason: source };
  const { startMicros, endMicros } = computedWindow(range, source, nowMicros);
  const rowVersion = onlineVersioning ? view.currentVersionNumber : 0;
  return { kind: 'load', view: source, computes: view, rowVersion, pinned: false, startMicros, endMicros };
}

/** As far back as a value of the source counts: nothing is recorded of what was computed before. */
function computedWindow(range: RequestedRange, { ttlMs }: FeatureView, nowMicros: number): Window {
  if (range.kind !== 'incremental')
    return windowOf(range, { ttlMs, materializationIntervals: [] }, nowMicros);
  const ageMicros = ttlMs > 0 ? Math.round(ttlMs * 1000) : YEAR_MICROS;
  return { startMicros: Math.max(EARLIEST_MICROS, range.endMicros - ageMicros), endMicros: range.endMicros };
}

/** The source with the features that are used; a text when rows cannot be computed from it: why, and what to do. */
function sourceOf(
  view: OnDemandFeatureView,
  { featureViews, streamFeatureViews }: RegistrySnapshot,
): FeatureView | string {
  const request = view.sources.find(({ kind }) => kind === 'request');
  if (request) {
    return `its function needs values of requests (${request.name}), which no source has: write rows to /write-to-online-store`;
  }
  const projections = view.sources.flatMap((source) =>
    source.kind === 'projection' ? [source.projection] : [],
  );
  const [projection, another] = projections;
  if (!projection) return 'it has no source to load rows from';
  if (another) {
    return `its function needs rows of ${projections.map(({ viewName }) => viewName).join(' and ')}, and this version of Salver does not join views; 'feast materialize' loads it`;
  }
  const source = featureViews.get(projection.viewName) ?? streamFeatureViews.get(projection.viewName);
  if (!source) return `its source ${projection.viewName} is no feature view that has rows`;
  const reason = obstacle({ ...source, online: true });
  if (reason !== undefined) return `its source ${source.name} cannot be read: ${reason}`;
  const lacking = missingKeys(view, source, projection);
  if (lacking.length > 0) return `its join keys ${lacking.join(', ')} are none of its source ${source.name}`;
  return { ...source, features: projection.features };
}

function missingKeys(
  view: OnDemandFeatureView,
  { entityColumns }: FeatureView,
  { joinKeyMap }: FeatureViewProjection,
): string[] {
  const given = new Set(entityColumns.map(({ name }) => joinKeyMap.get(name) ?? name));
  return keyNames(view).filter((name) => !given.has(name));
}
