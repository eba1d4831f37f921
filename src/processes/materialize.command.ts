import { type CommandCall, type CommandOptions, defineCommand, UsageError } from '../command.js';
import { parseJobTime } from '../modules/materialization/job-time.js';
import type { RequestedRange } from '../modules/materialization/materialization-request.js';
import { MATERIALIZE_OPTIONS, startMaterialize } from './materialize-start.js';

const OPTIONS = {
  ...MATERIALIZE_OPTIONS,
  'disable-event-timestamp': {
    type: 'boolean',
    help: 'Load everything from 1970 until now, without START_TS and END_TS; rows keep their event times',
  },
} as const satisfies CommandOptions;

export const materializeCommand = defineCommand({
  description:
    'Load the rows of a range of time, both ends included, from the offline store into the online store: of each\n' +
    'entity the newest. An older row never replaces a newer one.',
  arguments: [
    { name: 'START_TS', help: 'As in 2026-01-31T10:30:00; UTC without a zone', optional: true },
    { name: 'END_TS', help: 'The same', optional: true },
  ],
  options: OPTIONS,
  run: (call) => startMaterialize(requestedRange(call), call),
});

function requestedRange({ options, arguments: times }: CommandCall<typeof OPTIONS>): RequestedRange {
  const [start, end] = times;
  if (options['disable-event-timestamp']) {
    if (start === undefined) return { kind: 'everything' };
    throw new UsageError('Cannot specify START_TS or END_TS when --disable-event-timestamp is used');
  }
  if (start === undefined || end === undefined) {
    throw new UsageError('START_TS and END_TS are required unless --disable-event-timestamp is used');
  }
  return { kind: 'between', startMicros: parseJobTime(start), endMicros: parseJobTime(end) };
}
