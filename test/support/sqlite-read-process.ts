import { Deadline } from '../../src/common/model/deadline.js';
import { SqliteOnlineStore } from '../../src/modules/online-store/sqlite/sqlite-online-store.js';

// Prints the event time in microseconds of one row: node sqlite-read-process.js PATH PROJECT VIEW KEY_HEX
const [path = '', project = '', viewName = '', keyHex = ''] = process.argv.slice(2);
const store = new SqliteOnlineStore({ path });
await store.read(
  { project, views: [{ viewName, version: 0, features: [] }] },
  [[Buffer.from(keyHex, 'hex')]],
  {
    begin: () => {},
    row: (_view, _row, eventTimeMicros) => void process.stdout.write(String(eventTimeMicros)),
    cell: () => {},
  },
  Deadline.after(10_000),
);
await store.close();
