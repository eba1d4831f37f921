import { readdirSync, readFileSync } from 'node:fs';

/**
 * Processor time that the threads of a process group have used so far, those that have ended left out: to the nanosecond,
 * so that rounds of some ten milliseconds can be compared. Linux only.
 */
export function threadMicroseconds(group: number): number {
  let nanoseconds = 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    if (groupOf(pid) !== group) continue;
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      // Time on a processor, time of waiting for one, turns.
      const [used] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ');
      nanoseconds += Number(used);
    }
  }
  return nanoseconds / 1000;
}

function groupOf(pid: string): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Behind the name, which may hold blanks: state, parent, group.
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]);
  } catch {
    // It has ended since the folder was listed.
    return Number.NaN;
  }
}
