import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CorruptDataError } from '../../../common/errors/errors.js';
import { DropJournal } from './drop-journal.js';

const TABLES = [
  { project: 'shop', viewName: 'stats', version: 0, joinKeys: ['driver_id'], features: ['trips'] },
  { project: 'shop', viewName: 'stats', version: 2, joinKeys: ['driver_id'], features: ['trips', 'more'] },
];
let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'salver-journal-'));
  path = join(directory, 'registry.db');
});

afterEach(() => rmSync(directory, { recursive: true }));

describe('a note of what is to be dropped', () => {
  it('is read by the next one of the project, until it is cleared', async () => {
    const journal = new DropJournal(path, 'shop', '/store.db');
    expect(await journal.read()).toEqual([]);
    await journal.write(TABLES);
    expect(await new DropJournal(path, 'shop', '/store.db').read()).toEqual(TABLES);
    await journal.clear();
    expect(await journal.read()).toEqual([]);
    expect(readdirSync(directory)).toEqual([]);
  });

  it('is not for another project, and not for another store', async () => {
    await new DropJournal(path, 'shop', '/store.db').write(TABLES);
    expect(await new DropJournal(path, 'shop_two', '/store.db').read()).toEqual([]);
    expect(await new DropJournal(path, 'shop', '/copied/store.db').read()).toEqual([]);
  });

  it.each([
    '',
    '{"format":1,"store":"/store.db","tab',
    '{"format":2,"store":"/store.db","tables":[]}',
    '{"format":1,"store":"/store.db","tables":[{"project":"other","viewName":"stats","version":0}]}',
    '{"format":1,"store":"/store.db","tables":[{"project":"shop","viewName":7,"version":0}]}',
    '{"format":1,"store":"/store.db","tables":[{"project":"shop","viewName":"stats","version":0}]}',
    '{"format":1,"store":"/store.db","tables":[null]}',
    'null',
  ])('is told when it is damaged: %s', async (text) => {
    writeFileSync(`${path}.shop.dropping.json`, text);
    const read = new DropJournal(path, 'shop', '/store.db').read();
    await expect(read).rejects.toThrow(CorruptDataError);
    await expect(read).rejects.toThrow(/is damaged: remove it to go on/);
  });
});
