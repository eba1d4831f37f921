import type { DuckDBDataChunk } from '@duckdb/node-api';
import { compileEntityKey, type EntityKeyEncoder } from '../../../common/codec/entity-key.codec.js';
import { typeName } from '../../../common/codec/typed-column.js';
import { ValueProblem } from '../../../common/codec/value-problem.js';
import { InvalidValueError } from '../../../common/errors/errors.js';
import { DUMMY_JOIN_KEY } from '../../../common/model/entity.js';
import type { FeaturePayload } from '../../../common/model/value.js';
import type { PackedRows } from '../row-batches.js';
import type { BoundField, SourceBinding } from '../source-binding.js';
import { columnEncoder, payloadReader, type EncodeColumn, type ReadPayload } from './column-encoder.js';
import type { TableColumn } from './source-table.js';
import { vectorItems, vectorNulls } from './vector-memory.js';

const EVENT_TIME = 0;
const CREATED_TIME = 1;
const FIRST_KEY = 2;
const SHOWN_CHARACTERS = 60;

/** What sources are called, for messages. */
export interface ScanLabels {
  readonly ofRows: string;
  /** By the place of the feature. */
  readonly ofFeatures: readonly string[];
}

/** Turns chunks of rows, with the columns of `LatestRowsQuery.fetch`, into rows for the online store. */
export class ChunkEncoder {
  private readonly keyReaders: readonly ReadPayload[];
  private readonly keyEncoder: EntityKeyEncoder;
  private readonly encoders: readonly EncodeColumn[];

  constructor(
    private readonly labels: ScanLabels,
    private readonly binding: Omit<SourceBinding<TableColumn>, 'eventTime'>,
    entityKeySerializationVersion: number,
  ) {
    const { joinKeys, features } = binding;
    const names = joinKeys.length === 0 ? [DUMMY_JOIN_KEY] : joinKeys.map(({ field }) => field.name);
    this.keyEncoder = compileEntityKey(names, entityKeySerializationVersion);
    // The binding holds no pair that cannot be stored.
    this.keyReaders = joinKeys.map(({ field, column }) => payloadReader(column.sourceType, field.valueType)!);
    this.encoders = features.map(({ field, column }) => columnEncoder(column.sourceType, field.valueType)!);
  }

  /** Errors: InvalidValueError, which names column and row. */
  encode(chunk: DuckDBDataChunk): PackedRows {
    const { rowCount } = chunk;
    const keyColumns = this.keyColumns(chunk);
    const rows = Array.from({ length: rowCount }, (_, row) => row);
    return {
      eventTimesMicros: this.eventTimes(chunk),
      createdTimesMicros: this.binding.createdTime && createdTimes(chunk),
      keys: this.keyEncoder.encode(keyColumns, rows, [this.labels.ofRows]),
      values: this.binding.features.map((feature, index) => {
        const vector = chunk.getColumnVector(FIRST_KEY + this.keyReaders.length + index);
        const place = { bound: feature, index: this.keyReaders.length + index };
        return this.explained(chunk, place, () => this.encoders[index]!(vector, rowCount));
      }),
    };
  }

  private keyColumns(
    chunk: DuckDBDataChunk,
  ): { type: BoundField['field']['valueType']; values: (FeaturePayload | null)[] }[] {
    return this.binding.joinKeys.map((key, index) => {
      const vector = chunk.getColumnVector(FIRST_KEY + index);
      const read = this.keyReaders[index]!;
      const values: (FeaturePayload | null)[] = [];
      this.explained(chunk, { bound: key, index }, () => {
        try {
          for (let row = 0; row < chunk.rowCount; row++) values.push(requireKey(read(vector, row)));
        } catch (error) {
          if (error instanceof ValueProblem) error.row = values.length;
          throw error;
        }
      });
      return { type: key.field.valueType, values };
    });
  }

  private eventTimes(chunk: DuckDBDataChunk): number[] {
    const times = Array.from(vectorItems(chunk.getColumnVector(EVENT_TIME)) as Float64Array);
    const row = times.findIndex((time) => !Number.isSafeInteger(time));
    if (row < 0) return times;
    throw new InvalidValueError(
      `${this.labels.ofRows}: the event time of ${this.rowName(chunk, row)} is too far from today to be stored`,
    );
  }

  private explained<T>(chunk: DuckDBDataChunk, place: ColumnPlace, work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof ValueProblem) || error.row === undefined) throw error;
      throw this.invalidValue(chunk, place, { row: error.row, reason: error.reason });
    }
  }

  private invalidValue(
    chunk: DuckDBDataChunk,
    { bound: { field, column }, index }: ColumnPlace,
    { row, reason }: { readonly row: number; readonly reason: string },
  ): InvalidValueError {
    const label = this.labels.ofFeatures[index - this.keyReaders.length] ?? this.labels.ofRows;
    const value = chunk.getColumnVector(FIRST_KEY + index).getItem(row);
    return new InvalidValueError(
      `${label}: ${shown(value)} in the column ${column.name} (${column.storedType}) of ` +
        `${this.rowName(chunk, row)} ${reason}: ${field.name} is declared ${typeName(field.valueType)}`,
    );
  }

  /** `the row with driver_id 1001` */
  private rowName(chunk: DuckDBDataChunk, row: number): string {
    const { joinKeys } = this.binding;
    if (joinKeys.length === 0) return 'the newest row';
    const keys = joinKeys.map(({ field }, index) => {
      return `${field.name} ${shown(chunk.getColumnVector(FIRST_KEY + index).getItem(row))}`;
    });
    return `the row with ${keys.join(', ')}`;
  }
}

/** A column of the chunk behind the times. */
interface ColumnPlace {
  readonly bound: BoundField<TableColumn>;
  readonly index: number;
}

function createdTimes(chunk: DuckDBDataChunk): (number | undefined)[] {
  const vector = chunk.getColumnVector(CREATED_TIME);
  const isNull = vectorNulls(vector);
  return Array.from(vectorItems(vector) as Float64Array, (time, row) =>
    isNull?.(row) === true ? undefined : time,
  );
}

function requireKey(value: FeaturePayload | null): FeaturePayload {
  if (value === null) throw new ValueProblem('is no key');
  return value;
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}
