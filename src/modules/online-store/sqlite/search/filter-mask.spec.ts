import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../../../test/support/random.js';
import type {
  DocumentFilter,
  FilterComparison,
  FilterOperator,
} from '../../../../common/model/document-filter.js';
import { FeatureColumn } from './feature-column.js';
import { filterMask } from './filter-mask.js';

/** What a row of a feature holds, as the columns of SQLite: `undefined` is no row. */
type Cell = { readonly text: string | null; readonly number: number | null } | undefined;

const FEATURES = ['category', 'price', 'live', 'mixed'];
const TEXTS = ['a', 'b', 'B', '', 'é', '\uffff', '\u{10000}', '\u{1f600}', '7', '7.0', 'True', 'a b'];
const NUMBERS = [0, -0, 1, 2.5, -3, 7, 1e300, Infinity, -Infinity];
const OPERATORS: readonly FilterOperator[] = ['eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'in', 'nin'];
const DOCUMENTS = 40;

function randomCell(random: SeededRandom): Cell {
  if (random.chance(0.15)) return undefined;
  if (random.chance(0.15)) return { text: null, number: null };
  if (random.chance(0.5)) return { text: random.pick(TEXTS), number: null };
  const number = random.pick(NUMBERS);
  return { text: String(number), number };
}

function randomFilter(random: SeededRandom, depth: number): DocumentFilter {
  if (depth > 0 && random.chance(0.45)) {
    const filters = Array.from({ length: random.integer(1, 3) }, () => randomFilter(random, depth - 1));
    return { kind: random.pick(['and', 'or']), filters };
  }
  const operator = random.pick(OPERATORS);
  const isList = operator === 'in' || operator === 'nin';
  const count = isList ? random.integer(0, 4) : 1;
  const feature = random.pick([...FEATURES, 'absent']);
  const values = <T>(items: readonly T[]): T[] => Array.from({ length: count }, () => random.pick(items));
  const operand = random.chance(0.5)
    ? ({ kind: 'text', values: values(TEXTS) } as const)
    : ({ kind: 'number', values: values(NUMBERS) } as const);
  return { kind: 'comparison', operator, feature, operand };
}

/** The rule as it is written down, one document at a time. */
function passes(filter: DocumentFilter, cellOf: (feature: string) => Cell): boolean {
  if (filter.kind !== 'comparison') {
    const passing = filter.filters.filter((each) => passes(each, cellOf)).length;
    return filter.kind === 'and' ? passing === filter.filters.length : passing > 0;
  }
  const cell = cellOf(filter.feature);
  return cell !== undefined && satisfies(cell, filter);
}

function satisfies(cell: NonNullable<Cell>, { operator, operand }: FilterComparison): boolean {
  const stored = operand.kind === 'text' ? cell.text : cell.number;
  if (operator === 'nin' && operand.values.length === 0) return true;
  if (stored === null) return false;
  return RULES[operator](
    (operand.values as readonly (string | number)[]).map((value) => orderOf(stored, value)),
  );
}

/** Of a stored value and one to compare with: below 0, 0 or above. Texts are compared as bytes. */
function orderOf(stored: string | number, value: string | number): number {
  if (typeof stored === 'string') return Buffer.compare(Buffer.from(stored), Buffer.from(String(value)));
  if (stored === Number(value)) return 0;
  return stored < Number(value) ? -1 : 1;
}

const RULES: Readonly<Record<FilterOperator, (orders: readonly number[]) => boolean>> = {
  eq: (orders) => orders.includes(0),
  in: (orders) => orders.includes(0),
  ne: (orders) => !orders.includes(0),
  nin: (orders) => !orders.includes(0),
  gt: ([order]) => order! > 0,
  gte: ([order]) => order! >= 0,
  lt: ([order]) => order! < 0,
  lte: ([order]) => order! <= 0,
};

const SQL: Readonly<Record<string, string>> = { eq: '=', ne: '<>', gt: '>', gte: '>=', lt: '<', lte: '<=' };

/** The same as SQL on a table like that of Feast (spec/vectors.md part 2). */
function sqlOf(filter: DocumentFilter, parameters: (string | number)[]): string {
  if (filter.kind !== 'comparison') {
    return `(${filter.filters.map((each) => sqlOf(each, parameters)).join(` ${filter.kind} `)})`;
  }
  const { operator, feature, operand } = filter;
  // Without a first value Feast takes the column of texts.
  const column = operand.kind === 'text' || operand.values.length === 0 ? 'value_text' : 'value_num';
  parameters.push(feature, ...operand.values);
  const test =
    operator === 'in' || operator === 'nin'
      ? `${operator === 'in' ? 'IN' : 'NOT IN'} (${operand.values.map(() => '?').join(', ')})`
      : `${SQL[operator]} ?`;
  return `doc IN (SELECT doc FROM cells WHERE feature_name = ? AND ${column} ${test})`;
}

function documentsOf(random: SeededRandom): ReadonlyMap<string, readonly Cell[]> {
  return new Map(FEATURES.map((name) => [name, Array.from({ length: DOCUMENTS }, () => randomCell(random))]));
}

function columnsOf(cells: ReadonlyMap<string, readonly Cell[]>): Map<string, FeatureColumn> {
  return new Map(
    [...cells].map(([name, column]) => {
      const filled = new FeatureColumn(DOCUMENTS);
      column.forEach((cell, at) => {
        if (cell) filled.set(at, cell.number, cell.text);
      });
      return [name, filled];
    }),
  );
}

describe('filterMask', () => {
  it('lets through what the rule lets through: 12 000 filters', () => {
    const random = new SeededRandom(2026);
    let cells = documentsOf(random);
    let columns = columnsOf(cells);
    let through = 0;
    const wrong: unknown[] = [];
    for (let round = 0; round < 12_000; round++) {
      if (round % 100 === 0) {
        cells = documentsOf(random);
        columns = columnsOf(cells);
      }
      const filter = randomFilter(random, 3);
      const mask = filterMask(filter, DOCUMENTS, (name) => columns.get(name));
      const expected = Array.from({ length: DOCUMENTS }, (_, at) =>
        Number(passes(filter, (name) => cells.get(name)?.[at])),
      );
      if ([...mask].join() !== expected.join()) wrong.push({ filter, mask: [...mask], expected });
      through += expected.reduce((sum, bit) => sum + bit, 0);
    }
    expect(wrong).toEqual([]);
    // Neither all nor nothing: the filters tell documents apart.
    expect(through / (12_000 * DOCUMENTS)).toBeGreaterThan(0.1);
    expect(through / (12_000 * DOCUMENTS)).toBeLessThan(0.9);
  });

  it("lets through what Feast's SQL lets through: 1000 filters", () => {
    const random = new SeededRandom(77);
    const cells = documentsOf(random);
    const columns = columnsOf(cells);
    const database = new DatabaseSync(':memory:');
    database.exec('CREATE TABLE cells (doc, feature_name TEXT, value_text TEXT, value_num REAL)');
    database.exec('CREATE TABLE documents (doc)');
    for (let at = 0; at < DOCUMENTS; at++) database.prepare('INSERT INTO documents VALUES (?)').run(at);
    for (const [name, column] of cells) {
      column.forEach((cell, at) => {
        if (cell)
          database.prepare('INSERT INTO cells VALUES (?, ?, ?, ?)').run(at, name, cell.text, cell.number);
      });
    }
    for (let round = 0; round < 1000; round++) {
      const filter = randomFilter(random, 2);
      const parameters: (string | number)[] = [];
      const sql = `SELECT doc FROM documents WHERE ${sqlOf(filter, parameters)} ORDER BY doc`;
      const found = database
        .prepare(sql)
        .all(...parameters)
        .map(({ doc }) => doc);
      const mask = filterMask(filter, DOCUMENTS, (name) => columns.get(name));
      expect([filter, [...mask.keys()].filter((at) => mask[at] === 1)]).toEqual([filter, found]);
    }
    database.close();
  });
});
