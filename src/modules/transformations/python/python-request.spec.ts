import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { JsonFloat } from '../../../common/model/json-value.js';
import { ValueType } from '../../../common/model/value.js';
import { decodeRegistry } from '../../registry/registry.codec.js';
import type { TransformationInputs } from '../transformer.js';
import { encodePythonFrame, PythonFrameReader } from './python-frame.codec.js';
import { pythonRequest, pythonResult } from './python-request.js';
import { encodeValues } from './repeated-value.codec.js';

const { onDemandFeatureViews } = decodeRegistry(
  readFileSync(new URL('../../../../test/fixtures/registry/odfv-sqlite/registry.db', import.meta.url)),
  'odfv',
);
const twoViews = onDemandFeatureViews.get('two_views')!;
const stored = onDemandFeatureViews.get('stored_python')!;
const number = { type: ValueType.DOUBLE, value: 1.5 };

const inputs: TransformationInputs = {
  rows: 1,
  sources: [
    { name: 'stats', features: new Map([['score', [number]]]), joinKeys: new Map() },
    {
      name: 'customers',
      features: new Map([
        ['score', [null]],
        ['driver_id', [number]],
      ]),
      joinKeys: new Map(),
    },
  ],
  requestData: new Map([['factor', [new JsonFloat(2)]]]),
  joinKeys: new Map([['driver_id', { type: ValueType.INT64, values: [7] }]]),
  place: 'entities',
};

function sent(view = twoViews, change: Partial<TransformationInputs> = {}) {
  const { members, payload } = pythonRequest(view, 'read', { ...inputs, ...change });
  const [frame] = new PythonFrameReader().read(encodePythonFrame(`{${members}}`, payload));
  return frame!;
}

describe('pythonRequest', () => {
  it('says which features are wanted, when not all are', () => {
    expect(sent().header['wanted']).toBeNull();
    expect(sent(twoViews, { wanted: ['mix'] }).header['wanted']).toEqual(['mix']);
  });

  it('gives a name that is there twice to whatever has it first', () => {
    const { header, payload } = sent();
    const columns = header['columns'] as [string[], number][];
    expect(columns.map(([names]) => names)).toEqual([
      ['driver_id'],
      ['score', 'stats__score'],
      ['customers__score'],
      ['customers__driver_id'],
    ]);
    expect(columns.reduce((sum, [, length]) => sum + length, 0)).toBe(payload.length);
    expect(header).toMatchObject({ op: 'transform', purpose: 'read', rows: 1, df: null });
  });

  it('keeps floats of a request apart from whole numbers', () => {
    expect(pythonRequest(twoViews, 'read', inputs).members).toContain('"data":{"factor": [2.0]}');
  });

  it('gives the instants of rows of sources the name that Feast gives them', () => {
    const columnsOf = (change: Partial<TransformationInputs>) =>
      (sent(twoViews, change).header['columns'] as [string[], number][]).map(([names]) => names);
    const eventTimesMicros = [1_767_225_600_900_000];
    expect(columnsOf({ place: 'sources', eventTimesMicros })).toContainEqual(['event_timestamp']);
    expect(columnsOf({})).not.toContainEqual(['event_timestamp']);
    const joinKeys = new Map([['event_timestamp', { type: ValueType.INT64, values: [7] }]]);
    expect(
      columnsOf({ eventTimesMicros, joinKeys }).filter(([name]) => name === 'event_timestamp'),
    ).toHaveLength(1);
  });

  it('sends all columns of a write as they were sent', () => {
    const { header, payload } = sent(stored, { written: new Map([['note', ['x', null]]]) });
    expect(header).toMatchObject({
      df: { note: ['x', null] },
      data: {},
      columns: [],
      keys: { driver_id: 4 },
    });
    expect(payload.length).toBe(0);
  });
});

describe('pythonResult', () => {
  it('has typed columns; one of nulls alone has the declared type', () => {
    const sum = encodeValues([number, null]);
    const labels = encodeValues([null, null]);
    const columns = [
      ['stored_sum', sum.length],
      ['stored_label', labels.length],
    ];
    const payload = Buffer.concat([sum, labels]);
    expect(pythonResult(stored, { header: { columns }, payload })).toEqual(
      new Map([
        ['stored_sum', { type: ValueType.DOUBLE, values: [1.5, null] }],
        ['stored_label', { type: ValueType.STRING, values: [null, null] }],
      ]),
    );
  });

  it.each([
    [{ failed: 'no rates' }, 'On-demand feature view stored_python: no rates', 'INVALID_VALUE'],
    [{ broken: 'MemoryError' }, 'On-demand feature view stored_python: MemoryError', 'INVALID_VALUE'],
    [
      { missing: 'no module x' },
      "Feature view 'stored_python' cannot be computed: Python cannot load",
      'NOT_SUPPORTED',
    ],
  ])('tells of %j', (header, text, code) => {
    expect(() => pythonResult(stored, { header, payload: new Uint8Array() })).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(text) }),
    );
  });
});
