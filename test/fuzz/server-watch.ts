import { readFileSync } from 'node:fs';

import { childrenOf, workersOf as workersOfPrimary } from '../support/salver-process.ts';

/** Process ids of the workers of a server, given that of its launcher. */
export function workersOf(launcher: number): readonly number[] {
  return childrenOf(launcher).flatMap(workersOfPrimary);
}

/** Memory that the processes hold together. */
export function residentMegabytes(pids: readonly number[]): number {
  const kilobytes = pids.map((pid) =>
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0),
  );
  return Math.round(kilobytes.reduce((sum, each) => sum + each, 0) / 1024);
}
