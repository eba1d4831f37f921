/** Ctrl-C at a terminal: what is under way may finish, idle connections may not hold the process. */
const INTERRUPT_GRACE_MS = 1500;
/** Ctrl-C reaches the launcher and this process both, and the launcher passes it on: within this time it is one. */
const SAME_SIGNAL_MS = 500;

export interface SignalEvents {
  /** To end within `graceMs`; at once when it was told before. */
  readonly onStop: (graceMs: number) => void;
  readonly onReload: () => void;
}

/** Listens to what a person, an init system or the launcher tells the process. `graceMs`: that of an orderly end. */
export function listenToSignals(graceMs: number, { onStop, onReload }: SignalEvents): void {
  const interruptMs = Math.min(graceMs, INTERRUPT_GRACE_MS);
  const isNewStop = newSignals();
  const isNewReload = newSignals();
  const stop = (limitMs: number): void => {
    if (isNewStop()) onStop(limitMs);
  };
  process.on('SIGTERM', () => stop(graceMs));
  process.on('SIGINT', () => stop(interruptMs));
  // The launcher that started this process holds the other end of the channel: without it nobody could stop us.
  process.on('disconnect', () => stop(interruptMs));
  process.on('SIGHUP', () => {
    if (isNewReload()) onReload();
  });
}

/** Whether a signal is another one than the last that was. */
function newSignals(): () => boolean {
  let lastAtMs = Number.NEGATIVE_INFINITY;
  return () => {
    const nowMs = performance.now();
    if (nowMs - lastAtMs < SAME_SIGNAL_MS) return false;
    lastAtMs = nowMs;
    return true;
  };
}
