import {
  idleResult,
  type MaterializationJob,
  type MaterializationOutcome,
  outcomeOf,
  untouched,
  type ViewResult,
} from './materialization-job.js';
import { type EventListener, type MaterializationPorts, ViewLoad } from './view-load.js';

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
      : task.kind === 'load'
        ? await new ViewLoad(job, task, ports, tell).run(signal)
        : idleResult(task);
    tell({ type: 'view-done', result });
    results.push(result);
  }
  return outcomeOf(job, results);
}
