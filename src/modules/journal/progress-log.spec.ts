import { appendFileSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JournalFolder } from '../../../test/support/journal-folder.js';
import { ProgressLog } from './progress-log.js';

let folder: JournalFolder;
let path: string;
beforeEach(() => {
  folder = new JournalFolder();
  mkdirSync(folder.directory);
  path = join(folder.directory, 'progress.log');
});
afterEach(() => folder.remove());

const read = () => ProgressLog.read(folder.directory);

describe('ProgressLog', () => {
  it('knows what was recorded, in any order, when it is read again', async () => {
    const log = await read();
    await log.record(new Map([['a', [1, 2, 5]]]));
    await log.record(
      new Map([
        ['b', [7]],
        ['a', [4, 3]],
      ]),
    );
    for (const known of [log, await read()]) {
      expect([1, 2, 3, 4, 5, 6].map((number) => known.isDone('a', number))).toEqual([
        true,
        true,
        true,
        true,
        true,
        false,
      ]);
      expect(known.countDone('a', 10)).toBe(5);
      expect(known.countDone('b', 6)).toBe(0);
      expect(known.isDone('c', 1)).toBe(false);
    }
  });

  it('takes the lines before the one that is cut off or changed, at every byte', async () => {
    const log = await read();
    await log.record(new Map([['a', [1]]]));
    await log.record(new Map([['a', [2]]]));
    const whole = readFileSync(path);
    const first = whole.indexOf('\n') + 1;
    for (let at = 0; at < whole.length; at++) {
      writeFileSync(path, whole.subarray(0, at));
      expect((await read()).countDone('a', 9)).toBe(at < first ? 0 : 1);
      const changed = Buffer.from(whole);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      writeFileSync(path, changed);
      expect((await read()).countDone('a', 9)).toBe(at < first ? 0 : 1);
    }
  });

  it('is written anew after a failure, and forgets segments that are gone', async () => {
    const log = await read();
    await log.record(
      new Map([
        ['a', [1]],
        ['gone', [1]],
      ]),
    );
    rmSync(path);
    mkdirSync(path);
    await expect(log.record(new Map([['a', [2]]]))).rejects.toThrow(/EISDIR/);
    rmSync(path, { recursive: true });
    log.forget('gone');
    await log.record(new Map([['a', [3]]]));
    const again = await read();
    expect([1, 2, 3].map((number) => again.isDone('a', number))).toEqual([true, false, true]);
    expect(again.isDone('gone', 1)).toBe(false);
  });

  it('goes on behind a torn line only after it was written anew', async () => {
    await (await read()).record(new Map([['a', [1]]]));
    appendFileSync(path, 'torn');
    const log = await read();
    await log.keepOnly(new Set(['a']));
    await log.record(new Map([['a', [2]]]));
    expect((await read()).countDone('a', 9)).toBe(2);
    truncateSync(path, 0);
    expect((await read()).countDone('a', 9)).toBe(0);
  });
});
