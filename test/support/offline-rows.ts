import { JsonFloat, type JsonValue } from '../../src/common/model/json-value.js';
import type { OfflineEntry, OfflineRows } from '../../src/modules/offline-store/offline-store-writer.js';

/** Columns as a request brings them. */
export function offlineRows(columns: Readonly<Record<string, readonly JsonValue[]>>): OfflineRows {
  const [first = []] = Object.values(columns);
  return { columns: new Map(Object.entries(columns)), rows: first.length };
}

export function entry(
  columns: Readonly<Record<string, readonly JsonValue[]>>,
  number?: number,
  segment = 'segment',
): OfflineEntry {
  return { id: number === undefined ? undefined : { segment, number }, rows: offlineRows(columns) };
}

export function float(value: number): JsonFloat {
  return new JsonFloat(value);
}
