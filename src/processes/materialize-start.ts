import type { CommandCall, CommandOptions } from '../command.js';
import type { RequestedRange } from '../modules/materialization/materialization-request.js';
import { MaterializerStart } from './materializer-start.js';

export const MATERIALIZE_OPTIONS = {
  views: {
    type: 'string',
    short: 'v',
    multiple: true,
    value: 'NAME',
    help: 'Feature view to load; may be repeated (all that are served online)',
  },
  version: {
    type: 'string',
    value: 'vN',
    help: 'Load this version of the one view that --views names (latest)',
  },
  output: { type: 'string', choices: ['text', 'json'], help: 'For a person, or for a program (text)' },
} as const satisfies CommandOptions;

export type MaterializeCall = Pick<CommandCall<typeof MATERIALIZE_OPTIONS>, 'options' | 'globals'>;

/**
 * Starts the process of the job, and plans meanwhile: both take some tenths of a second, most of it to load programs.
 * Resolves with the exit code.
 */
export async function startMaterialize(range: RequestedRange, call: MaterializeCall): Promise<number> {
  const start = new MaterializerStart();
  try {
    const { runMaterialize } = await import('./materialize-run.js');
    return await runMaterialize(range, call, start);
  } finally {
    // Nothing to do after the end of a job.
    start.discard();
  }
}
