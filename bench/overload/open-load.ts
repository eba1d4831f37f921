import { Agent, request } from 'node:http';

export interface OpenLoad {
  readonly url: string;
  readonly bodies: readonly string[];
  readonly perSecond: number;
  readonly seconds: number;
  readonly connections: number;
  /** An answer that comes later is of no use to anybody. */
  readonly usefulMs: number;
}

export interface OpenLoadResult {
  readonly sent: number;
  /** Answers of 200 in time, per second. */
  readonly goodPerSecond: number;
  readonly refused: number;
  readonly late: number;
  readonly failed: number;
  readonly unsent: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const TICK_MS = 5;

/**
 * Sends at a fixed rate, whatever the answers do, as many independent clients would: each gives up when its answer does
 * not come in time. A request that finds no free connection is not sent at all, and counts.
 */
export async function openLoad(load: OpenLoad): Promise<OpenLoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: load.connections, scheduling: 'fifo' });
  const latencies: number[] = [];
  const count = { sent: 0, refused: 0, late: 0, failed: 0, unsent: 0 };
  const open = new Set<Promise<void>>();
  const beganAtMs = performance.now();
  const endsAtMs = beganAtMs + load.seconds * 1000;
  const send = async (): Promise<void> => {
    const sentAtMs = performance.now();
    const status = await ask(agent, load, count.sent++);
    const tookMs = performance.now() - sentAtMs;
    if (status === 503) count.refused++;
    else if (tookMs >= load.usefulMs) count.late++;
    else if (status !== 200) count.failed++;
    else latencies.push(tookMs);
  };
  while (performance.now() < endsAtMs) {
    const due = Math.floor(((performance.now() - beganAtMs) / 1000) * load.perSecond);
    while (count.sent + count.unsent < due) {
      if (open.size >= load.connections) {
        count.unsent++;
        continue;
      }
      const one = send();
      open.add(one);
      void one.then(() => open.delete(one));
    }
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
  const goodInTime = latencies.length;
  await Promise.all(open);
  agent.destroy();
  latencies.sort((a, b) => a - b);
  const at = (share: number): number => latencies[Math.floor(latencies.length * share)] ?? Number.NaN;
  return { ...count, goodPerSecond: goodInTime / load.seconds, p50Ms: at(0.5), p99Ms: at(0.99) };
}

async function ask(agent: Agent, load: OpenLoad, number: number): Promise<number | undefined> {
  const { promise, resolve } = Promise.withResolvers<number | undefined>();
  const outgoing = request(
    `${load.url}/get-online-features`,
    { method: 'POST', agent, headers: { 'x-request-timeout-ms': String(load.usefulMs) } },
    (answer) => {
      answer.resume();
      answer.once('end', () => resolve(answer.statusCode));
      answer.once('close', () => resolve(undefined));
    },
  );
  outgoing.once('error', () => resolve(undefined));
  const timer = setTimeout(() => outgoing.destroy(), load.usefulMs);
  void promise.then(() => clearTimeout(timer));
  outgoing.end(load.bodies[number % load.bodies.length]);
  return promise;
}
