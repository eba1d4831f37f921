import { describe, expect, it } from 'vitest';
import { parseJobTime } from './job-time.js';
import type { MaterializationJob, ViewResult } from './materialization-job.js';
import { headText, outcomeJson, resultText, summaryText } from './materialization-report.js';

const startMicros = parseJobTime('2026-01-01');
const endMicros = parseJobTime('2026-01-31');
const job = { id: 'job-1', project: 'drivers', tasks: [{}] } as unknown as MaterializationJob;
const store = { nowMicros: parseJobTime('2026-02-20T01:02:03.9'), onlineStore: 'sqlite' };

function result(change: Partial<ViewResult> = {}): ViewResult {
  return {
    viewName: 'stats',
    status: 'loaded',
    startMicros,
    endMicros,
    rowsRead: 12345,
    rowsWritten: 1000,
    rowsSkipped: 0,
    durationMs: 1250,
    reason: undefined,
    failure: undefined,
    ...change,
  };
}

describe('headText', () => {
  // The facts of Feast's recorded command lines.
  it.each([
    [
      { kind: 'between', startMicros, endMicros } as const,
      'Materializing 1 feature view from 2026-01-01 00:00:00+00:00 to 2026-01-31 00:00:00+00:00 into the sqlite online store.',
    ],
    [
      { kind: 'incremental', endMicros } as const,
      'Materializing 1 feature view to 2026-01-31 00:00:00+00:00 into the sqlite online store.',
    ],
    [
      { kind: 'everything' } as const,
      'Materializing 1 feature view from 1970-01-01 00:00:00+00:00 to 2026-02-20 01:02:03+00:00 into the sqlite online store.',
    ],
  ])('%j', (range, text) => {
    expect(headText(job, range, store)).toBe(text);
  });
});

describe('resultText', () => {
  const range = 'stats from 2026-01-01 00:00:00+00:00 to 2026-01-31 00:00:00+00:00';
  it.each<[Partial<ViewResult>, string]>([
    [{}, `${range}: 1,000 rows stored, of 12,345 read, in 1.3 s`],
    [
      { rowsWritten: 1, rowsSkipped: 2 },
      `${range}: 1 row stored, 2 kept out by newer ones, of 12,345 read, in 1.3 s`,
    ],
    [{ status: 'skipped', reason: 'loaded already' }, 'stats: nothing to do: loaded already'],
    [{ status: 'refused', startMicros: undefined, reason: 'needs Python' }, 'stats: refused: needs Python'],
    [{ status: 'failed', rowsWritten: 0, reason: 'no file' }, `${range}: failed: no file`],
    [{ status: 'cancelled', reason: 'SIGINT' }, `${range}: cancelled: SIGINT; 1,000 rows stored before`],
  ])('%j', (change, text) => {
    expect(resultText(result(change), true)).toBe(text);
    expect(resultText(result(change), false)).toBe(text.replace(range, 'stats'));
  });
});

describe('summaryText', () => {
  it('counts views and rows, and names what is wrong', () => {
    const results = [
      result(),
      result({ viewName: 'other', rowsWritten: 1 }),
      result({ viewName: 'broken', status: 'failed', rowsWritten: 0 }),
      result({ viewName: 'late', status: 'skipped', rowsWritten: 0 }),
      result({ viewName: 'gone', status: 'failed', rowsWritten: 5 }),
    ];
    expect(summaryText({ results, staleServices: [], refreshedServices: [] })).toBe(
      '2 of 5 feature views loaded, 1,006 rows stored; skipped: late; failed: broken, gone',
    );
  });
});

describe('outcomeJson', () => {
  it('is what a script reads', () => {
    const results = [
      result(),
      result({ status: 'refused', startMicros: undefined, endMicros: undefined, reason: 'x' }),
    ];
    const refreshedServices = [
      { name: 'fresh', vectors: 7, durationMs: 3, failure: undefined },
      { name: 's', vectors: 0, durationMs: 1, failure: 'the store is down' },
    ];
    const outcome = { results, staleServices: ['s'], refreshedServices };
    expect(JSON.parse(outcomeJson(job, outcome))).toEqual({
      job_id: 'job-1',
      project: 'drivers',
      feature_views: [
        {
          name: 'stats',
          status: 'loaded',
          reason: null,
          start_ts: '2026-01-01T00:00:00Z',
          end_ts: '2026-01-31T00:00:00Z',
          rows_read: 12345,
          rows_written: 1000,
          rows_skipped: 0,
          duration_ms: 1250,
        },
        expect.objectContaining({ status: 'refused', reason: 'x', start_ts: null, end_ts: null }),
      ],
      stale_feature_services: ['s'],
      refreshed_feature_services: [
        { name: 'fresh', vectors: 7, duration_ms: 3, reason: null },
        { name: 's', vectors: 0, duration_ms: 1, reason: 'the store is down' },
      ],
    });
  });
});
