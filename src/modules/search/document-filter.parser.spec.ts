import { describe, expect, it } from 'vitest';
import { parseJsonDocument } from '../../common/codec/json-document.codec.js';
import { Issues } from '../../common/codec/request-body.codec.js';
import { InvalidValueError } from '../../common/errors/errors.js';
import type { JsonObject } from '../../common/model/json-value.js';
import { readFilter } from './document-filter.parser.js';

function read(filters: string): unknown {
  const issues = new Issues();
  const body = parseJsonDocument(Buffer.from(`{"filters":${filters}}`)) as JsonObject;
  const filter = readFilter(body, 'filters', issues);
  issues.throwIfAny();
  return filter;
}

function places(filters: string): unknown {
  try {
    return read(filters);
  } catch (error) {
    if (!(error instanceof InvalidValueError)) throw error;
    return error.issues?.map(({ type, loc }) => `${type} ${loc.slice(2).join('.')}`);
  }
}

const comparison = (operator: string, value: string): string =>
  `{"type":"${operator}","key":"k","value":${value}}`;

describe('readFilter', () => {
  it.each([
    ['"a"', { kind: 'text', values: ['a'] }],
    ['7', { kind: 'number', values: [7] }],
    ['7.5', { kind: 'number', values: [7.5] }],
    ['true', { kind: 'number', values: [1] }],
    // As Feast prints what is neither text nor number.
    ['null', { kind: 'text', values: ['None'] }],
    ['[1, "a"]', { kind: 'text', values: ["[1, 'a']"] }],
  ])('compares with %s', (value, operand) => {
    expect(read(comparison('eq', value))).toEqual({
      kind: 'comparison',
      operator: 'eq',
      feature: 'k',
      operand,
    });
  });

  it.each([
    ['[]', { kind: 'text', values: [] }],
    ['["a", 7]', { kind: 'text', values: ['a', '7.0'] }],
    ['[7, "8", "a", false]', { kind: 'number', values: [7, 8, 0] }],
  ])('is in %s', (value, operand) => {
    expect(read(comparison('in', value))).toMatchObject({ operator: 'in', operand });
  });

  it('is nothing without a comparison, however deep', () => {
    expect(read('null')).toBeUndefined();
    expect(read('{"type":"and","filters":[]}')).toBeUndefined();
    expect(read('{"type":"or","filters":[{"type":"and","filters":[]}]}')).toBeUndefined();
    const one = comparison('eq', '1');
    expect(read(`{"type":"or","filters":[{"type":"and","filters":[]},${one}]}`)).toMatchObject({
      kind: 'or',
      filters: [{ feature: 'k' }],
    });
  });

  it.each([
    ['5', ['model_attributes_type ComparisonFilter', 'model_attributes_type CompoundFilter']],
    [
      '{"type":"eq"}',
      [
        'missing ComparisonFilter.key',
        'missing ComparisonFilter.value',
        'literal_error CompoundFilter.type',
        'missing CompoundFilter.filters',
      ],
    ],
    [
      '{"type":"and","filters":5}',
      [
        'literal_error ComparisonFilter.type',
        'missing ComparisonFilter.key',
        'missing ComparisonFilter.value',
        'list_type CompoundFilter.filters',
      ],
    ],
    [comparison('in', '"a"'), ['list_type ComparisonFilter.value']],
  ])('says what is wrong with %s', (filters, expected) => {
    expect(places(filters)).toEqual(expected);
  });

  it('has an end', () => {
    const deep = '{"type":"and","filters":['.repeat(60) + ']}'.repeat(60);
    expect(places(deep)).toContainEqual(expect.stringMatching(/^too_long/));
    const wide = `{"type":"or","filters":[${Array.from({ length: 1001 }, () => comparison('eq', '1')).join(',')}]}`;
    expect(places(wide)).toEqual(['too_long ']);
  });
});
