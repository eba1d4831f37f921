import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WriteBatch } from '../../src/common/model/write-batch.js';
import type { TableDump } from './sqlite-tables-dump.js';
import { driverKey, int64Value } from './stored-rows.js';

const FOLDER = join(import.meta.dirname, '../fixtures/online-store');

export interface FeastRows {
  /** Names to values in base64. */
  readonly values: Readonly<Record<string, string>>;
  /** Of the one row of each table. */
  readonly event: string;
  readonly created: string;
  /** Of driver 0, 1, … in `event_times`, in UTC. */
  readonly times: readonly string[];
  readonly plain: TableDump;
  readonly numbers: TableDump;
  readonly vectors: TableDump;
  readonly both: TableDump;
  readonly event_times: TableDump;
}

/** The file with the tables that Feast wrote in a process with this zone. */
export function feastRowsFile(zone: 'UTC' | 'New_York'): string {
  return join(FOLDER, `sqlite-rows.${zone}.json`);
}

export function readFeastRows(file: string): FeastRows {
  return JSON.parse(readFileSync(file, 'utf8')) as FeastRows;
}

/** The rows of `event_times`. */
export function eventTimeBatch({ times }: FeastRows): WriteBatch {
  return {
    ...EMPTY,
    features: ['trips'],
    keys: times.map((_, driver) => driverKey(driver)),
    values: [times.map((_, driver) => int64Value(driver))],
    eventTimesMicros: times.map((text) => microsOf(`${text}+00:00`)),
  };
}

/** The row of the other tables: the features that `table` holds. */
export function featureBatch(rows: FeastRows, table: TableDump): WriteBatch {
  const features = table.rows.map(({ cells }) => String(cells[1]));
  return {
    ...EMPTY,
    features,
    keys: [driverKey(1)],
    values: features.map((feature) => [Buffer.from(rows.values[feature] ?? '', 'base64')]),
    eventTimesMicros: [microsOf(rows.event)],
    createdTimesMicros: [microsOf(rows.created)],
    vectorLength: 3,
  };
}

const EMPTY: WriteBatch = {
  project: 'peer',
  viewName: 'stats',
  version: 0,
  features: [],
  keys: [],
  values: [],
  eventTimesMicros: [],
  createdTimesMicros: undefined,
  policy: 'newest',
};

/** Of `2026-03-01T10:00:00.123456+00:00`. */
function microsOf(text: string): number {
  const [second = '', fraction = ''] = text.replace('+00:00', '').split('.');
  return Date.parse(`${second}Z`) * 1000 + Number(fraction.padEnd(6, '0'));
}
