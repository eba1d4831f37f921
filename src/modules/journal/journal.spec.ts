import { execFile, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { CompiledModules } from '../../../test/support/compiled-modules.js';
import {
  fileSource,
  JournalFolder,
  patience,
  PATIENCE_MS,
  rowOf,
} from '../../../test/support/journal-folder.js';
import { within } from '../../../test/support/salver-process.js';
import { PayloadTooLargeError, UnavailableError } from '../../common/errors/errors.js';
import { Deadline } from '../../common/model/deadline.js';
import { Journal } from './journal.js';
import type { JournalOptions } from './journal-options.js';
import { SegmentWriter } from './segment-writer.js';
import { readJournalStatus } from './journal-status.js';

const PROCESS = 'test/support/journal-process.ts';

let folder: JournalFolder;
let journal: Journal | undefined;
beforeEach(() => {
  folder = new JournalFolder();
});
afterEach(async () => {
  await journal?.close();
  journal = undefined;
  folder.remove();
});

function open(more: Partial<JournalOptions> = {}): Journal {
  journal = new Journal(folder.options(more));
  return journal;
}

const wide = (number: number, bytes: number) =>
  rowOf(number, fileSource('trips'), { wide: 'x'.repeat(bytes) });

describe('a journal', () => {
  it('makes nothing before the first push, then files that nobody else may read', async () => {
    const opened = open();
    expect(readdirSync(folder.path)).not.toContain('journal');
    await opened.append('pushes', [rowOf(1)], patience());
    expect(statSync(folder.directory).mode & 0o777).toBe(0o700);
    const [segment] = folder.files('.segment');
    expect(statSync(join(folder.directory, segment as string)).mode & 0o777).toBe(0o600);
  });

  it('writes pushes that come together with few writes, in the order in which they came', async () => {
    const opened = open();
    const numbers = Array.from({ length: 500 }, (_, at) => at);
    const writes = vi.spyOn(SegmentWriter.prototype, 'append');
    await Promise.all(numbers.map((n) => opened.append('pushes', [rowOf(n)], patience())));
    expect(writes.mock.calls.length).toBeLessThan(10);
    writes.mockRestore();
    await opened.close();
    await folder.replay();
    expect(folder.sunkNumbers()).toEqual(numbers);
    expect(folder.sunk().map(({ id }) => Number(id.split('/')[1]))).toEqual(numbers.map((n) => n + 1));
  });

  it('follows a segment that is large enough by another one', async () => {
    const opened = open({ segmentBytes: 4096 });
    for (let n = 0; n < 10; n++) await opened.append('pushes', [wide(n, 2000)], patience());
    await opened.close();
    const { segments } = await readJournalStatus(folder.options());
    expect(segments.map(({ entries, state, waiting }) => [entries, state, waiting])).toEqual(
      Array.from({ length: 5 }, () => [2, 'ended', 2]),
    );
    await folder.replay();
    expect(folder.sunkNumbers()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(folder.files('.segment')).toEqual([]);
  });

  it('is full at its limit, tells so, and takes pushes again when there is room', async () => {
    const opened = open({ maxBytes: 100_000 });
    let stored = 0;
    const fill = async () => {
      for (; ; stored++) await opened.append('pushes', [wide(stored, 5000)], patience());
    };
    await expect(fill()).rejects.toThrow(UnavailableError);
    await expect(fill()).rejects.toThrow(/is full \(journal\.max_bytes: 100000\)/);
    expect(stored).toBeGreaterThan(10);
    await folder.replay();
    expect(folder.sunkNumbers()).toHaveLength(stored);
    const taken = await within(PATIENCE_MS, () =>
      opened.append('pushes', [rowOf(stored)], patience()).then(
        () => true,
        () => undefined,
      ),
    );
    expect(taken).toBe(true);
  });

  it('refuses for good what never fits', async () => {
    const opened = open({ maxBytes: 10_000 });
    await expect(opened.append('pushes', [wide(1, 20_000)], patience())).rejects.toThrow(
      PayloadTooLargeError,
    );
    await opened.append('pushes', [wide(2, 100)], patience());
  });

  it('takes nothing after the deadline, and nothing when it is closed', async () => {
    const opened = open();
    const late = opened.append('pushes', [rowOf(1)], Deadline.after(0));
    await expect(late).rejects.toThrow(UnavailableError);
    await opened.close();
    await expect(opened.append('pushes', [rowOf(2)], patience())).rejects.toThrow('The server is stopping');
  });

  it('acknowledges nothing into a file that was removed, and goes on in a new one', async () => {
    const opened = open();
    await opened.append('pushes', [rowOf(1)], patience());
    rmSync(folder.directory, { recursive: true });
    await expect(opened.append('pushes', [rowOf(2)], patience())).rejects.toThrow(/was removed/);
    await opened.append('pushes', [rowOf(3)], patience());
    await opened.close();
    await folder.replay();
    expect(folder.sunkNumbers()).toEqual([3]);
  });

  it('says where it cannot be written, and works when that is mended', async () => {
    writeFileSync(folder.directory, 'a file where the directory should be');
    const opened = open();
    const append = () => opened.append('pushes', [rowOf(1)], patience());
    await expect(append()).rejects.toThrow(UnavailableError);
    await expect(append()).rejects.toThrow(
      new RegExp(`The journal in ${folder.directory} cannot be written`),
    );
    rmSync(folder.directory);
    await append();
  });
});

describe('a journal on a disk that is full', () => {
  let modules: CompiledModules;
  beforeAll(async () => {
    modules = await CompiledModules.compile([PROCESS]);
  });
  afterAll(() => modules.remove());

  interface Said {
    readonly acknowledged: readonly number[];
    readonly failures: readonly string[];
  }

  /** Appends until 12 have failed. `prefix`: of the command line. */
  async function appendUntilFull(prefix: string, segmentBytes: number): Promise<Said> {
    const script = `${prefix} exec "$0" "$1" append "$2" 1 ${segmentBytes} | awk '{ print } /failed/ && ++n >= 12 { exit }'`;
    const { stdout } = await promisify(execFile)(
      'sh',
      ['-c', script, process.execPath, modules.pathOf(PROCESS), folder.path],
      { maxBuffer: 64 * 1024 * 1024 },
    );
    const lines = stdout.split('\n').slice(0, -1);
    return {
      acknowledged: lines.filter((line) => /^\d+$/.test(line)).map(Number),
      failures: lines.filter((line) => line.startsWith('failed')),
    };
  }

  /** Whether all that was acknowledged is stored, each once. */
  async function allStored({ acknowledged, failures }: Said, failure: RegExp): Promise<boolean> {
    expect(failures.length).toBeGreaterThan(0);
    for (const line of failures) expect(line).toMatch(failure);
    expect(acknowledged.length).toBeGreaterThan(10);
    await folder.replay();
    const sunk = folder.sunkNumbers();
    return acknowledged.every((number) => sunk.includes(number)) && new Set(sunk).size === sunk.length;
  }

  it('abandons a segment that can grow no more, and goes on in the next one', async () => {
    // Files of at most 16 blocks of 512 bytes: every segment fails in the middle of a frame.
    const said = await appendUntilFull('ulimit -f 16;', 1_000_000);
    expect(await allStored(said, /UnavailableError: The journal in .* cannot be written: EFBIG/)).toBe(true);
    expect(Math.max(...said.acknowledged)).toBeGreaterThan(30);
  });

  const canMount = spawnSync('sh', ['-c', 'test "$(id -u)" = 0 && unshare -m true']).status === 0;

  describe.skipIf(!canMount)('of its own', () => {
    let disk: string;
    beforeEach(() => {
      disk = folder.directory;
      mkdirSync(disk, { mode: 0o700 });
      spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=128k', 'tmpfs', disk]);
    });
    afterEach(() => spawnSync('umount', ['-l', disk]));

    it('acknowledges nothing when there is no space, and all that it acknowledged is stored', async () => {
      const said = await appendUntilFull('', 16_384);
      // Room for what the tailer writes itself.
      spawnSync('mount', ['-o', 'remount,size=1m', disk]);
      expect(await allStored(said, /UnavailableError: The journal in .* cannot be written: ENOSPC/)).toBe(
        true,
      );
    });

    it('acknowledges nothing in a directory that may only be read', async () => {
      await open().append('pushes', [rowOf(1)], patience());
      await journal?.close();
      spawnSync('mount', ['-o', 'remount,ro', disk]);
      await expect(open().append('pushes', [rowOf(2)], patience())).rejects.toThrow(
        /cannot be written: EROFS/,
      );
      await expect(folder.tailer()).rejects.toThrow(UnavailableError);
      spawnSync('mount', ['-o', 'remount,rw', disk]);
      await folder.replay();
      expect(folder.sunkNumbers()).toEqual([1]);
      expect(folder.observer.warnings).toEqual([expect.stringMatching(/lies on tmpfs/)]);
    });
  });

  it.skipIf(process.getuid?.() === 0)('acknowledges nothing in a directory of somebody else', async () => {
    mkdirSync(folder.directory);
    chmodSync(folder.directory, 0o500);
    await expect(open().append('pushes', [rowOf(2)], patience())).rejects.toThrow(
      /cannot be written: EACCES/,
    );
  });
});
