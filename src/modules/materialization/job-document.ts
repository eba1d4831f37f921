import { eventTimeText } from '../../common/codec/timestamp.codec.js';
import type { JobRecord } from './materialization-jobs.js';
import { resultDocument } from './materialization-report.js';

const MICROS_PER_MS = 1000;

/** A job as `GET /materialize/jobs/{id}` tells it: the views that are done, then the one under way, then the rest. */
export function jobDocument(job: JobRecord): object {
  const time = (ms: number | undefined): string | null =>
    ms === undefined ? null : eventTimeText(ms * MICROS_PER_MS);
  return {
    job_id: job.id,
    project: job.project,
    status: job.status,
    requestor_id: job.requestor,
    cancel_requested: job.cancelledFor !== undefined,
    created_at: time(job.createdAtMs),
    started_at: time(job.startedAtMs),
    ended_at: time(job.endedAtMs),
    feature_views: [...job.results.map(resultDocument), ...unfinished(job)],
    stale_feature_services: job.staleServices,
  };
}

function unfinished({ viewNames, results, underWay }: JobRecord): object[] {
  return viewNames.slice(results.length).map((name) =>
    name === underWay?.viewName
      ? {
          name,
          status: 'running',
          start_ts: eventTimeText(underWay.startMicros),
          end_ts: eventTimeText(underWay.endMicros),
          rows_read: underWay.rowsRead,
          rows_done: underWay.rowsDone,
          rows_to_store: underWay.rowsToStore,
        }
      : { name, status: 'waiting' },
  );
}
