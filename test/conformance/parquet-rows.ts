import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';

import type { ParquetStep } from './exchange.ts';

const RETRY_PAUSE_MS = 250;
const MICROS_PER_MS = 1000n;

type Row = Readonly<Record<string, unknown>>;

/** What of the recorded rows is wanted: Feast writes a pushed row once for every view that it feeds, Salver once. */
export type WantedRows = 'recorded' | 'each once' | 'none';

/**
 * Looks into a file of the served repo for as long as the recording allows, until its rows are as wanted.
 *
 * Returns: why not, undefined when they are. The order of rows does not count.
 */
export async function parquetDifference(
  step: ParquetStep,
  repo: string,
  wanted: WantedRows,
): Promise<string | undefined> {
  const giveUpAt = Date.now() + (step.retry_ms ?? 0);
  const want = wantedRows(step, wanted);
  for (;;) {
    // A file that is replaced while it is read is neither the old one nor the new one.
    const difference = await storedRows(step, join(repo, step.path)).then(
      (stored) => rowDifference(want, stored),
      (error: unknown) => `the file cannot be read: ${String(error)}`,
    );
    if (difference === undefined || Date.now() >= giveUpAt) return difference;
    await delay(RETRY_PAUSE_MS);
  }
}

function wantedRows({ rows }: ParquetStep, wanted: WantedRows): string[] {
  if (wanted === 'none') return [];
  const texts = rows.map((row) => rowText(row as unknown as Row)).toSorted();
  return wanted === 'each once' ? [...new Set(texts)] : texts;
}

async function storedRows({ where = {}, select }: ParquetStep, path: string): Promise<string[]> {
  if (!existsSync(path)) return [];
  const rows: Row[] = await parquetReadObjects({
    file: await asyncBufferFromFile(path),
    compressors,
    parsers: {
      timestampFromMilliseconds: (millis) => timeText(millis * MICROS_PER_MS),
      timestampFromMicroseconds: timeText,
      timestampFromNanoseconds: (nanos) => timeText(nanos / 1000n),
    },
  });
  const isWanted = (row: Row): boolean =>
    Object.entries(where).every(([name, value]) => plainText(row[name]) === plainText(value));
  const selected = (row: Row): Row =>
    select === undefined ? row : Object.fromEntries(select.map((name) => [name, row[name]]));
  return rows
    .filter(isWanted)
    .map((row) => rowText(selected(row)))
    .toSorted();
}

function rowDifference(want: readonly string[], got: readonly string[]): string | undefined {
  if (want.length !== got.length) return `want ${want.length} rows got ${got.length}`;
  const at = want.findIndex((row, index) => row !== got[index]);
  return at < 0 ? undefined : `want ${want[at]} got ${got[at]}`;
}

/** A row as a text that is the same for the same values, whatever the order of its columns. */
function rowText(row: Row): string {
  const names = Object.keys(row).toSorted();
  return names.map((name) => `${name}=${plainText(row[name])}`).join(' ');
}

/** Whole numbers of any type are the same. */
function plainText(value: unknown): string {
  if (value === undefined || value === null || Number.isNaN(value)) return 'null';
  return typeof value === 'bigint' ? value.toString() : JSON.stringify(value);
}

/** As recordings have it: `2026-02-01T00:00:00.000000Z`. */
function timeText(micros: bigint): string {
  const fraction = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const seconds = new Date(Number((micros - fraction) / MICROS_PER_MS)).toISOString().slice(0, 19);
  return `${seconds}.${String(fraction).padStart(6, '0')}Z`;
}
