import { describe, expect, it } from 'vitest';
import { encodeValue } from '../../common/codec/value.codec.js';
import { ValueType, type FeatureValue } from '../../common/model/value.js';
import { OnlineResponse, type StatusRules } from './online-response.js';
import type { ViewRows } from './response-cells.js';

const SECOND = 1_000_000;
const int64 = (value: number): FeatureValue => ({ type: ValueType.INT64, value });
const double = (value: number): FeatureValue => ({ type: ValueType.DOUBLE, value });

/** Reports a cell the way a store does: somewhere in a larger buffer. */
function report(
  response: OnlineResponse,
  [view, field, row]: [number, number, number],
  value: FeatureValue,
): void {
  const bytes = encodeValue(value);
  const buffer = Buffer.concat([Buffer.from('junk'), bytes, Buffer.from('junk')]);
  response.cells.cell(view, field, row, buffer, 4, 4 + bytes.length);
}

const rows = (outputNames: string[], rowOf: number[], distinctRows: number): ViewRows => ({
  outputNames,
  rowOf: Int32Array.from(rowOf),
  distinctRows,
  ttlMs: 0,
});
const parse = (answer: Buffer): unknown => JSON.parse(answer.toString());
const FEAST: StatusRules = { absent: 'NOT_FOUND', storedNull: 'PRESENT', stale: 'ignored' };
const TELLS = { statuses: FEAST, maxBytes: 100_000_000 };
const NOTHING = '1970-01-01T00:00:00Z';

