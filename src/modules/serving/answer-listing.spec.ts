import { describe, expect, it } from 'vitest';
import { answerTable, parseAnswer, valuesByName } from './answer-listing.js';

const ANSWER =
  '{"results":[{"values":[1,9007199254740993]},{"values":[1.0,null]},{"values":[["a",-0.0],"x"]}],' +
  '"metadata":{"feature_names":["driver_id","rate","Mixed"]}}';

describe('the listing of an answer', () => {
  it('keeps every digit', () => {
    expect(JSON.stringify(valuesByName(ANSWER))).toBe(
      '{"driver_id":[1,9007199254740993],"rate":[1.0,null],"Mixed":[["a",-0.0],"x"]}',
    );
    expect(JSON.stringify(parseAnswer(ANSWER))).toBe(ANSWER);
  });

  it('has one line per entity', () => {
    expect(answerTable(ANSWER)).toEqual({
      columns: ['driver_id', 'rate', 'Mixed'],
      keepsCase: true,
      rows: [
        { driver_id: '1', rate: '1.0', Mixed: '["a",-0.0]' },
        { driver_id: '9007199254740993', rate: 'null', Mixed: 'x' },
      ],
    });
  });
});
