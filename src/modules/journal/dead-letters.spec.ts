import { appendFileSync, copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileSource, JournalFolder, rowOf } from '../../../test/support/journal-folder.js';
import { JsonFloat } from '../../common/model/json-value.js';
import type { DeadLetter } from './dead-letter.codec.js';
import { finishRetries, retryDeadLetters } from './dead-letter-retry.js';
import { DeadLetters } from './dead-letters.js';

let folder: JournalFolder;
let letters: DeadLetters;
let file: string;
beforeEach(() => {
  folder = new JournalFolder();
  mkdirSync(folder.directory);
  letters = new DeadLetters(folder.directory);
  file = join(folder.directory, 'dead-letters.jsonl');
});
afterEach(() => folder.remove());

function letter(number: number): DeadLetter {
  return {
    id: `seg/${number}`,
    reason: 'über "das"\nEnde',
    receivedAt: '2026-11-25T10:00:00.000Z',
    refusedAt: '2026-11-25T11:00:00.000Z',
    pushSource: 'pushes',
    ...rowOf(number, fileSource('trips', { tags: new Map([['__proto__', 'x']]) }), {
      float: new JsonFloat(1),
      long: 123456789012345678901234567890n,
    }),
  };
}

async function all(): Promise<DeadLetter[]> {
  const found: DeadLetter[] = [];
  for await (const one of letters.read()) found.push(one);
  return found;
}

describe('dead letters', () => {
  it('come back as they were, each once, and nobody else may read them', async () => {
    await letters.add([letter(1), letter(2)]);
    await letters.add([letter(2), letter(3)]);
    expect(await all()).toEqual([letter(1), letter(2), letter(3)]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('are none when there is no file', async () => {
    expect(await all()).toEqual([]);
    expect(await letters.ids()).toEqual([]);
  });

  it('do not suffer from a line that a crash left unfinished', async () => {
    await letters.add([letter(1)]);
    const whole = readFileSync(file, 'utf8');
    appendFileSync(file, whole.slice(0, 100));
    expect(await all()).toEqual([letter(1)]);
    await letters.add([letter(2)]);
    expect(await all()).toEqual([letter(1), letter(2)]);
  });

  it('are taken out one by one', async () => {
    await letters.add([letter(1), letter(2), letter(3)]);
    await letters.remove(new Set(['seg/2', 'seg/9']));
    expect(await letters.ids()).toEqual(['seg/1', 'seg/3']);
  });
});

describe('a line that is no dead letter of this version', () => {
  it('stays when others are taken out', async () => {
    await letters.add([letter(1), letter(2)]);
    appendFileSync(file, '{"id": "seg/3", "written by": "a later version"}\n');
    await letters.remove(new Set(['seg/1']));
    expect(readFileSync(file, 'utf8')).toContain('a later version');
    expect(await letters.ids()).toEqual(['seg/2']);
  });
});

describe('a retry of dead letters', () => {
  it('puts them into a segment and takes them out', async () => {
    await letters.add([letter(1), letter(2), letter(3)]);
    expect(await retryDeadLetters(letters, new Set(['seg/1', 'seg/3']), folder.options())).toBe(2);
    expect(await letters.ids()).toEqual(['seg/2']);
    await folder.replay();
    expect(folder.sunkNumbers()).toEqual([1, 3]);
    expect(folder.sunk()[0]?.columns).toBe(
      '{"n": [1], "float": [1.0], "long": [123456789012345678901234567890]}',
    );
  });

  it('that was interrupted before they were taken out has not happened', async () => {
    await letters.add([letter(1)]);
    copyFileSync(file, `${file}.before`);
    await retryDeadLetters(letters, new Set(['seg/1']), folder.options());
    const [segment = ''] = folder.files('.segment');
    renameSync(
      join(folder.directory, segment),
      join(folder.directory, segment.replace('.segment', '.pending')),
    );
    renameSync(`${file}.before`, file);
    await finishRetries(letters, folder.directory);
    expect(await letters.ids()).toEqual(['seg/1']);
    expect([...folder.files('.segment'), ...folder.files('.pending')]).toEqual([]);
  });

  it('that was interrupted after they were taken out is finished at the next start', async () => {
    await letters.add([letter(1)]);
    await retryDeadLetters(letters, new Set(['seg/1']), folder.options());
    const [segment = ''] = folder.files('.segment');
    renameSync(
      join(folder.directory, segment),
      join(folder.directory, segment.replace('.segment', '.pending')),
    );
    await folder.replay();
    expect(folder.sunkNumbers()).toEqual([1]);
    expect(folder.files('.pending')).toEqual([]);
  });

  it('of a segment that was cut off has not happened', async () => {
    await letters.add([letter(1)]);
    rmSync(folder.directory, { recursive: true });
    mkdirSync(folder.directory);
    await letters.add([letter(1)]);
    appendFileSync(join(folder.directory, 'x.pending'), 'SLVR');
    await finishRetries(letters, folder.directory);
    expect(folder.files('.pending')).toEqual([]);
    expect(await letters.ids()).toEqual(['seg/1']);
  });
});
