import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import type { History } from './faults-repo.ts';

export type PushTo = 'online' | 'offline' | 'online_and_offline';

/** A row that was sent, and what is known of it. */
export interface SentRow {
  readonly id: string;
  readonly sensor: number;
  /** Seconds since the epoch; of one sensor and history no two are alike. */
  readonly second: number;
  /** Where it was sent to. */
  readonly to: PushTo;
  /** Acknowledged as stored there. */
  online: boolean;
  offline: boolean;
}

/**
 * What clients sent and what was acknowledged, outside the server: an acknowledgement counts when it is on disk here,
 * as a client would count it.
 */
export class Recorder {
  /** By history, then by row id. */
  readonly sent = new Map<string, Map<string, SentRow>>();
  acknowledged = 0;
  private readonly file: number;
  private number = 0;
  private readonly lastSecond = new Map<string, number>();

  constructor(path: string) {
    this.file = openSync(path, 'a');
  }

  /** A row that nobody sent before, newer than all others of its sensor. */
  begin({ view }: History, sensor: number, to: PushTo): SentRow {
    const key = `${view}:${sensor}`;
    const second = (this.lastSecond.get(key) ?? FIRST_SECOND) + 1;
    this.lastSecond.set(key, second);
    const row = { id: `row-${this.number++}`, sensor, second, to, online: false, offline: false };
    const rows = this.sent.get(view) ?? new Map<string, SentRow>();
    this.sent.set(view, rows.set(row.id, row));
    return row;
  }

  /** These were answered with success. */
  acknowledge(rows: readonly SentRow[]): void {
    writeSync(this.file, `${JSON.stringify(rows.map(({ id }) => id))}\n`);
    fdatasyncSync(this.file);
    for (const row of rows) {
      row.online = row.to !== 'offline';
      row.offline = row.to !== 'online';
      this.acknowledged++;
    }
  }

  close(): void {
    closeSync(this.file);
  }
}

const FIRST_SECOND = Date.UTC(2025, 0, 1) / 1000;
