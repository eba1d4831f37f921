import { expect } from 'vitest';
import { Deadline } from '../../src/common/model/deadline.js';
import type { ReadPlan, ViewRead } from '../../src/common/model/read-plan.js';
import type { OnlineStore } from '../../src/modules/online-store/online-store.js';
import { placeOf, RecordingSink, rowLines } from './recording-sink.js';

/* What a store is filled with, and what a read must then find: known without any store. */

export interface StoredView {
  readonly project: string;
  readonly viewName: string;
  readonly version: number;
}

/** One row of one view, as one write of Feast leaves it. */
export interface StoredRow extends StoredView {
  readonly entityKey: Uint8Array;
  /** Bytes of Value protobufs; `null` is a feature that was written without a value. */
  readonly values: ReadonlyMap<string, Uint8Array | null>;
  readonly eventTimeMicros: number;
}

export type EntityKeys = readonly (readonly Uint8Array[])[];

/** 2026-03-01T10:00:00Z */
export const EVENT_TIME_MICROS = 1_772_359_200_000_000;

/** The entity key of `driver_id` with an int64 value, serialization version 3 (spec/entity-key.md). */
export function driverKey(id: number): Uint8Array {
  const value = Buffer.alloc(8);
  value.writeBigInt64LE(BigInt(id));
  return Buffer.concat([
    Buffer.from('0100000002000000090000006472697665725f69640400000008000000', 'hex'),
    value,
  ]);
}

/** A Value protobuf with `int64_val`, for numbers from 0. */
export function int64Value(number: number): Uint8Array {
  const bytes = [0x20];
  let rest = number;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) + 0x80);
  return Uint8Array.from([...bytes, rest]);
}

export function readPlan(project: string, ...views: Partial<ViewRead>[]): ReadPlan {
  return {
    project,
    views: views.map((view) => ({ viewName: 'stats', version: 0, features: ['trips'], ...view })),
  };
}

/** What `plan` must find in a store that holds `rows`. */
export function expectedLines(
  plan: ReadPlan,
  keys: EntityKeys,
  rows: readonly StoredRow[],
  store: OnlineStore,
): string[] {
  const stored = new Map(rows.map((row) => [identity(row, row.project, row.entityKey), row]));
  const lines = plan.views.flatMap((view, viewIndex) =>
    (keys[viewIndex] ?? []).flatMap((key, rowIndex) => {
      const row = stored.get(identity(view, plan.project, key));
      return row ? expectedRow(placeOf(viewIndex, rowIndex), view.features, row, store) : [];
    }),
  );
  return comparable(lines.toSorted(), store);
}

/** What the store finds, checked against the rules of the port. */
export async function readLines(store: OnlineStore, plan: ReadPlan, keys: EntityKeys): Promise<string[]> {
  const sink = new RecordingSink();
  const waiting = store.read(plan, keys, sink, Deadline.after(10_000));
  expect(waiting === undefined || waiting instanceof Promise).toBe(true);
  if (waiting !== undefined) expect(await waiting).toBeUndefined();
  expect(sink.attempts).toBeGreaterThan(0);
  return comparable(sink.lines(), store);
}

/** The error of a call that may throw or reject; `undefined` when it does neither. */
export async function errorOf(call: () => unknown): Promise<unknown> {
  try {
    await call();
  } catch (error) {
    return error;
  }
  return undefined;
}

function identity(view: { viewName: string; version: number }, project: string, key: Uint8Array): string {
  return JSON.stringify([project, view.viewName, view.version, Buffer.from(key).toString('hex')]);
}

function expectedRow(
  place: string,
  features: readonly string[],
  row: StoredRow,
  { capabilities }: OnlineStore,
): string[] {
  const cells = new Map<number, string>();
  features.forEach((feature, field) => {
    const value = row.values.get(feature);
    if (value !== undefined) cells.set(field, Buffer.from(value ?? []).toString('hex'));
  });
  const resolution = capabilities.timeResolutionMicros;
  // Adding 0 makes 0 of -0.
  return rowLines(place, {
    eventTimeMicros: Math.trunc(row.eventTimeMicros / resolution) * resolution + 0,
    cells,
  });
}

/** For a store that cannot tell absent from null, null counts as absent. */
function comparable(lines: readonly string[], { capabilities }: OnlineStore): string[] {
  if (capabilities.tellsAbsentFromNull) return [...lines];
  const filled = lines.filter((line) => !line.endsWith('='));
  const places = new Set(filled.filter((line) => line.includes('=')).map((line) => line.split(' ')[0]));
  return filled.filter((line) => places.has(line.split(' ')[0]));
}
