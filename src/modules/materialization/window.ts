import { InvalidRequestError } from '../../common/errors/errors.js';
import type { FeatureView } from '../../common/model/feature-view.js';
import { EARLIEST_MICROS, jobTimeText } from './job-time.js';
import type { RequestedRange } from './materialization-request.js';

/** How far back a first run looks where values count for ever. */
export const YEAR_MICROS = 52 * 7 * 24 * 3600 * 1_000_000;

/** Both ends inclusive, microseconds since the epoch. */
export interface Window {
  readonly startMicros: number;
  readonly endMicros: number;
}

/** What of a view tells where its next run begins. */
type Recorded = Pick<FeatureView, 'ttlMs' | 'materializationIntervals'>;

/**
 * The range of one view.
 *
 * Shape:  an incremental one may end before it starts, which means that there is nothing to do.
 * Units:  `nowMicros` since the epoch.
 * Source: spec/materialize.md, part 3.
 */
export function windowOf(range: RequestedRange, view: Recorded, nowMicros: number): Window {
  switch (range.kind) {
    case 'between':
      return { startMicros: range.startMicros, endMicros: range.endMicros };
    case 'everything':
      return { startMicros: 0, endMicros: nowMicros };
    case 'incremental':
      return { startMicros: incrementalStart(view, nowMicros), endMicros: range.endMicros };
  }
}

/** Where the recorded intervals end, however they are ordered; else the age up to which a value counts, or a year. */
function incrementalStart({ materializationIntervals, ttlMs }: Recorded, nowMicros: number): number {
  if (materializationIntervals.length > 0) {
    return materializationIntervals.reduce((latest, { endMicros }) => Math.max(latest, endMicros), -Infinity);
  }
  const ageMicros = ttlMs > 0 ? Math.round(ttlMs * 1000) : YEAR_MICROS;
  return Math.max(EARLIEST_MICROS, nowMicros - ageMicros);
}

/** Errors: InvalidRequestError with Feast's text when the start is after the end; an instant is a range. */
export function checkRange(range: RequestedRange): void {
  if (range.kind !== 'between' || range.startMicros <= range.endMicros) return;
  const [start, end] = [jobTimeText(range.startMicros), jobTimeText(range.endMicros)];
  throw new InvalidRequestError(`The given start_date ${start} is greater than the given end_date ${end}.`);
}
