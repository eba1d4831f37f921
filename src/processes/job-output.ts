import type { MaterializationEvent } from '../modules/materialization/materialization-job.js';
import type { PythonLog } from '../modules/transformations/python/python-launcher.js';

/** Of one job: whoever started it logs them with its id. */
const MOST_LINES = 1000;

/** Hands on the lines that Python prints, up to a limit. */
export function jobOutput(tell: (event: MaterializationEvent) => void, mostLines = MOST_LINES): PythonLog {
  let lines = 0;
  const say = (level: 'info' | 'warn', text: string): void => {
    lines += 1;
    if (lines <= mostLines) tell({ type: 'said', level, text });
    else if (lines === mostLines + 1) {
      const end = `python: it has printed ${mostLines} lines for this job; what it prints from now on is left out`;
      tell({ type: 'said', level: 'warn', text: end });
    }
  };
  return { info: (text) => say('info', text), warn: (text) => say('warn', text) };
}
