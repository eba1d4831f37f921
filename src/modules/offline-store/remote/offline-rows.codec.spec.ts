import { describe, expect, it } from 'vitest';
import { parseJsonDocument } from '../../../common/codec/json-document.codec.js';
import { CorruptDataError } from '../../../common/errors/errors.js';
import type { JsonArray, JsonObject } from '../../../common/model/json-value.js';
import { decodeOfflineRows, encodeOfflineRows } from './offline-rows.codec.js';

const rowsOf = (text: string, rows: number) => ({
  columns: parseJsonDocument(Buffer.from(text)) as JsonObject as ReadonlyMap<string, JsonArray>,
  rows,
});

describe('rows for another process', () => {
  it.each<[string, string, number]>([
    ['numbers, and how they were written', '{"a":[1,1.0,-0.0,1e400,9007199254740993,NaN]}', 6],
    ['texts of every kind', String.raw`{"ä\u0000":["\ud83d\ude00","\ud800","\"\\\n","ü"]}`, 4],
    ['what is nested', '{"a":[{"__proto__":[1.0,null]},[[true],{}]]}', 2],
    ['no rows', '{"a":[],"b":[]}', 0],
    ['no columns', '{}', 0],
  ])('come back as they were: %s', (_, text, rows) => {
    const sent = structuredClone(encodeOfflineRows(rowsOf(text, rows)));
    expect(decodeOfflineRows(sent)).toEqual(rowsOf(text, rows));
  });

  it.each<[string, string, number]>([
    ['no JSON', '{"a":', 0],
    ['no object', '[1]', 1],
    ['another number of values', '{"a":[1,2]}', 1],
    ['no list', '{"a":1}', 1],
  ])('are refused when they are damaged: %s', (_, text, rows) => {
    expect(() => decodeOfflineRows({ columns: Buffer.from(text), rows })).toThrow(CorruptDataError);
  });
});
