// Another process that adds rows to a source, entry by entry:
//   node offline-appender.mjs MODULE REPO URI FIRST LAST
// Entry N is one row with the id N. Says "N" when it is stored, and "refused" or "failed: …" when it is not.
import { writeSync } from 'node:fs';

const [, , module, repo, uri, first, last] = process.argv;
const { createOfflineStoreWriter } = await import(module);
const writer = createOfflineStoreWriter({ type: 'file' }, repo, { integerTimestamps: 'refuse' });
const source = { name: 'source', uri };

for (let number = Number(first); number <= Number(last); number++) {
  const columns = new Map([
    ['id', [number]],
    ['name', [`n${number}`]],
    ['list', [[number, null]]],
  ]);
  try {
    const refused = await writer.append(source, [
      { id: { segment: 's', number }, rows: { columns, rows: 1 } },
    ]);
    writeSync(1, refused.length === 0 ? `${number}\n` : 'refused\n');
  } catch (error) {
    writeSync(1, `failed: ${error.constructor.name}: ${error.message}\n`);
    process.exit(1);
  }
}
