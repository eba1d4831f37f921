import { type ChildProcess, spawn } from 'node:child_process';
import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CompiledModules } from '../../../test/support/compiled-modules.js';
import { JournalFolder } from '../../../test/support/journal-folder.js';
import { SeededRandom } from '../../../test/support/random.js';

const KILLS = 60;
const PROCESS = 'test/support/journal-process.ts';
/** Numbers of one process. */
const SPAN = 1_000_000;

let modules: CompiledModules;
beforeAll(async () => {
  modules = await CompiledModules.compile([PROCESS]);
});
afterAll(() => modules.remove());

let folder: JournalFolder;
beforeEach(() => {
  folder = new JournalFolder();
});
afterEach(() => folder.remove());

/** A process that is killed and started again, and what it said. */
class Killed {
  readonly said: string[] = [];
  private child: ChildProcess | undefined;
  private speaking: Promise<void> = Promise.resolve();

  constructor(private readonly args: () => readonly string[]) {}

  start(): void {
    const child = spawn(process.execPath, [modules.pathOf(PROCESS), ...this.args()], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    const spoken = this.speaking;
    this.speaking = new Promise((resolve) => {
      child.stdout.on('data', (data: Buffer) => (text += data.toString()));
      child.once('close', () => {
        // A line without its end was not said.
        this.said.push(...text.split('\n').slice(0, -1));
        resolve(spoken);
      });
      child.stdout.once('data', () => this.onSpoke());
    });
    this.child = child;
  }

  /** When it says its first word. */
  onSpoke: () => void = () => undefined;

  async kill(): Promise<void> {
    this.child?.kill('SIGKILL');
    await this.speaking;
  }
}

describe('a journal whose processes are killed', () => {
  it('brings each acknowledged entry into the store once', async () => {
    let first = 0;
    const append = () => ['append', folder.path, String((first += SPAN)), '4096'];
    const processes = [new Killed(append), new Killed(append), new Killed(() => ['tail', folder.path])];
    const random = new SeededRandom(20_261_125);
    for (const one of processes) one.start();
    for (let kills = 0; kills < KILLS; kills++) {
      const victim = processes[random.integer(0, 2)] as Killed;
      await sleep(random.integer(0, 150));
      await victim.kill();
      victim.start();
    }
    await Promise.all(processes.map((one) => one.kill()));
    // With the store as it is now: it knows what the processes have stored.
    const restarted = new JournalFolder(folder.path);
    await restarted.replay();
    // Those that were killed before they had made a beginning.
    for (const name of folder.files('.segment')) utimesSync(join(folder.directory, name), 1000, 1000);
    await restarted.replay();
    const said = processes.slice(0, 2).flatMap((one) => one.said);
    const acknowledged = said.map(Number);
    expect(said.filter((line) => line.startsWith('failed'))).toEqual([]);
    expect(acknowledged.length).toBeGreaterThan(500);
    const sunk = folder.sunkNumbers();
    const stored = new Set(sunk);
    expect(acknowledged.filter((number) => !stored.has(number))).toEqual([]);
    expect(sunk).toHaveLength(stored.size);
    expect([...folder.files('.segment'), ...folder.files('.damaged')]).toEqual([]);
  });
});
