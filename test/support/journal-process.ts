import { Deadline } from '../../src/common/model/deadline.js';
import { Journal } from '../../src/modules/journal/journal.js';
import { JournalFolder, rowOf } from './journal-folder.js';

/*
 * A process with a journal, in a folder as `JournalFolder` has it:
 *   append PATH FIRST BYTES   appends rows with the numbers from FIRST on, several at a time, to segments of so many
 *                             bytes; says each number when it is acknowledged, or `failed` and why
 *   tail PATH                 brings what is there into the store, until it is killed; says "ready"
 */

const PATIENCE_MS = 60_000;
const AT_A_TIME = 4;

const [verb, path = '', first, bytes] = process.argv.slice(2);
const folder = new JournalFolder(path);

async function appendOn(journal: Journal, next: () => number): Promise<void> {
  for (;;) {
    const number = next();
    const said = await journal.append('pushes', [rowOf(number)], Deadline.after(PATIENCE_MS)).then(
      () => String(number),
      (error: unknown) => `failed ${String(error)}`,
    );
    process.stdout.write(`${said}\n`);
  }
}

if (verb === 'append') {
  const journal = new Journal(folder.options({ segmentBytes: Number(bytes) }));
  let number = Number(first);
  await Promise.all(Array.from({ length: AT_A_TIME }, () => appendOn(journal, () => number++)));
} else {
  await folder.tailer({ batchSize: 20, interval: 1, timing: { lockWaitMs: PATIENCE_MS } });
  process.stdout.write('ready\n');
}
