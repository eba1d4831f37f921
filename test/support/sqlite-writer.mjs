// Another process that writes to an online store file:
//   node sqlite-writer.mjs lock PATH MS       holds an exclusive lock so long; says "locked", then "released"
//   node sqlite-writer.mjs spill PATH TABLE   writes new values over all rows and does not commit; says "spilled"
//   node sqlite-writer.mjs stream PATH TABLES transaction after transaction, each writes one number to all cells
//                                             of all tables (named with commas between); says "streaming"
import { DatabaseSync } from 'node:sqlite';

const [, , role, path, argument] = process.argv;
const database = new DatabaseSync(path, { timeout: 5000 });
const say = (word) => process.stdout.write(`${word}\n`);
const quote = (name) => `"${name.replaceAll('"', '""')}"`;

function lock() {
  database.exec('BEGIN EXCLUSIVE');
  say('locked');
  setTimeout(() => {
    database.exec('COMMIT');
    say('released');
  }, Number(argument));
}

function spill() {
  // With so few pages in memory, SQLite has to write changed ones to the file before the commit.
  database.exec('PRAGMA cache_size=2; BEGIN');
  database.exec(`UPDATE ${quote(argument)} SET value = x'20637265', event_ts = event_ts + 1`);
  say('spilled');
  setInterval(() => {}, 1000);
}

function stream() {
  const updates = argument
    .split(',')
    .map((table) => database.prepare(`UPDATE ${quote(table)} SET value = ?, event_ts = ?`));
  let number = 0;
  const transaction = () => {
    number++;
    const value = Buffer.from([
      0x20,
      0x80 | (number & 0x7f),
      0x80 | ((number >> 7) & 0x7f),
      (number >> 14) & 0x7f,
    ]);
    database.exec('BEGIN IMMEDIATE');
    for (const update of updates) update.run(value, 1_772_359_200 + number);
    database.exec('COMMIT');
    if (number === 1) say('streaming');
    setImmediate(transaction);
  };
  transaction();
}

({ lock, spill, stream })[role]();
