import { spawnSync } from 'node:child_process';
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JournalFolder, rowOf } from '../../../test/support/journal-folder.js';
import { SeededRandom } from '../../../test/support/random.js';
import { encodePushRecord } from './push-record.codec.js';
import { encodeFrame, encodeSegmentHeader, segmentSeed } from './segment.codec.js';

const FRAMES = 3;
const deadPid = spawnSync('true').pid;

interface MadeSegment {
  readonly bytes: Buffer;
  /** Where the header ends, and each frame. */
  readonly ends: readonly number[];
}

/** As a process writes it that dies afterwards. The second frame holds two appends. */
function makeSegment(segment: string): MadeSegment {
  const header = encodeSegmentHeader({
    segment,
    project: 'p',
    repository: '..',
    process: { pid: deadPid, startedAt: null },
    createdAtMs: 1_795_600_000_000,
  });
  const parts = [header];
  let number = 1;
  for (let frame = 1; frame <= FRAMES; frame++) {
    const appends = frame === 2 ? [rowOf(frame), rowOf(frame)] : [rowOf(frame)];
    const payload = encodePushRecord({ pushSource: 's', receivedAtMs: 1_795_600_000_000 + frame, appends });
    parts.push(encodeFrame(number, appends.length, payload, segmentSeed(segment)));
    number += appends.length;
  }
  const ends = parts.map((_, at) => parts.slice(0, at + 1).reduce((sum, { length }) => sum + length, 0));
  return { bytes: Buffer.concat(parts), ends };
}

/** The numbers of the entries of the first frames. */
const ENTRIES = [[], [1], [1, 2, 3], [1, 2, 3, 4]] as const;

let folder: JournalFolder;
beforeEach(() => {
  folder = new JournalFolder();
  mkdirSync(folder.directory);
});
afterEach(() => folder.remove());

/** One segment for each of `damages`, brought into the store together. Answers what came of each, in its order. */
async function replayAll(damages: readonly ((made: MadeSegment) => Buffer)[]): Promise<number[][]> {
  const nameOf = (at: number) => `seg-${String(at).padStart(6, '0')}`;
  damages.forEach((damage, at) => {
    const path = join(folder.directory, `${nameOf(at)}.segment`);
    writeFileSync(path, damage(makeSegment(nameOf(at))));
    // Old enough to be no file that is being made.
    utimesSync(path, 1000, 1000);
  });
  await folder.replay();
  const numbers = new Map<string, number[]>();
  for (const { id } of folder.sunk()) {
    const [segment = '', number] = id.split('/');
    numbers.set(segment, [...(numbers.get(segment) ?? []), Number(number)]);
  }
  return damages.map((_, at) => numbers.get(nameOf(at)) ?? []);
}

const whole = makeSegment('seg-000000');
const offsets = Array.from({ length: whole.bytes.length }, (_, at) => at);
const framesBefore = (offset: number) => Math.max(0, whole.ends.filter((end) => end <= offset).length - 1);

describe('a segment whose writer died', () => {
  it('is replayed up to the last whole frame, wherever it is cut off, and removed', async () => {
    const replayed = await replayAll(
      offsets.map(
        (offset) =>
          ({ bytes }) =>
            bytes.subarray(0, offset),
      ),
    );
    expect(replayed).toEqual(offsets.map((offset) => ENTRIES[framesBefore(offset)]));
    expect(folder.files('.segment')).toEqual([]);
    expect(folder.files('.damaged')).toEqual([]);
    expect(folder.observer.warnings).toEqual([]);
  });

  it('is replayed up to the last whole frame when zeros or other bytes follow', async () => {
    const tails = [Buffer.alloc(1), Buffer.alloc(16), Buffer.alloc(5000), Buffer.alloc(300, 0xff)];
    const replayed = await replayAll(
      tails.map(
        (tail) =>
          ({ bytes }) =>
            Buffer.concat([bytes, tail]),
      ),
    );
    expect(replayed).toEqual(tails.map(() => ENTRIES[FRAMES]));
    expect(folder.files('.segment')).toEqual([]);
  });

  it('is replayed up to a flipped bit, and kept when something whole is behind it', async () => {
    const random = new SeededRandom(6);
    const bits = offsets.map((offset) => ({ offset, bit: random.integer(0, 7) }));
    const replayed = await replayAll(
      bits.map(({ offset, bit }) => ({ bytes }) => {
        bytes.writeUInt8(bytes.readUInt8(offset) ^ (1 << bit), offset);
        return bytes;
      }),
    );
    expect(replayed).toEqual(bits.map(({ offset }) => ENTRIES[framesBefore(offset)]));
    const lastFrameAt = whole.ends[FRAMES - 1] as number;
    // A flipped bit of the format number spoils the checksum, too.
    expect(folder.files('.damaged')).toHaveLength(bits.filter(({ offset }) => offset < lastFrameAt).length);
    expect(folder.files('.segment')).toEqual([]);
  });

  it('takes no frame of another segment for its own, nor one twice', async () => {
    const replayed = await replayAll([
      ({ bytes, ends }) => Buffer.concat([bytes, bytes.subarray(ends[FRAMES - 1])]),
      ({ bytes, ends }) =>
        Buffer.concat([bytes.subarray(0, ends[1]), whole.bytes.subarray(ends[1], ends[2])]),
    ]);
    expect(replayed).toEqual([ENTRIES[FRAMES], ENTRIES[1]]);
  });
});
