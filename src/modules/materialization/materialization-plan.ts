import { randomUUID } from 'node:crypto';
import type { FeatureStoreConfig } from '../../common/config/feature-store.js';
import type { FeatureView } from '../../common/model/feature-view.js';
import type { RegistrySnapshot } from '../../common/model/registry-snapshot.js';
import { jobTimeText } from './job-time.js';
import type { MaterializationJob, PrecomputedService, ViewTask } from './materialization-job.js';
import type { MaterializationRequest, RequestedRange } from './materialization-request.js';
import { planComputedView } from './computed-view-plan.js';
import { obstacle } from './load-obstacle.js';
import { type SelectedView, selectViews } from './view-selection.js';
import { checkRange, windowOf } from './window.js';

export interface PlanningContext {
  readonly snapshot: RegistrySnapshot;
  readonly config: FeatureStoreConfig;
  /** Since the epoch. */
  readonly nowMicros: number;
}

/**
 * What a job has to do for a request. A view that cannot be loaded is a task that says so, and keeps no other from
 * being loaded.
 *
 * Errors: NotFoundError, InvalidRequestError: the request as a whole makes no sense.
 */
export function planMaterialization(
  request: MaterializationRequest,
  { snapshot, config, nowMicros }: PlanningContext,
): MaterializationJob {
  checkRange(request.range);
  const onlineVersioning = config.registry.enableOnlineFeatureViewVersioning;
  const tasks = selectViews(request, snapshot, onlineVersioning).map((selected) =>
    selected.view.kind === 'on_demand_feature_view'
      ? planComputedView(selected.view, request.range, { snapshot, onlineVersioning, nowMicros })
      : planView({ ...selected, view: selected.view }, request.range, { onlineVersioning, nowMicros }),
  );
  return {
    id: randomUUID(),
    project: snapshot.project,
    tasks,
    precomputedServices: precomputedServices(snapshot),
    entityKeySerializationVersion: config.entityKeySerializationVersion,
    batchRows: config.materialization.onlineWriteBatchSize,
    leaseWaitMs: 0,
  };
}

interface ViewRules {
  readonly onlineVersioning: boolean;
  readonly nowMicros: number;
}

function planView(
  { view, pinnedVersion }: Omit<SelectedView, 'view'> & { readonly view: FeatureView },
  range: RequestedRange,
  { onlineVersioning, nowMicros }: ViewRules,
): ViewTask {
  const viewName = view.name;
  const reason = obstacle(view);
  if (reason !== undefined) return { kind: 'refuse', viewName, reason };
  const { startMicros, endMicros } = windowOf(range, view, nowMicros);
  if (startMicros > endMicros) {
    return { kind: 'skip', viewName, startMicros, endMicros, reason: backwards(startMicros, endMicros) };
  }
  const rowVersion = onlineVersioning ? view.currentVersionNumber : 0;
  return { kind: 'load', view, rowVersion, pinned: pinnedVersion !== undefined, startMicros, endMicros };
}

function backwards(startMicros: number, endMicros: number): string {
  return `its rows up to ${jobTimeText(startMicros)} are loaded already, which is after ${jobTimeText(endMicros)}`;
}

/** A service with an on-demand view is not served from vectors, whatever it says. */
function precomputedServices(snapshot: RegistrySnapshot): PrecomputedService[] {
  const { featureServices, onDemandFeatureViews } = snapshot;
  return [...featureServices.values()]
    .filter(
      ({ precomputeOnline, projections }) =>
        precomputeOnline && !projections.some(({ viewName }) => onDemandFeatureViews.has(viewName)),
    )
    .map(({ name, projections }) => ({ name, viewNames: projections.map(({ viewName }) => viewName) }));
}
