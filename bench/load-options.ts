import { parseArgs } from 'node:util';

import type { StoreName } from './bench-folder.ts';
import { countOption, storesOption } from './bench-options.ts';

/** The servers that are measured in turn. */
export type ServerName = 'feast' | 'salver';

/** What a benchmark of requests of some shapes, against Feast, is told. */
export interface LoadOptions<S> {
  readonly stores: readonly StoreName[];
  readonly seconds: number;
  readonly rounds: number;
  readonly connections: number;
  readonly shapes: readonly S[];
  readonly servers: readonly ServerName[];
  readonly json: boolean;
}

/** The lines of a usage text for them all. `shapes`: how one is named. */
export function loadUsage(shapes: string): string {
  return `  --store STORE       sqlite, redis (needs redis-server), or both, one after the other (sqlite)
  --quick             rounds of one second
  --seconds N         length of a round (4)
  --rounds N          rounds per server and shape (3)
  --connections N     connections of the load generator (8)
  --shape NAME        only this shape, ${shapes}; may be repeated
  --only SERVER       only salver or only feast
  --json              print JSON in place of the table
`;
}

const SERVERS: readonly ServerName[] = ['feast', 'salver'];

/** Errors: an Error that says which option is wrong. */
export function parseLoadOptions<S extends { readonly name: string }>(
  args: readonly string[],
  shapes: readonly S[],
): LoadOptions<S> | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      store: { type: 'string', default: 'sqlite' },
      quick: { type: 'boolean', default: false },
      seconds: { type: 'string' },
      rounds: { type: 'string', default: '3' },
      connections: { type: 'string', default: '8' },
      shape: { type: 'string', multiple: true, default: [] },
      only: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  return {
    stores: storesOption(values.store),
    seconds: countOption('seconds', values.seconds ?? (values.quick ? '1' : '4')),
    rounds: countOption('rounds', values.rounds),
    connections: countOption('connections', values.connections),
    shapes: values.shape.length === 0 ? shapes : values.shape.map((name) => shapeOf(name, shapes)),
    servers: values.only === undefined ? SERVERS : [serverOf(values.only)],
    json: values.json,
  };
}

/** By its name, or the first word of it. */
function shapeOf<S extends { readonly name: string }>(name: string, shapes: readonly S[]): S {
  const shape = shapes.find((each) => each.name === name || each.name.startsWith(`${name} `));
  if (shape === undefined) throw new Error(`--shape is one of ${shapes.map((each) => each.name).join(', ')}`);
  return shape;
}

/** Also for a benchmark with other options. Errors: an Error that lists the names. */
export function serverOf(name: string): ServerName {
  const server = SERVERS.find((each) => each === name);
  if (server === undefined) throw new Error(`--only is one of ${SERVERS.join(', ')}`);
  return server;
}
