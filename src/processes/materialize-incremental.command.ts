import { defineCommand } from '../command.js';
import { parseJobTime } from '../modules/materialization/job-time.js';
import { MATERIALIZE_OPTIONS, startMaterialize } from './materialize-start.js';

export const materializeIncrementalCommand = defineCommand({
  description:
    'Load rows into the online store, of each view from where it was loaded to before (at first: as old as its TTL,\n' +
    'or 52 weeks) to END_TS. A view that was loaded beyond END_TS is left as it is.',
  arguments: [{ name: 'END_TS', help: 'As in 2026-01-31T10:30:00; UTC without a zone' }],
  options: MATERIALIZE_OPTIONS,
  run: (call) =>
    startMaterialize({ kind: 'incremental', endMicros: parseJobTime(call.arguments[0] as string) }, call),
});
