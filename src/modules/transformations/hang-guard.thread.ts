import { Session } from 'node:inspector';
import { parentPort, workerData } from 'node:worker_threads';
import { CUT, type FromGuard, type GuardTask, IDLE, SHARED } from './hang-guard.js';

const { shared, functionMs, silenceMs } = workerData as GuardTask;
const SHORTEST_LOOK_MS = 20;
const LONGEST_LOOK_MS = 250;
const lookMs = Math.min(LONGEST_LOOK_MS, Math.max(SHORTEST_LOOK_MS, Math.min(functionMs, silenceMs) / 20));

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

const turn = new Standstill(SHARED.TURN);
const beats = new Standstill(SHARED.BEATS);
let lookedAtMs = performance.now();

let isOver = false;

/** Also what keeps the thread alive until V8 has answered. */
const looking = setInterval(() => {
  if (isOver) return;
  const nowMs = performance.now();
  const passedMs = Math.min(nowMs - lookedAtMs, 2 * lookMs);
  lookedAtMs = nowMs;
  const running = turn.look(passedMs);
  const isSilent = beats.look(passedMs) > 0 && beats.ms >= silenceMs;
  if (running > IDLE && (isSilent || turn.ms >= functionMs)) {
    // One that has just ended is left alone.
    if (Atomics.compareExchange(shared, SHARED.TURN, running, CUT) === running) cutOff(turn.ms);
  } else if (isSilent) cutOff(beats.ms);
}, lookMs);

function cutOff(afterMs: number): void {
  isOver = true;
  try {
    const session = new Session();
    session.connectToMainThread();
    session.post('Runtime.terminateExecution', (error) => {
      // Otherwise the process would wait for a debugger at its end.
      session.disconnect();
      if (error) giveUp(error);
      else tell({ type: 'cut-off', afterMs });
    });
  } catch (error) {
    giveUp(error);
  }
}

function giveUp(error: unknown): void {
  Atomics.store(shared, SHARED.TURN, IDLE);
  tell({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
}

function tell(message: FromGuard): void {
  clearInterval(looking);
  parentPort?.postMessage(message);
}
