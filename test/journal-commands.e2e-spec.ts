import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commandConfiguration } from '../src/command-configuration.js';
import { Journal } from '../src/modules/journal/journal.js';
import { journalOptions } from '../src/modules/journal/journal-options.js';
import { startJournalTailer } from '../src/modules/journal/journal-start.js';
import { fileSource, HeardObserver, patience, PATIENCE_MS, rowOf } from './support/journal-folder.js';
import { JsonLinesSink } from './support/json-lines-sink.js';
import { type Ended, salver } from './support/salver-process.js';

const BATCHING =
  'feature_server:\n  offline_push_batching_enabled: true\n  offline_push_batching_batch_size: 100\n' +
  '  offline_push_batching_batch_interval_seconds: 600\n';

let repo: string;
let journal: Journal;
beforeEach(() => {
  repo = mkdtempSync(join(tmpdir(), 'salver-journal-e2e-'));
  writeFileSync(join(repo, 'feature_store.yaml'), `project: shop\nregistry: data/registry.db\n${BATCHING}`);
  journal = new Journal(journalOptions(configuration()));
});
afterEach(async () => {
  await journal.close();
  rmSync(repo, { recursive: true });
});

const configuration = () =>
  commandConfiguration({ chdir: repo, featureStoreYaml: undefined, logLevel: undefined });
const run = (...words: readonly string[]): Promise<Ended> => salver(['-c', repo, 'journal', ...words]);

async function runWell(...words: readonly string[]): Promise<string> {
  const { code, output } = await run(...words);
  expect({ code, output }).toMatchObject({ code: 0 });
  return output;
}

async function status(): Promise<Record<string, unknown>> {
  return JSON.parse(await runWell('status', '--output', 'json')) as Record<string, unknown>;
}

const startTailer = () =>
  startJournalTailer(configuration(), new JsonLinesSink(join(repo, 'sunk.jsonl')), new HeardObserver());

describe('salver journal', () => {
  it('shows what waits, who holds it, and that nothing is there', async () => {
    expect(await status()).toMatchObject({
      directory: join(repo, '.salver-journal', 'shop'),
      entries_waiting: 0,
      oldest_age_seconds: null,
      holder: null,
      segments: [],
    });
    const tailer = await startTailer();
    await journal.append('pushes', [rowOf(1), rowOf(1, fileSource('other'))], patience());
    expect(await status()).toMatchObject({
      entries_waiting: 2,
      oldest_age_seconds: expect.any(Number),
      holder: { pid: process.pid },
      dead_letters: 0,
      segments: [{ state: 'reading', pid: process.pid, entries: 2, waiting: 2 }],
    });
    expect(await runWell('status')).toMatch(/^entries_waiting: 2$/m);
    await journal.close();
    await tailer?.stop(PATIENCE_MS);
    expect(await status()).toMatchObject({ entries_waiting: 0, holder: null, segments: [] });
  });

  it('lists dead letters, shows them with all digits, queues them again and removes them', async () => {
    for (const n of [1, 2, 3]) {
      const row = rowOf(n, fileSource('trips'), { refuse: 12345678901234567890n });
      await journal.append('pushes', [row], patience());
    }
    await journal.close();
    await (await startTailer())?.stop(PATIENCE_MS);
    expect(await runWell('dead-letters')).toMatch(
      /^ID +PUSH_SOURCE .*\n\S+\/1 +pushes +trips +1 .*rows that are not taken/,
    );
    const listed = JSON.parse(await runWell('dead-letters', '--output', 'json')) as { id: string }[];
    const [first = { id: '' }] = listed;
    expect(listed).toHaveLength(3);
    expect(await runWell('dead-letters', first.id, '--show')).toMatch(
      /"refuse": \[12345678901234567890\]\}\}\n$/,
    );
    expect(await runWell('dead-letters', first.id, '--retry')).toBe('1 dead letter queued again.\n');
    expect(await status()).toMatchObject({ entries_waiting: 1, dead_letters: 2 });
    const asked = await run('dead-letters', '--all', '--discard');
    expect(asked).toMatchObject({
      code: 1,
      output: expect.stringContaining('Remove 2 dead letters for good?'),
    });
    expect(await runWell('dead-letters', '--all', '--discard', '-y')).toBe('2 dead letters removed.\n');
    expect(await runWell('dead-letters', '--all', '--discard', '-y')).toBe('There are no dead letters.\n');
  });

  it.each([
    { words: ['dead-letters', '--retry'], code: 2, said: '--retry needs an ID, or --all' },
    { words: ['dead-letters', 'x/1'], code: 2, said: 'Say what to do: --show, --retry or --discard' },
    {
      words: ['dead-letters', '--all', '--show', '--retry'],
      code: 2,
      said: '--show and --retry exclude each other',
    },
    { words: ['dead-letters', 'x/1', '--all', '--show'], code: 2, said: 'ID and --all exclude each other' },
    { words: ['dead-letters', 'x/1', '--show'], code: 1, said: 'There is no dead letter x/1' },
  ])('tells what is wrong with $words', async ({ words, code, said }) => {
    expect(await run(...words)).toMatchObject({ code, output: expect.stringContaining(said) });
  });
});
