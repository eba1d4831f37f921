import { writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { CUT, GUARD, type GuardTask, IDLE, type ToGuard } from './hang-guard.js';
import { answerAll, type Guilty } from './last-answers.js';

const { shared, connections, functionMs, silenceMs } = workerData as GuardTask;
const SHORTEST_LOOK_MS = 20;
const LONGEST_LOOK_MS = 250;
const STANDARD_OUTPUT = 1;
/** As pino counts. */
const ERROR_LEVEL = 50;
const lookMs = Math.min(LONGEST_LOOK_MS, Math.max(SHORTEST_LOOK_MS, Math.min(functionMs, silenceMs) / 20));
const names = new Map<number, string>();

/** How long a word of the shared memory has not changed. A machine that was stopped meanwhile does not count. */
class Standstill {
  ms = 0;
  private value = 0;

  constructor(private readonly word: number) {}

  look(passedMs: number): number {
    const value = Atomics.load(shared, this.word);
    this.ms = value === this.value ? this.ms + passedMs : 0;
    this.value = value;
    return value;
  }
}

const turn = new Standstill(GUARD.TURN);
const beats = new Standstill(GUARD.BEATS);
let lookedAtMs = performance.now();

parentPort?.on('message', ({ view, name }: ToGuard) => names.set(view, name));
setInterval(() => {
  const nowMs = performance.now();
  const passedMs = Math.min(nowMs - lookedAtMs, 2 * lookMs);
  lookedAtMs = nowMs;
  const running = turn.look(passedMs);
  const isSilent = beats.look(passedMs) > 0 && beats.ms >= silenceMs;
  if (running > IDLE && (isSilent || turn.ms >= functionMs)) {
    const slot = Atomics.load(shared, GUARD.SLOT);
    const viewName = names.get(Atomics.load(shared, GUARD.VIEW)) ?? '';
    // One that has just ended is left alone.
    if (Atomics.compareExchange(shared, GUARD.TURN, running, CUT) === running) {
      end({ slot, viewName, afterMs: turn.ms });
    }
  } else if (isSilent) end(undefined);
}, lookMs);

/** Not a moment later: whatever stood still might go on. */
function end(guilty: Guilty | undefined): void {
  const answered = answerAll(connections, guilty);
  const msg = guilty
    ? 'the function of an on-demand feature view never ended: its process answers, and is replaced'
    : 'this process stood still: it answers, and is replaced';
  const { viewName: view, afterMs = beats.ms } = guilty ?? {};
  const line = { level: ERROR_LEVEL, time: Date.now(), pid: process.pid, context: 'HangGuard', view };
  try {
    writeSync(
      STANDARD_OUTPUT,
      `${JSON.stringify({ ...line, afterMs: Math.round(afterMs), answered, msg })}\n`,
    );
  } finally {
    process.kill(process.pid, 'SIGKILL');
  }
}
