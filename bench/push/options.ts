import { parseArgs } from 'node:util';

import type { StoreName } from '../bench-folder.ts';
import { countOption, storesOption } from '../bench-options.ts';
import { type Shape, SHAPES } from './shapes.ts';

export const USAGE = `Measures pushes to Salver against the real Feast server.

  npm run bench -- push [options]

  --store STORE       sqlite, redis (needs redis-server), or both, for pushes to the online store (sqlite)
  --seconds N         length of a round (4)
  --rounds N          rounds per server and shape (3)
  --connections N     connections of the load generator (8)
  --shape NAME        only this shape: ${SHAPES.map(({ name }) => name).join(', ')}; may be repeated
  --only SERVER       only salver or only feast
  --json              print JSON in place of the table
`;

export type ServerName = 'feast' | 'salver';

export interface PushOptions {
  readonly stores: readonly StoreName[];
  readonly seconds: number;
  readonly rounds: number;
  readonly connections: number;
  readonly shapes: readonly Shape[];
  readonly servers: readonly ServerName[];
  readonly json: boolean;
}

const SERVERS: readonly ServerName[] = ['feast', 'salver'];

/** Errors: an Error that says which option is wrong. */
export function parseOptions(args: readonly string[]): PushOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      store: { type: 'string', default: 'sqlite' },
      seconds: { type: 'string', default: '4' },
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
    seconds: countOption('seconds', values.seconds),
    rounds: countOption('rounds', values.rounds),
    connections: countOption('connections', values.connections),
    shapes: values.shape.length === 0 ? SHAPES : values.shape.map(shapeOf),
    servers: values.only === undefined ? SERVERS : [serverOf(values.only)],
    json: values.json,
  };
}

function shapeOf(name: string): Shape {
  const shape = SHAPES.find((each) => each.name === name);
  if (shape === undefined) throw new Error(`--shape is one of ${SHAPES.map((each) => each.name).join(', ')}`);
  return shape;
}

function serverOf(name: string): ServerName {
  const server = SERVERS.find((each) => each === name);
  if (server === undefined) throw new Error(`--only is one of ${SERVERS.join(', ')}`);
  return server;
}
