import { parseArgs } from 'node:util';

import type { StoreName } from '../bench-folder.ts';
import { countOption, storesOption } from '../bench-options.ts';
import { type ServerName as ProgramName, serverOf as programOf } from '../load-options.ts';

export type { ProgramName };

export const USAGE = `Measures the loading of a parquet file into the online store, against Feast: by commands or through the servers.

  npm run bench -- materialize [options]

  --through WHAT  command: whole commands; server: POST /materialize, without the start of the server (command)
  --store STORE   sqlite, redis (needs redis-server), or both, one after the other (sqlite)
  --rows N        rows of the file (1000000)
  --entities N    distinct entities in it, which is how many rows are stored (100000)
  --rounds N      runs of each command, in turn (3)
  --only NAME     only salver or only feast
  --json          print JSON in place of the table
`;

/** What is asked to load the file. */
export type Through = 'command' | 'server';

export interface MaterializeOptions {
  readonly stores: readonly StoreName[];
  readonly rows: number;
  readonly entities: number;
  readonly rounds: number;
  readonly programs: readonly ProgramName[];
  readonly through: Through;
  readonly json: boolean;
}

const PROGRAMS: readonly ProgramName[] = ['feast', 'salver'];
const MOST_ROWS = 100_000_000;

/** Errors: an Error that says which option is wrong. */
export function parseOptions(args: readonly string[]): MaterializeOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      store: { type: 'string', default: 'sqlite' },
      rows: { type: 'string', default: '1000000' },
      entities: { type: 'string', default: '100000' },
      rounds: { type: 'string', default: '3' },
      only: { type: 'string' },
      through: { type: 'string', default: 'command' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  return {
    stores: storesOption(values.store),
    rows: countOption('rows', values.rows, MOST_ROWS),
    entities: countOption('entities', values.entities, MOST_ROWS),
    rounds: countOption('rounds', values.rounds),
    programs: values.only === undefined ? PROGRAMS : [programOf(values.only)],
    json: values.json,
    through: throughOf(values.through),
  };
}

function throughOf(name: string): Through {
  if (name !== 'command' && name !== 'server') throw new Error('--through is one of command, server');
  return name;
}
