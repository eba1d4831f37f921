import { parseArgs } from 'node:util';

export const USAGE = `Replays the recorded exchanges against Salver.

  node test/conformance/run.ts [options]

  --file NAME         only recordings whose file name holds NAME; may be repeated
  --only TEXT         only cases and scenarios whose name holds TEXT
  --base-url URL      replay against a server that runs already, on a fresh copy of the repo (with one --file)
  --server PATH       start this command in place of bin/salver; the real feast's takes the same options
  --no-policy         want the recorded answers, without Salver's deliberate differences
  --loose-numbers     1 and 1.0 are the same
  --fresh             also replay cases that need a new server each
  --no-twins          Python's on-demand views as they were recorded, not the same in TypeScript
  --all               everything that was replayed is required
  --verbose           list what differs and what was not run
`;

export interface RunOptions {
  readonly files: readonly string[];
  readonly only: string | undefined;
  readonly baseUrl: string | undefined;
  readonly server: string | undefined;
  readonly policy: boolean;
  readonly numbers: 'text' | 'value';
  readonly fresh: boolean;
  /** On-demand views in TypeScript take the place of Python's. */
  readonly twins: boolean;
  readonly all: boolean;
  readonly verbose: boolean;
  readonly help: boolean;
}

/** Errors: a TypeError for an option that does not exist, an Error for options that do not fit together. */
export function parseOptions(args: readonly string[]): RunOptions {
  const { values } = parseArgs({
    args: [...args],
    allowNegative: true,
    options: {
      file: { type: 'string', multiple: true, default: [] },
      only: { type: 'string' },
      'base-url': { type: 'string' },
      server: { type: 'string' },
      policy: { type: 'boolean', default: true },
      'loose-numbers': { type: 'boolean', default: false },
      fresh: { type: 'boolean', default: false },
      twins: { type: 'boolean', default: true },
      all: { type: 'boolean', default: false },
      verbose: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values['base-url'] !== undefined && values.file.length !== 1) {
    throw new Error('--base-url wants one --file: the server holds one repo');
  }
  const { file, 'base-url': baseUrl, 'loose-numbers': loose, only, server, ...flags } = values;
  // Feast runs its own Python.
  const twins = flags.twins && server === undefined && baseUrl === undefined;
  return { ...flags, twins, files: file, only, server, baseUrl, numbers: loose ? 'value' : 'text' };
}
