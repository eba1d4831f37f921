import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import type { FeastVenv } from '../../support/feast-venv.ts';

/** Table, entity key, feature, value, event time, created time. */
export type StoredRow = readonly (string | null)[];

const ANSWER_LIMIT_MS = 60_000;

/** Reads and empties SQLite stores through Python and the real Feast's classes, one after the other. */
export class StoredRows {
  readonly #python: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor({ python }: FeastVenv) {
    this.#python = spawn(python, [join(import.meta.dirname, 'stored_rows.py')], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#lines = createInterface({ input: this.#python.stdout! })[Symbol.asyncIterator]();
  }

  /** All rows of a store, which is empty afterwards. */
  async taken(path: string): Promise<readonly StoredRow[]> {
    this.#python.stdin!.write(`${JSON.stringify({ path, empty: true })}\n`);
    const timer = setTimeout(() => this.#python.kill('SIGKILL'), ANSWER_LIMIT_MS);
    const line = await this.#lines.next();
    clearTimeout(timer);
    if (line.done === true) throw new Error(`the rows of ${path} could not be read`);
    return JSON.parse(line.value) as readonly StoredRow[];
  }

  close(): void {
    this.#python.kill();
  }
}
