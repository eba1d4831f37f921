import { CorruptDataError } from '../../../../common/errors/errors.js';
import type { SchemaElement } from './schema-element.codec.js';

/** What every node of a column has. */
interface ColumnBase {
  readonly name: string;
  readonly required: boolean;
  /** The leaves below, by their place among all leaves of the file. */
  readonly leaves: readonly number[];
}

export interface LeafColumn extends ColumnBase {
  readonly kind: 'leaf';
  readonly element: SchemaElement;
  readonly path: readonly string[];
  /** The levels of a value that is there. */
  readonly maxDefinition: number;
  readonly maxRepetition: number;
}

export interface StructColumn extends ColumnBase {
  readonly kind: 'struct';
  readonly fields: readonly Column[];
}

export interface ListColumn extends ColumnBase {
  readonly kind: 'list';
  readonly item: Column;
  /** Undefined when lists may have any length. */
  readonly fixedSize: number | undefined;
  readonly itemRepetition: number;
}

export interface MapColumn extends ColumnBase {
  readonly kind: 'map';
  readonly key: Column;
  readonly value: Column;
  readonly itemRepetition: number;
}

export type Column = LeafColumn | StructColumn | ListColumn | MapColumn;

export interface ColumnTree {
  readonly columns: readonly Column[];
  readonly leaves: readonly LeafColumn[];
}

interface Place {
  readonly path: readonly string[];
  readonly definition: number;
  readonly repetition: number;
}

/** Numbers of `ConvertedType` and of the members of `LogicalType`. */
const CONVERTED = { map: 1, mapKeyValue: 2, list: 3 } as const;
const LOGICAL = { map: 2, list: 3 } as const;
const MAX_DEPTH = 64;

/**
 * The columns of a schema, with lists and maps recognised in all forms that the format allows.
 *
 * Errors: CorruptDataError for a schema that does not add up.
 * Source: LogicalTypes.md of Apache Parquet, nested types and their backward compatibility.
 */
export function columnTree(schema: readonly SchemaElement[]): ColumnTree {
  return new TreeBuilder(schema).build();
}

class TreeBuilder {
  private next = 1;
  private readonly leaves: LeafColumn[] = [];

  constructor(private readonly schema: readonly SchemaElement[]) {}

  build(): ColumnTree {
    const [root] = this.schema;
    if (root === undefined) throw new CorruptDataError('the schema is empty');
    const top: Place = { path: [], definition: 0, repetition: 0 };
    const columns = Array.from({ length: root.children }, () => this.column(top));
    if (this.next !== this.schema.length) throw misfit();
    return { columns, leaves: this.leaves };
  }

  private column(parent: Place): Column {
    const element = this.take(parent);
    if (element.repetition !== 'repeated') return this.plain(element, parent);
    // A repeated field that no list annotation surrounds is a list of required items.
    const { definition, repetition } = parent;
    const inside = { ...parent, definition: definition + 1, repetition: repetition + 1 };
    const item = this.plain({ ...element, repetition: 'required' }, inside);
    const { name, leaves } = item;
    return {
      kind: 'list',
      name,
      required: true,
      leaves,
      item,
      fixedSize: undefined,
      itemRepetition: repetition + 1,
    };
  }

  private plain(element: SchemaElement, parent: Place): Column {
    const required = element.repetition === 'required';
    const place: Place = {
      path: [...parent.path, element.name],
      definition: parent.definition + (required ? 0 : 1),
      repetition: parent.repetition,
    };
    if (element.physical !== undefined) return this.leaf(element, place, required);
    if (isList(element)) return this.list(element, place, required);
    if (isMap(element)) return this.map(element, place, required);
    const fields = this.columns(element.children, place);
    return { kind: 'struct', name: element.name, required, leaves: leavesOf(fields), fields };
  }

  private leaf(element: SchemaElement, place: Place, required: boolean): LeafColumn {
    const leaf: LeafColumn = {
      kind: 'leaf',
      name: element.name,
      required,
      leaves: [this.leaves.length],
      element,
      path: place.path,
      maxDefinition: place.definition,
      maxRepetition: place.repetition,
    };
    this.leaves.push(leaf);
    return leaf;
  }

  private list(element: SchemaElement, place: Place, required: boolean): Column {
    const repeated = this.take(place);
    if (element.children !== 1 || repeated.repetition !== 'repeated') throw misfit();
    const inside = { ...place, definition: place.definition + 1, repetition: place.repetition + 1 };
    const item = this.item(element, repeated, inside);
    return {
      kind: 'list',
      name: element.name,
      required,
      leaves: item.leaves,
      item,
      fixedSize: undefined,
      itemRepetition: inside.repetition,
    };
  }

  /** In older files the repeated field is the item itself. */
  private item(list: SchemaElement, repeated: SchemaElement, inside: Place): Column {
    const isItem =
      repeated.children !== 1 ||
      repeated.name === 'array' ||
      repeated.name === `${list.name}_tuple` ||
      isList(repeated) ||
      isMap(repeated);
    if (isItem) return this.plain({ ...repeated, repetition: 'required' }, inside);
    return this.column({ ...inside, path: [...inside.path, repeated.name] });
  }

  private map(element: SchemaElement, place: Place, required: boolean): Column {
    const pairs = this.take(place);
    if (element.children !== 1 || pairs.children !== 2 || pairs.repetition !== 'repeated') throw misfit();
    const inside: Place = {
      path: [...place.path, pairs.name],
      definition: place.definition + 1,
      repetition: place.repetition + 1,
    };
    const [key, value] = this.columns(2, inside) as [Column, Column];
    const leaves = leavesOf([key, value]);
    return {
      kind: 'map',
      name: element.name,
      required,
      leaves,
      key,
      value,
      itemRepetition: inside.repetition,
    };
  }

  private columns(count: number, place: Place): Column[] {
    if (count > this.schema.length) throw misfit();
    return Array.from({ length: count }, () => this.column(place));
  }

  private take({ path }: Place): SchemaElement {
    const element = this.schema[this.next++];
    if (element === undefined || path.length > MAX_DEPTH) throw misfit();
    return element;
  }
}

function isList({ converted, logical }: SchemaElement): boolean {
  return logical?.id === LOGICAL.list || converted === CONVERTED.list;
}

function isMap({ converted, logical }: SchemaElement): boolean {
  return logical?.id === LOGICAL.map || converted === CONVERTED.map || converted === CONVERTED.mapKeyValue;
}

function leavesOf(columns: readonly Column[]): number[] {
  return columns.flatMap(({ leaves }) => leaves);
}

function misfit(): CorruptDataError {
  return new CorruptDataError('the schema in the footer does not add up');
}
