import { readFileSync } from 'node:fs';
import type { ProcessMark } from './segment-header.js';

/** The mark of this process. */
export function ownProcessMark(): ProcessMark {
  return { pid: process.pid, startedAt: startOf(process.pid) ?? null };
}

/** Whether the process lives. In doubt it does. */
export function isProcessAlive({ pid, startedAt }: ProcessMark): boolean {
  const start = startOf(pid);
  if (start !== undefined && startedAt !== null) return start === startedAt;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** Field 22 of `/proc/PID/stat`: the fields after the name, which stands in brackets and may hold anything, begin with 3. */
function startOf(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    // A zombie holds nothing open any more.
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}
