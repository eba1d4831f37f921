import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { patience, PATIENCE_MS, rowOf } from '../../test/support/journal-folder.js';
import { JsonLinesSink, readSunk } from '../../test/support/json-lines-sink.js';
import { within } from '../../test/support/salver-process.js';
import { WriterRepo } from '../../test/support/writer-repo.js';
import { Journal } from '../modules/journal/journal.js';
import { journalOptions } from '../modules/journal/journal-options.js';
import { MetricSet } from '../modules/metrics/metric-set.js';
import { JournalDuty } from './journal-duty.js';

const RETRY_MS = 20;

let repo: WriterRepo;
let sunkPath: string;
let duty: JournalDuty;

beforeEach(() => {
  repo = new WriterRepo();
  sunkPath = join(repo.folder, 'sunk.jsonl');
  const sink = new JsonLinesSink(sunkPath);
  duty = new JournalDuty(() => sink, RETRY_MS);
});
afterEach(async () => {
  await duty.onStop(PATIENCE_MS);
  repo.remove();
});

function start(): void {
  duty.start({
    configuration: repo.configuration(),
    metrics: new MetricSet([]),
    log: () => undefined,
    requests: { handle: () => undefined },
  });
}

async function push(): Promise<void> {
  const journal = new Journal(journalOptions(repo.configuration()));
  await journal.append('pushes', [rowOf(1)], patience());
  await journal.close();
}

const stored = (): Promise<boolean | undefined> =>
  within(PATIENCE_MS, () => readSunk(sunkPath).length === 1 || undefined);

describe('the journal, where pushes are not batched', () => {
  it('is worked off when something is left of a time when they were', async () => {
    await push();
    start();
    expect(await stored()).toBe(true);
  });

  it('is worked off when a worker with a former configuration still writes to it', async () => {
    start();
    await push();
    expect(await stored()).toBe(true);
  });
});
