import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const PROGRAM = join(import.meta.dirname, 'sqlite-writer.mjs');

/** `sqlite-writer.mjs` in a process of its own. */
export class SqliteWriter {
  private readonly words = new Set<string>();
  private readonly exited: Promise<unknown>;

  private constructor(private readonly child: ChildProcess & { readonly stdout: NodeJS.ReadableStream }) {
    this.exited = once(child, 'exit');
    createInterface({ input: child.stdout }).on('line', (word) => {
      this.words.add(word);
      child.emit('word');
    });
  }

  static start(role: 'lock' | 'spill' | 'stream', path: string, argument: string): SqliteWriter {
    return new SqliteWriter(
      spawn(process.execPath, [PROGRAM, role, path, argument], { stdio: ['ignore', 'pipe', 'inherit'] }),
    );
  }

  /** Resolves when the process has said so. */
  async said(word: string): Promise<void> {
    while (!this.words.has(word)) {
      if (this.child.exitCode !== null) throw new Error(`the writer ended before it said ${word}`);
      await Promise.race([once(this.child, 'word'), this.exited]);
    }
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exited;
  }
}
