import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fileSource, JournalFolder, patience, rowOf } from '../../../test/support/journal-folder.js';
import { JsonLinesSink, readSunk } from '../../../test/support/json-lines-sink.js';
import { commandConfiguration } from '../../command-configuration.js';
import { ConflictError, UnavailableError } from '../../common/errors/errors.js';
import { Journal } from './journal.js';
import { journalOptions } from './journal-options.js';
import { replayCommand } from './journal-replay.command.js';
import { startJournalTailer } from './journal-start.js';

let repo: string;
let sunkPath: string;
beforeEach(() => {
  repo = mkdtempSync(join(tmpdir(), 'salver-replay-'));
  sunkPath = join(repo, 'sunk.jsonl');
  writeFileSync(join(repo, 'feature_store.yaml'), 'project: shop\nregistry: data/registry.db\n');
});
afterEach(() => rmSync(repo, { recursive: true }));

const globals = () => ({ chdir: repo, featureStoreYaml: undefined, logLevel: undefined });
const configuration = () => commandConfiguration(globals());

async function queue(...appends: Parameters<typeof rowOf>[]): Promise<void> {
  const journal = new Journal(journalOptions(configuration()));
  for (const append of appends) await journal.append('pushes', [rowOf(...append)], patience());
  await journal.close();
}

async function replay(sink = new JsonLinesSink(sunkPath)): Promise<{ code: number; printed: string }> {
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  const error = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  try {
    const code = await replayCommand(() => sink).run({ options: {}, arguments: [], globals: globals() });
    const printed = [...log.mock.calls, ...error.mock.calls].flat().join('\n');
    return { code, printed };
  } finally {
    log.mockRestore();
    error.mockRestore();
  }
}

describe('salver journal replay', () => {
  it('brings what waits into the store, and says what was refused', async () => {
    await queue([1], [2, fileSource('trips'), { refuse: true }], [3]);
    const { code, printed } = await replay();
    expect(code).toBe(0);
    expect(printed).toContain('2 rows of 2 pushes stored, 1 refused (salver journal dead-letters).');
    expect(readSunk(sunkPath)).toHaveLength(2);
    expect(await replay()).toMatchObject({ code: 0, printed: '0 rows of 0 pushes stored.' });
  });

  it('ends with 1 when the store does not take all of it', async () => {
    await queue([1], [2, fileSource('other')]);
    const sink = new JsonLinesSink(sunkPath);
    sink.failure = (source) => (source.name === 'other' ? new UnavailableError('it is down') : undefined);
    const { code, printed } = await replay(sink);
    expect(code).toBe(1);
    expect(printed).toContain('1 rows of 1 pushes stored, 1 still waiting.');
    expect(printed).toContain('other: it is down');
  });

  it('refuses while a server has the journal', async () => {
    const folder = new JournalFolder();
    await queue([1]);
    const tailer = await startJournalTailer(configuration(), folder.sink, folder.observer);
    await expect(replay()).rejects.toThrow(ConflictError);
    await tailer?.stop(1000);
    expect(folder.sunk()).toHaveLength(1);
    folder.remove();
  });
});

describe('the start of a tailer', () => {
  it('is left out where pushes are not batched and none is left', async () => {
    const folder = new JournalFolder();
    expect(await startJournalTailer(configuration(), folder.sink, folder.observer)).toBeUndefined();
    folder.remove();
  });
});
