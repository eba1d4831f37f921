import { CorruptDataError } from '../../../../common/errors/errors.js';
import type { Column } from './column-tree.js';

/** What the Arrow schema in a footer says that the parquet schema does not. */
interface ArrowField {
  /** Undefined when it is no list of a fixed size. */
  readonly fixedSize: number | undefined;
  readonly children: readonly ArrowField[];
}

/** Where tables of the format have their fields. Source: Message.fbs and Schema.fbs of Apache Arrow. */
const MESSAGE = { header: 2 } as const;
const SCHEMA = { fields: 1 } as const;
const FIELD = { typeKind: 2, type: 3, children: 5 } as const;
const FIXED_SIZE_LIST = { kind: 16, size: 0 } as const;
const MAX_DEPTH = 64;
/** Marks the length of a message in newer files. */
const CONTINUATION = 0xffffffff;

/**
 * The columns with the sizes of lists that the Arrow schema fixes: readers fail on lists of another size.
 *
 * Errors: CorruptDataError.
 * Source: the footer key `ARROW:schema`, base64 of an IPC message.
 */
export function withFixedSizes(columns: readonly Column[], arrowSchema: string): readonly Column[] {
  const bytes = Buffer.from(arrowSchema, 'base64');
  try {
    const start = bytes.readUInt32LE(0) === CONTINUATION ? 8 : 4;
    const tables = new FlatTables(bytes.subarray(start));
    const schema = tables.table(tables.root(), MESSAGE.header)!;
    const fields = tables.list(schema, SCHEMA.fields).map((field) => arrowField(tables, field, 0));
    return columns.map((column, i) => sized(column, fields[i]));
  } catch (cause) {
    throw new CorruptDataError('the Arrow schema in the footer cannot be read', { cause });
  }
}

function arrowField(tables: FlatTables, field: number, depth: number): ArrowField {
  if (depth > MAX_DEPTH) throw new RangeError('nested too deep');
  const isFixed = tables.byte(field, FIELD.typeKind) === FIXED_SIZE_LIST.kind;
  const type = tables.table(field, FIELD.type);
  return {
    fixedSize: isFixed && type !== undefined ? tables.integer(type, FIXED_SIZE_LIST.size) : undefined,
    children: tables.list(field, FIELD.children).map((child) => arrowField(tables, child, depth + 1)),
  };
}

function sized(column: Column, field: ArrowField | undefined): Column {
  if (field === undefined) return column;
  switch (column.kind) {
    case 'leaf':
      return column;
    case 'struct':
      return { ...column, fields: column.fields.map((child, i) => sized(child, field.children[i])) };
    case 'list':
      return { ...column, fixedSize: field.fixedSize, item: sized(column.item, field.children[0]) };
    case 'map': {
      const [key, value] = field.children[0]?.children ?? [];
      return { ...column, key: sized(column.key, key), value: sized(column.value, value) };
    }
  }
}

/** Tables of a flatbuffer. Errors: RangeError outside of the bytes. */
class FlatTables {
  constructor(private readonly bytes: Buffer) {}

  root(): number {
    return this.bytes.readUInt32LE(0);
  }

  table(table: number, field: number): number | undefined {
    const at = this.place(table, field);
    return at === undefined ? undefined : at + this.bytes.readUInt32LE(at);
  }

  list(table: number, field: number): number[] {
    const start = this.table(table, field);
    if (start === undefined) return [];
    const size = this.bytes.readUInt32LE(start);
    if (size > this.bytes.length) throw new RangeError('a list is longer than the schema');
    return Array.from({ length: size }, (_, i) => {
      const at = start + 4 + 4 * i;
      return at + this.bytes.readUInt32LE(at);
    });
  }

  byte(table: number, field: number): number {
    const at = this.place(table, field);
    return at === undefined ? 0 : this.bytes.readUInt8(at);
  }

  integer(table: number, field: number): number {
    const at = this.place(table, field);
    return at === undefined ? 0 : this.bytes.readInt32LE(at);
  }

  private place(table: number, field: number): number | undefined {
    const directory = table - this.bytes.readInt32LE(table);
    const entry = 4 + 2 * field;
    if (entry >= this.bytes.readUInt16LE(directory)) return undefined;
    const offset = this.bytes.readUInt16LE(directory + entry);
    return offset === 0 ? undefined : table + offset;
  }
}
