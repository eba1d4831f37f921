import { describe, expect, it } from 'vitest';
import { failureOfJob } from './job-failure.js';
import type { FailureCode, ViewResult, ViewStatus } from './materialization-job.js';
import type { JobRecord } from './materialization-jobs.js';

function result(viewName: string, status: ViewStatus, failure?: FailureCode): ViewResult {
  return {
    viewName,
    status,
    failure,
    startMicros: 1,
    endMicros: 2,
    rowsRead: 0,
    rowsWritten: 0,
    rowsSkipped: 0,
    durationMs: 1,
    reason: status === 'loaded' ? undefined : `${viewName} is ${status}`,
  };
}

function codeOf(
  results: readonly ViewResult[],
  cancelledFor?: JobRecord['cancelledFor'],
): string | undefined {
  return failureOfJob({ id: 'job-1', results, cancelledFor } as JobRecord)?.code;
}

describe('failureOfJob', () => {
  it('is nothing when every view is as it was asked for', () => {
    expect(codeOf([result('a', 'loaded'), result('b', 'skipped')])).toBeUndefined();
    expect(codeOf([])).toBeUndefined();
  });

  it.each<[FailureCode, string]>([
    ['BUG', 'CORRUPT_DATA'],
    ['UNAVAILABLE', 'UNAVAILABLE'],
    ['INVALID_REQUEST', 'INVALID_VALUE'],
    ['INVALID_VALUE', 'INVALID_VALUE'],
    ['CONFLICT', 'CONFLICT'],
    ['NOT_FOUND', 'NOT_FOUND'],
  ])('of a view that failed for %s is %s', (failure, code) => {
    expect(codeOf([result('a', 'loaded'), result('b', 'failed', failure)])).toBe(code);
  });

  it('is the worst of what happened', () => {
    const refused = result('a', 'refused', 'NOT_SUPPORTED');
    const missing = result('b', 'failed', 'INVALID_REQUEST');
    const down = result('c', 'failed', 'UNAVAILABLE');
    expect(codeOf([missing, refused])).toBe('NOT_SUPPORTED');
    expect(codeOf([missing, refused, down])).toBe('UNAVAILABLE');
  });

  it('tells who cancelled from a server that stops', () => {
    expect(codeOf([result('a', 'cancelled')], 'request')).toBe('CONFLICT');
    expect(codeOf([result('a', 'cancelled')], 'shutdown')).toBe('UNAVAILABLE');
  });

  it('has an issue for each view that is not loaded', () => {
    const results = [result('a', 'loaded'), result('b', 'failed', 'CONFLICT'), result('c', 'cancelled')];
    expect(
      failureOfJob({ id: 'job-1', results, cancelledFor: 'request' } as unknown as JobRecord),
    ).toMatchObject({
      issues: [
        { type: 'view_failed', loc: ['feature_views', 'b'], msg: 'b is failed' },
        { type: 'view_cancelled', loc: ['feature_views', 'c'], msg: 'c is cancelled' },
      ],
    });
  });
});
