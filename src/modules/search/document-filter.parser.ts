import type { Issues } from '../../common/codec/request-body.codec.js';
import { pythonFloatText } from '../../common/codec/number-text.js';
import { pythonText } from '../../common/codec/python-text.js';
import type {
  DocumentFilter,
  FilterCompound,
  FilterOperand,
  FilterOperator,
} from '../../common/model/document-filter.js';
import { JsonFloat, type JsonObject, type JsonValue } from '../../common/model/json-value.js';

const OPERATORS: readonly string[] = ['eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'in', 'nin'];
const COMPARISON = 'ComparisonFilter';
const COMPOUND = 'CompoundFilter';
const MAX_COMPARISONS = 1000;
const MAX_DEPTH = 50;

type Place = readonly (string | number)[];
type Complaint = Parameters<Issues['add']>;

/**
 * Reads the filter of a search.
 *
 * Shape:  undefined where there is none; a compound without filters is none, also inside of another.
 *         Mistakes are told in the form of FastAPI, for both kinds of filter.
 * Source: spec/vectors.md part 2.
 */
export function readFilter(object: JsonObject, field: string, issues: Issues): DocumentFilter | undefined {
  const value = object.get(field);
  if (value === undefined || value === null) return undefined;
  const reader = new FilterReader();
  const filter = reader.read(value, [field], 1);
  if (reader.comparisons > MAX_COMPARISONS) {
    issues.add(
      'too_long',
      [field],
      `at most ${MAX_COMPARISONS} comparisons may be made, not ${reader.comparisons}`,
    );
  }
  for (const complaint of reader.complaints) issues.add(...complaint);
  return filter;
}

class FilterReader {
  comparisons = 0;
  readonly complaints: Complaint[] = [];

  read(value: JsonValue, place: Place, depth: number): DocumentFilter | undefined {
    if (!(value instanceof Map)) {
      const msg = 'Input should be a valid dictionary or object to extract fields from';
      for (const kind of [COMPARISON, COMPOUND])
        this.add('model_attributes_type', [...place, kind], msg, value);
      return undefined;
    }
    if (depth > MAX_DEPTH) {
      this.add('too_long', place, `filters may be nested ${MAX_DEPTH} deep`);
      return undefined;
    }
    const object = value as JsonObject;
    const type = object.get('type');
    if (type === 'and' || type === 'or') return this.compound(object, type, place, depth);
    if (typeof type === 'string' && OPERATORS.includes(type)) {
      return this.comparison(object, type as FilterOperator, [...place, COMPARISON]);
    }
    this.refuseBoth(object, place);
    return undefined;
  }

  // oxlint-disable-next-line max-params -- a filter, what it is, and where
  private compound(
    object: JsonObject,
    kind: FilterCompound['kind'],
    place: Place,
    depth: number,
  ): DocumentFilter | undefined {
    const items = object.get('filters');
    if (!Array.isArray(items)) {
      this.refuseBoth(object, place);
      return undefined;
    }
    const inside = [...place, COMPOUND, 'filters'];
    const before = this.complaints.length;
    const filters = (items as readonly JsonValue[]).flatMap(
      (item, at) => this.read(item, [...inside, at], depth + 1) ?? [],
    );
    // FastAPI says of every mistake inside that a comparison would be something else as well.
    if (this.complaints.length > before) {
      this.complaints.splice(before, 0, ...collected((add) => refuseComparison(object, place, add)));
    }
    return filters.length === 0 ? undefined : { kind, filters };
  }

  private comparison(object: JsonObject, operator: FilterOperator, place: Place): DocumentFilter | undefined {
    this.comparisons++;
    const feature = object.get('key');
    const value = object.get('value');
    if (typeof feature !== 'string' || value === undefined) {
      this.refuseBoth(object, place.slice(0, -1));
      return undefined;
    }
    const isList = operator === 'in' || operator === 'nin';
    if (isList && !Array.isArray(value)) {
      this.add('list_type', [...place, 'value'], `'${operator}' filter requires a list value`, value);
      return undefined;
    }
    const values = isList ? (value as readonly JsonValue[]) : [value];
    // Texts that were cut out of a body would keep it in memory, but no filter outlives its request.
    return { kind: 'comparison', operator, feature, operand: operandOf(values) };
  }

  private refuseBoth(object: JsonObject, place: Place): void {
    const add = (...complaint: Complaint): void => void this.complaints.push(complaint);
    refuseComparison(object, place, add);
    refuseCompound(object, place, add);
  }

  private add(...complaint: Complaint): void {
    this.complaints.push(complaint);
  }
}

type Add = (...complaint: Complaint) => void;

function collected(refuse: (add: Add) => void): Complaint[] {
  const complaints: Complaint[] = [];
  refuse((...complaint) => void complaints.push(complaint));
  return complaints;
}

function refuseComparison(object: JsonObject, place: Place, add: Add): void {
  const inside = [...place, COMPARISON];
  refuseType(
    object,
    inside,
    { expected: "'eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'in' or 'nin'", values: OPERATORS },
    add,
  );
  const key = object.get('key');
  if (key === undefined) add('missing', [...inside, 'key'], 'Field required', object);
  else if (typeof key !== 'string') {
    add('string_type', [...inside, 'key'], 'Input should be a valid string', key);
  }
  if (!object.has('value')) add('missing', [...inside, 'value'], 'Field required', object);
}

function refuseCompound(object: JsonObject, place: Place, add: Add): void {
  const inside = [...place, COMPOUND];
  refuseType(object, inside, { expected: "'and' or 'or'", values: ['and', 'or'] }, add);
  const filters = object.get('filters');
  if (filters === undefined) add('missing', [...inside, 'filters'], 'Field required', object);
  else if (!Array.isArray(filters)) {
    add('list_type', [...inside, 'filters'], 'Input should be a valid list', filters);
  }
}

// oxlint-disable-next-line max-params -- what was sent, where, what was expected, and who hears of it
function refuseType(
  object: JsonObject,
  inside: Place,
  { expected, values }: { readonly expected: string; readonly values: readonly string[] },
  add: Add,
): void {
  const type = object.get('type');
  const place = [...inside, 'type'];
  if (type === undefined) add('missing', place, 'Field required', object);
  else if (typeof type !== 'string' || !values.includes(type)) {
    add('literal_error', place, `Input should be ${expected}`, type);
  }
}

/** Numbers and booleans are compared as numbers, all else as text; in a list the first says which. */
function operandOf(values: readonly JsonValue[]): FilterOperand {
  const [first] = values;
  if (first !== undefined && numberOf(first) !== undefined) {
    return { kind: 'number', values: values.flatMap((value) => numberOf(value) ?? textAsNumber(value)) };
  }
  return { kind: 'text', values: values.map(textOf) };
}

function numberOf(value: JsonValue): number | undefined {
  if (value instanceof JsonFloat) return value.value;
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean'
    ? Number(value)
    : undefined;
}

/** As SQLite compares a text with a column of numbers: one that is no number equals none of them. */
function textAsNumber(value: JsonValue): number[] {
  const text = pythonText(value).trim();
  return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) ? [Number(text)] : [];
}

/** A number in a list of texts is compared by its text. */
function textOf(value: JsonValue): string {
  const number = numberOf(value);
  return number === undefined ? pythonText(value) : pythonFloatText(number);
}
