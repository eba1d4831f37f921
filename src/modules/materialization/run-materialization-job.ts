import {
  idleResult,
  isIdle,
  type MaterializationJob,
  type MaterializationOutcome,
  outcomeOf,
  untouched,
  type ViewResult,
} from './materialization-job.js';
import type { MaterializationPorts } from './materialization-ports.js';
import { type EventListener, reasonOf, ViewLoad } from './view-load.js';

/**
 * Does what a job says, one view after the other. Views are independent: whatever happens to one, the others are
 * loaded.
 *
 * Shape:  resolves when the last view is done. After `signal` the batches under way are stored, and nothing more.
 */
export async function runMaterializationJob(
  job: MaterializationJob,
  ports: MaterializationPorts,
  tell: EventListener,
  signal: AbortSignal,
): Promise<MaterializationOutcome> {
  const results: ViewResult[] = [];
  for (const task of job.tasks) {
    const result = signal.aborted
      ? untouched(task, 'cancelled', String(signal.reason))
      : isIdle(task)
        ? idleResult(task)
        : await new ViewLoad(job, task, ports, tell).run(signal);
    tell({ type: 'view-done', result });
    results.push(result);
  }
  return refreshed(outcomeOf(job, results), ports, tell, signal);
}

/** Feature services are served from vectors, which are made anew. That one cannot be is no failure of the job. */
async function refreshed(
  outcome: MaterializationOutcome,
  { refreshVectors }: MaterializationPorts,
  tell: EventListener,
  signal: AbortSignal,
): Promise<MaterializationOutcome> {
  if (outcome.staleServices.length === 0 || signal.aborted) return outcome;
  const touched = outcome.results.filter(({ rowsWritten }) => rowsWritten > 0);
  const viewNames = touched.map(({ viewName }) => viewName);
  const services = await refreshVectors(viewNames, signal).catch((error: unknown) =>
    outcome.staleServices.map((name) => ({ name, vectors: 0, durationMs: 0, failure: reasonOf(error) })),
  );
  for (const service of services) tell({ type: 'service-done', service });
  const done = new Set(services.filter(({ failure }) => failure === undefined).map(({ name }) => name));
  return {
    ...outcome,
    staleServices: outcome.staleServices.filter((name) => !done.has(name)),
    refreshedServices: services,
  };
}
