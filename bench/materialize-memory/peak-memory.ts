import { readFileSync } from 'node:fs';

const SAMPLE_MS = 20;
const KIB = 1024;
/** The entry of the process of a job. */
const JOB_ENTRY = 'materializer.main.js';

/** Watches the process of a job among the descendants of a process, for as long as it lives. */
export class PeakMemory {
  /** The most that was resident at any moment, as the system counts it. */
  peakBytes = 0;
  private jobPid: number | undefined;
  private readonly root: number;
  private readonly sampling: NodeJS.Timeout;

  constructor(root: number) {
    this.root = root;
    this.sampling = setInterval(() => this.look(), SAMPLE_MS);
  }

  stop(): void {
    clearInterval(this.sampling);
  }

  private look(): void {
    this.jobPid ??= descendants(this.root).find((pid) => procText(pid, 'cmdline').includes(JOB_ENTRY));
    if (this.jobPid === undefined) return;
    const peak = /^VmHWM:\s+(\d+) kB/m.exec(procText(this.jobPid, 'status'))?.[1];
    this.peakBytes = Math.max(this.peakBytes, Number(peak ?? 0) * KIB);
  }
}

function descendants(pid: number): number[] {
  const children = procText(pid, `task/${pid}/children`).split(' ').filter(Boolean).map(Number);
  return children.flatMap((child) => [child, ...descendants(child)]);
}

/** Empty for a process that has just ended. */
function procText(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
}
