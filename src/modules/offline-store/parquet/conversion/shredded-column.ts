import { ValueProblem } from '../../../../common/codec/value-problem.js';
import { jsonText } from '../../../../common/codec/json-text.js';
import { JsonFloat, type JsonValue } from '../../../../common/model/json-value.js';
import type { Column, LeafColumn, ListColumn, MapColumn, StructColumn } from '../format/column-tree.js';
import { leafConverter } from './leaf-converter.js';
import type { Levels } from '../format/level.codec.js';
import { plainLeaf } from './plain-leaf.js';
import { misfit, type ColumnContext, type ConversionOptions, type StoredValue } from './stored-value.js';

/** The values of a leaf with the levels that say where they stand. */
export interface ShreddedLeaf {
  readonly definitions: Levels;
  readonly repetitions: Levels;
  /** Those that are not null. */
  readonly values: readonly StoredValue[];
}

interface GrowingLeaf extends ShreddedLeaf {
  readonly definitions: number[];
  readonly repetitions: number[];
  readonly values: StoredValue[];
}

const SHOWN_CHARACTERS = 60;

/**
 * One column of rows taken apart into the leaves of its schema.
 *
 * Shape:  a leaf for each of `column.leaves`, in that order.
 * Errors: ValueProblem with the row.
 * Source: the Dremel paper; nested encoding in the documentation of Apache Parquet.
 */
export function shredColumn(
  column: Column,
  values: readonly JsonValue[],
  options: ConversionOptions,
): readonly ShreddedLeaf[] {
  const plain = column.kind === 'leaf' ? plainLeaf(column, values) : undefined;
  if (plain !== undefined) return [plain];
  const integersAreFloats = values.some((value) => value === null || value instanceof JsonFloat);
  const shredder = new Shredder(column, { ...options, integersAreFloats });
  let row = 0;
  try {
    for (; row < values.length; row++) shredder.add(values[row]!);
  } catch (error) {
    if (error instanceof ValueProblem) error.row = row;
    throw error;
  }
  return shredder.leaves;
}

type Writer = (value: JsonValue, repetition: number, definition: number) => void;

class Shredder {
  readonly leaves: readonly GrowingLeaf[];
  private readonly write: Writer;

  constructor(
    private readonly column: Column,
    private readonly context: ColumnContext,
  ) {
    this.leaves = column.leaves.map(() => ({ definitions: [], repetitions: [], values: [] }));
    this.write = this.writer(column);
  }

  add(value: JsonValue): void {
    this.write(value, 0, 0);
  }

  private writer(column: Column): Writer {
    const present = this.presentWriter(column);
    const step = column.required ? 0 : 1;
    let kindOfAll: string | undefined;
    return (value, repetition, definition) => {
      if (isNull(value)) {
        if (column.required) misfit('is null, and the column must have a value');
        this.writeNothing(column, repetition, definition);
        return;
      }
      const kind = kindOf(value);
      kindOfAll ??= kind;
      if (kind !== kindOfAll) misfit(`is ${kind} among values that are ${kindOfAll}`);
      present(value, repetition, definition + step);
    };
  }

  private presentWriter(column: Column): Writer {
    switch (column.kind) {
      case 'leaf':
        return this.leafWriter(column);
      case 'struct':
        return this.structWriter(column);
      case 'list':
        return this.listWriter(column);
      case 'map':
        return this.mapWriter(column);
    }
  }

  private leafWriter(column: LeafColumn): Writer {
    // Inside of lists, Arrow keeps integers beside nulls as they are.
    const isNested = column !== this.column;
    const context = isNested ? { ...this.context, integersAreFloats: false } : this.context;
    const convert = leafConverter(column.element, context);
    const leaf = this.leafOf(column.leaves[0]!);
    return (value, repetition, definition) => {
      leaf.values.push(convert(value));
      leaf.definitions.push(definition);
      leaf.repetitions.push(repetition);
    };
  }

  private structWriter({ fields }: StructColumn): Writer {
    const writers = fields.map((field) => this.writer(field));
    return (value, repetition, definition) => {
      const object =
        value instanceof Map ? (value as ReadonlyMap<string, JsonValue>) : misfit('is not an object');
      fields.forEach(({ name }, i) => {
        const member = object.get(name) ?? null;
        inside(`.${name}`, member, () => writers[i]!(member, repetition, definition));
      });
    };
  }

  private listWriter(column: ListColumn): Writer {
    const writeItem = this.writer(column.item);
    return (value, repetition, definition) => {
      const list = Array.isArray(value) ? (value as readonly JsonValue[]) : misfit('is not a list');
      const { fixedSize } = column;
      if (fixedSize !== undefined && list.length !== fixedSize)
        misfit(`has ${list.length} items instead of ${fixedSize}`);
      if (list.length === 0) this.writeNothing(column, repetition, definition);
      list.forEach((item, i) => {
        const level = i === 0 ? repetition : column.itemRepetition;
        inside(`[${i}]`, item, () => writeItem(item, level, definition + 1));
      });
    };
  }

  private mapWriter(column: MapColumn): Writer {
    const [writeKey, writeValue] = [this.writer(column.key), this.writer(column.value)];
    return (value, repetition, definition) => {
      const object =
        value instanceof Map ? (value as ReadonlyMap<string, JsonValue>) : misfit('is not an object');
      if (object.size === 0) this.writeNothing(column, repetition, definition);
      let level = repetition;
      for (const [key, item] of object) {
        inside(' as a key', key, () => writeKey(key, level, definition + 1));
        inside(`.${key}`, item, () => writeValue(item, level, definition + 1));
        level = column.itemRepetition;
      }
    };
  }

  private writeNothing({ leaves }: Column, repetition: number, definition: number): void {
    for (const index of leaves) {
      const leaf = this.leafOf(index);
      leaf.definitions.push(definition);
      leaf.repetitions.push(repetition);
    }
  }

  private leafOf(index: number): GrowingLeaf {
    return this.leaves[index - this.column.leaves[0]!]!;
  }
}

/** NaN is null for pandas, wherever it stands. */
function isNull(value: JsonValue): value is null {
  return value === null || (value instanceof JsonFloat && Number.isNaN(value.value));
}

/** Values of different kinds in one column are refused, as pandas and Arrow do. */
function kindOf(value: JsonValue): string {
  if (typeof value === 'string') return 'text';
  if (typeof value === 'boolean') return 'a truth value';
  if (typeof value !== 'object' || value instanceof JsonFloat) return 'a number';
  return Array.isArray(value) ? 'a list' : 'an object';
}

function inside(where: string, value: JsonValue, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof ValueProblem)) throw error;
    const shown = jsonText(value);
    const cut = shown.length > SHOWN_CHARACTERS ? `${shown.slice(0, SHOWN_CHARACTERS)}…` : shown;
    const isInner = error.reason.startsWith('holds ');
    throw new ValueProblem(
      isInner
        ? error.reason.replace('holds ', `holds ${where}`)
        : `holds ${where} = ${cut}, which ${error.reason}`,
    );
  }
}
