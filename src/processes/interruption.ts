import { constants } from 'node:os';

/** Ctrl-C reaches the launcher and this process both, and the launcher passes it on: within this time it is one. */
const SAME_SIGNAL_MS = 500;
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

export interface Interruption {
  readonly signal: (typeof SIGNALS)[number];
  /** What a shell expects of a process that ended by the signal. */
  readonly exitCode: number;
}

export interface InterruptionHandlers {
  first(interruption: Interruption): void;
  second(interruption: Interruption): void;
}

/** Waits for work while signals are handled, instead of ending the process; the end of the launcher counts as SIGTERM. */
export async function interruptible<T>(
  work: Promise<T>,
  handlers: InterruptionHandlers,
): Promise<{ readonly result: T; readonly interruption: Interruption | undefined }> {
  let interruption: Interruption | undefined;
  let lastMs = Number.NEGATIVE_INFINITY;
  const interrupt = (signal: Interruption['signal']): void => {
    const sinceLastMs = performance.now() - lastMs;
    lastMs = performance.now();
    if (interruption === undefined) {
      interruption = { signal, exitCode: 128 + constants.signals[signal] };
      handlers.first(interruption);
    } else if (sinceLastMs >= SAME_SIGNAL_MS) handlers.second(interruption);
  };
  const orphaned = (): void => interrupt('SIGTERM');
  for (const signal of SIGNALS) process.on(signal, interrupt);
  process.on('disconnect', orphaned);
  try {
    return { result: await work, interruption };
  } finally {
    for (const signal of SIGNALS) process.off(signal, interrupt);
    process.off('disconnect', orphaned);
  }
}
