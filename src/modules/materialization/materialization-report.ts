import { eventTimeText } from '../../common/codec/timestamp.codec.js';
import { jobTimeText } from './job-time.js';
import type { MaterializationJob, MaterializationOutcome, ViewResult } from './materialization-job.js';
import type { RefreshedService } from '../online-store/precomputed-vectors.js';
import type { RequestedRange } from './materialization-request.js';

/** `12,345`: what Intl, which takes long to load, gives for `en-US`. */
export function groupedText(count: number): string {
  return String(count).replaceAll(/\B(?=(\d{3})+$)/g, ',');
}

/** `12,345 rows`, `1 row`. */
export function countText(count: number, noun: string): string {
  return `${groupedText(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** What a job is about to do: how many views, which range, which store. */
export function headText(
  { tasks }: MaterializationJob,
  range: RequestedRange,
  { nowMicros, onlineStore }: { readonly nowMicros: number; readonly onlineStore: string },
): string {
  const start = range.kind === 'between' ? range.startMicros : range.kind === 'everything' ? 0 : undefined;
  const end = range.kind === 'everything' ? nowMicros : range.endMicros;
  const from = start === undefined ? '' : ` from ${jobTimeText(start)}`;
  const views = countText(tasks.length, 'feature view');
  return `Materializing ${views}${from} to ${jobTimeText(end)} into the ${onlineStore} online store.`;
}

/** How it went with one view, in a line; with its range where each view has one of its own. */
export function resultText(result: ViewResult, withRange: boolean): string {
  const { viewName, status, startMicros, endMicros, reason } = result;
  const range =
    !withRange || startMicros === undefined || endMicros === undefined
      ? ''
      : ` from ${jobTimeText(startMicros)} to ${jobTimeText(endMicros)}`;
  const stored = result.rowsWritten > 0 ? `; ${countText(result.rowsWritten, 'row')} stored before` : '';
  switch (status) {
    case 'loaded':
      return `${viewName}${range}: ${loadedText(result)}`;
    case 'skipped':
      return `${viewName}: nothing to do: ${reason}`;
    case 'refused':
      return `${viewName}: refused: ${reason}`;
    case 'failed':
      return `${viewName}${range}: failed: ${reason}${stored}`;
    case 'cancelled':
      return `${viewName}${range}: cancelled: ${reason}${stored}`;
  }
}

function loadedText({ rowsWritten, rowsSkipped, rowsRead, durationMs }: ViewResult): string {
  const kept = rowsSkipped === 0 ? '' : `, ${groupedText(rowsSkipped)} kept out by newer ones`;
  const read = groupedText(rowsRead);
  return `${countText(rowsWritten, 'row')} stored${kept}, of ${read} read, in ${(durationMs / 1000).toFixed(1)} s`;
}

/** The last line: how many views and rows, and what is wrong. */
export function summaryText({ results }: MaterializationOutcome): string {
  const loaded = results.filter(({ status }) => status === 'loaded').length;
  const rows = results.reduce((sum, { rowsWritten }) => sum + rowsWritten, 0);
  const others = (['skipped', 'refused', 'failed', 'cancelled'] as const).flatMap((status) => {
    const names = results.filter((result) => result.status === status).map(({ viewName }) => viewName);
    return names.length === 0 ? [] : [`; ${status}: ${names.join(', ')}`];
  });
  return (
    `${loaded} of ${countText(results.length, 'feature view')} loaded, ` +
    `${countText(rows, 'row')} stored${others.join('')}`
  );
}

/** What became of the vectors of a feature service. */
export function serviceText({ name, vectors, durationMs, failure }: RefreshedService): string {
  const made = `${countText(vectors, 'vector')} made anew in ${(durationMs / 1000).toFixed(1)} s`;
  return failure === undefined
    ? `feature service ${name}: ${made}`
    : `feature service ${name}: ${made}, the others are older than the rows: ${failure}`;
}

export function staleServiceText(name: string): string {
  return (
    `the feature service ${name} is served from vectors that were computed before, without these rows: ` +
    'materialize once more to compute them anew'
  );
}

/** The whole result for a machine: times in RFC 3339, names as in Feast's bodies. */
export function outcomeJson({ id, project }: MaterializationJob, outcome: MaterializationOutcome): string {
  return JSON.stringify(
    {
      job_id: id,
      project,
      feature_views: outcome.results.map(resultDocument),
      stale_feature_services: outcome.staleServices,
      refreshed_feature_services: outcome.refreshedServices.map(({ name, vectors, durationMs, failure }) => ({
        name,
        vectors,
        duration_ms: durationMs,
        reason: failure ?? null,
      })),
    },
    null,
    2,
  );
}

/** How it went with one view, for a machine. */
export function resultDocument(result: ViewResult): object {
  const time = (micros: number | undefined): string | null =>
    micros === undefined ? null : eventTimeText(micros);
  return {
    name: result.viewName,
    status: result.status,
    reason: result.reason ?? null,
    start_ts: time(result.startMicros),
    end_ts: time(result.endMicros),
    rows_read: result.rowsRead,
    rows_written: result.rowsWritten,
    rows_skipped: result.rowsSkipped,
    duration_ms: result.durationMs,
  };
}