describe('OnlineResponse', () => {
  it('puts cells that come row by row into columns, and repeats duplicates', () => {
    const response = new OnlineResponse();
    response.start(3, [rows(['a', 'b'], [0, 1, 0], 2)], TELLS);
    for (const row of [1, 0]) {
      response.cells.row(0, row, (row + 1) * SECOND);
      report(response, [0, 1, row], double(row + 0.5));
      report(response, [0, 0, row], int64(row));
    }
    const write = (out: { ascii(text: string): void }): number => {
      out.ascii('7,8,7');
      return 0;
    };
    const echo = [{ name: 'k', rows: 3, write }];
    expect(parse(response.finish(echo))).toEqual({
      results: [
        {
          values: [7, 8, 7],
          statuses: ['PRESENT', 'PRESENT', 'PRESENT'],
          event_timestamps: [NOTHING, NOTHING, NOTHING],
        },
        {
          values: [0, 1, 0],
          statuses: ['PRESENT', 'PRESENT', 'PRESENT'],
          event_timestamps: ['1970-01-01T00:00:01Z', '1970-01-01T00:00:02Z', '1970-01-01T00:00:01Z'],
        },
        {
          values: [0.5, 1.5, 0.5],
          statuses: ['PRESENT', 'PRESENT', 'PRESENT'],
          event_timestamps: ['1970-01-01T00:00:01Z', '1970-01-01T00:00:02Z', '1970-01-01T00:00:01Z'],
        },
      ],
      metadata: { feature_names: ['k', 'a', 'b'] },
    });
  });

  it('tells absent rows, absent features and stored nulls apart', () => {
    const response = new OnlineResponse();
    response.start(3, [rows(['a'], [0, 1, 2], 3)], TELLS);
    response.cells.row(0, 0, SECOND);
    report(response, [0, 0, 0], null);
    response.cells.row(0, 1, SECOND);
    expect(parse(response.finish([]))).toMatchObject({
      results: [
        {
          values: [null, null, null],
          statuses: ['PRESENT', 'NOT_FOUND', 'NOT_FOUND'],
          event_timestamps: ['1970-01-01T00:00:01Z', '1970-01-01T00:00:01Z', NOTHING],
        },
      ],
    });
  });

  it('calls everything present for a store that cannot tell absent from null', () => {
    const response = new OnlineResponse();
    response.start(1, [rows(['a'], [0], 1)], { ...TELLS, statuses: { ...FEAST, absent: 'PRESENT' } });
    expect(parse(response.finish([]))).toMatchObject({
      results: [{ values: [null], statuses: ['PRESENT'] }],
    });
  });

  it('forgets an attempt that the store gave up', () => {
    const response = new OnlineResponse();
    response.start(1, [rows(['a'], [0], 1)], TELLS);
    response.cells.row(0, 0, SECOND);
    report(response, [0, 0, 0], double(Number.NaN));
    response.cells.begin();
    expect(response.cells.nonFiniteCells).toBe(0);
    expect(parse(response.finish([]))).toMatchObject({
      results: [{ values: [null], statuses: ['NOT_FOUND'] }],
    });
  });

  it('counts cells that are not finite, and answers null for them', () => {
    const response = new OnlineResponse();
    response.start(2, [rows(['a'], [0, 1], 2)], TELLS);
    report(response, [0, 0, 0], double(Number.POSITIVE_INFINITY));
    report(response, [0, 0, 1], double(1));
    expect(parse(response.finish([]))).toMatchObject({ results: [{ values: [null, 1] }] });
    expect(response.cells.nonFiniteCells).toBe(1);
  });

  it('answers no rows and no views with empty lists', () => {
    const response = new OnlineResponse();
    response.start(0, [rows(['a', 'b'], [], 0)], TELLS);
    expect(response.finish([]).toString()).toBe(
      '{"results":[{"values":[],"statuses":[],"event_timestamps":[]},{"values":[],"statuses":[],"event_timestamps":[]}],"metadata":{"feature_names":["a","b"]}}',
    );
    response.start(0, [], TELLS);
    expect(response.finish([]).toString()).toBe('{"results":[],"metadata":{"feature_names":[]}}');
  });

  it('can be used again, also after an answer of many megabytes', () => {
    const response = new OnlineResponse();
    const text = 'x'.repeat(3_000_000);
    for (let round = 0; round < 2; round++) {
      response.start(2, [rows(['a', 'b'], [0, 0], 1)], TELLS);
      response.cells.row(0, 0, SECOND);
      report(response, [0, 0, 0], { type: ValueType.STRING, value: text });
      report(response, [0, 1, 0], int64(round));
      expect(parse(response.finish([]))).toMatchObject({
        results: [{ values: [text, text] }, { values: [round, round] }],
      });
    }
  });

  it('refuses to grow beyond its limit, by cells or by rows that repeat one', () => {
    const response = new OnlineResponse();
    const text: FeatureValue = { type: ValueType.STRING, value: 'x'.repeat(600) };
    const small = { ...TELLS, maxBytes: 1000 };
    response.start(2, [rows(['a'], [0, 1], 2)], small);
    report(response, [0, 0, 0], text);
    expect(() => report(response, [0, 0, 1], text)).toThrow('more than 1000 bytes');
    response.start(2, [rows(['a'], [0, 0], 1)], small);
    report(response, [0, 0, 0], text);
    expect(() => response.finish([])).toThrow('more than 1000 bytes');
  });

  it('tells nulls, absent cells and rows past their TTL apart, and drops what is too old', () => {
    const response = new OnlineResponse();
    const precise: StatusRules = { absent: 'NOT_FOUND', storedNull: 'NULL_VALUE', stale: 'dropped' };
    const view = { ...rows(['a', 'b'], [0, 1, 2], 3), ttlMs: 60_000 };
    const nowMicros = Date.now() * 1000;
    response.start(3, [view], { ...TELLS, statuses: precise });
    response.cells.row(0, 0, nowMicros - 30 * SECOND);
    report(response, [0, 0, 0], int64(1));
    report(response, [0, 1, 0], null);
    response.cells.row(0, 1, nowMicros - 90 * SECOND);
    report(response, [0, 0, 1], int64(2));
    expect(parse(response.finish([]))).toMatchObject({
      results: [
        { values: [1, null, null], statuses: ['PRESENT', 'OUTSIDE_MAX_AGE', 'NOT_FOUND'] },
        { values: [null, null, null], statuses: ['NULL_VALUE', 'NOT_FOUND', 'NOT_FOUND'] },
      ],
    });
  });

  it('can keep the values of rows past their TTL, judged by another time than the one it tells', () => {
    const response = new OnlineResponse();
    const kept: StatusRules = { ...FEAST, stale: 'kept' };
    const view = { ...rows(['a'], [0, 1, 2], 3), ttlMs: 60_000 };
    response.start(3, [view], { ...TELLS, statuses: kept });
    for (const [row, dataTimeMicros] of [Date.now() * 1000, SECOND, Number.NaN].entries()) {
      response.cells.row(0, row, SECOND, dataTimeMicros);
      report(response, [0, 0, row], int64(row));
    }
    expect(parse(response.finish([]))).toMatchObject({
      results: [{ values: [0, 1, 2], statuses: ['PRESENT', 'OUTSIDE_MAX_AGE', 'PRESENT'] }],
    });
  });

  it('counts the values of the answer by view and status, duplicates included', () => {
    const response = new OnlineResponse();
    const precise: StatusRules = { absent: 'NOT_FOUND', storedNull: 'NULL_VALUE', stale: 'dropped' };
    const old = { ...rows(['a', 'b'], [0, 1, 0, 2], 3), ttlMs: 1000 };
    const fresh = rows(['c'], [0, 0, 0, 0], 1);
    const counts = (rules: StatusRules) => {
      response.start(4, [old, fresh], { ...TELLS, statuses: rules });
      response.cells.row(0, 0, Date.now() * 1000);
      report(response, [0, 0, 0], int64(1));
      report(response, [0, 1, 0], null);
      response.cells.row(0, 1, SECOND);
      report(response, [0, 0, 1], int64(2));
      response.cells.row(1, 0, SECOND);
      report(response, [1, 0, 0], int64(3));
      response.finish([]);
      return [...response.statusCounts];
    };
    // PRESENT, NOT_FOUND, NULL_VALUE, OUTSIDE_MAX_AGE of the first view, then of the second.
    expect(counts(precise)).toEqual([2, 3, 2, 1, 4, 0, 0, 0]);
    expect(counts(FEAST)).toEqual([5, 3, 0, 0, 4, 0, 0, 0]);
    expect(counts({ ...FEAST, absent: 'PRESENT' })).toEqual([8, 0, 0, 0, 4, 0, 0, 0]);
    // Nothing stays of the answer before.
    response.start(2, [rows(['a'], [0, 1], 2)], TELLS);
    response.finish([]);
    expect([...response.statusCounts]).toEqual([0, 2, 0, 0]);
  });
});
