import type { OnDemandFeatureView } from '../../common/model/feature-view.js';
import type { RegistrySnapshot } from '../../common/model/registry-snapshot.js';
import { computedParts, matchObstacle } from './computed-parts.js';
import { EARLIEST_MICROS } from './job-time.js';
import { obstacle } from './load-obstacle.js';
import type { ComputedSource, ViewTask } from './materialization-job.js';
import type { RequestedRange } from './materialization-request.js';
import { type Window, windowOf, YEAR_MICROS } from './window.js';

export interface ComputedViewRules {
  readonly snapshot: RegistrySnapshot;
  readonly onlineVersioning: boolean;
  readonly nowMicros: number;
}

/** A stored on-demand view is computed from the rows of its sources. */
export function planComputedView(
  view: OnDemandFeatureView,
  range: RequestedRange,
  { snapshot, onlineVersioning, nowMicros }: ComputedViewRules,
): ViewTask {
  const sources = sourcesOf(view, snapshot);
  const reason = typeof sources === 'string' ? sources : matchObstacle(view, computedParts(view, sources));
  if (typeof sources === 'string' || reason !== undefined) {
    return { kind: 'refuse', viewName: view.name, reason: reason! };
  }
  const rowVersion = onlineVersioning ? view.currentVersionNumber : 0;
  return { kind: 'compute', view, sources, rowVersion, ...computedWindow(range, sources, nowMicros) };
}

/**
 * As far back as a value of any source counts, where one has a limit: nothing is recorded of what was computed before.
 *
 * Source: spec/materialize.md, part 3.
 */
function computedWindow(
  range: RequestedRange,
  sources: readonly ComputedSource[],
  nowMicros: number,
): Window {
  const ttlMs = Math.max(...sources.map(({ view }) => view.ttlMs));
  if (range.kind !== 'incremental')
    return windowOf(range, { ttlMs, materializationIntervals: [] }, nowMicros);
  const ageMicros = ttlMs > 0 ? Math.round(ttlMs * 1000) : YEAR_MICROS;
  return { startMicros: Math.max(EARLIEST_MICROS, range.endMicros - ageMicros), endMicros: range.endMicros };
}

/** The sources that have rows; a text when there are none, or when rows of one cannot be read: why, and what to do. */
function sourcesOf(
  view: OnDemandFeatureView,
  { featureViews, streamFeatureViews }: RegistrySnapshot,
): readonly ComputedSource[] | string {
  const sources: ComputedSource[] = [];
  for (const one of view.sources) {
    if (one.kind === 'request') continue;
    const { name, projection } = one;
    const source = featureViews.get(projection.viewName) ?? streamFeatureViews.get(projection.viewName);
    if (!source) return `its source ${projection.viewName} is no feature view that has rows`;
    const reason = obstacle({ ...source, online: true });
    if (reason !== undefined) return `its source ${source.name} cannot be read: ${reason}`;
    sources.push({
      name,
      view: { ...source, features: projection.features },
      joinKeyMap: projection.joinKeyMap,
    });
  }
  if (sources.length > 0) return sources;
  return view.sources.length === 0
    ? 'it has no source to load rows from'
    : 'it is computed from values of requests alone, which no source has: write rows to /write-to-online-store';
}
