import { parseArgs } from 'node:util';

import { validBodies } from './bodies.ts';
import { Lane } from './lane.ts';
import { wholeNumber } from './options.ts';
import { percentile } from './percentile.ts';
import { Subject } from './subject.ts';
import { plainRequest } from './wire-request.ts';

const USAGE = `Sends one request over and over: time and memory must stay as they are.

  node test/wire-fuzz/steady.ts [options]

  --requests N        how many (100000)
  --strict            fail when the last tenth is slower, or larger, than the second by half
`;
const CONNECTIONS = 4;
const TENTHS = 10;
const MOST_GROWTH = 1.5;
/** Which of the bodies that the repo answers: a few features of a few drivers. */
const BODY = 0;

interface Tenth {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly rssMb: number | undefined;
}

async function measuredTenth(subject: Subject, requests: number): Promise<Tenth> {
  const plan = { kind: 'requests', requests: [plainRequest(validBodies()[BODY] as Buffer)] } as const;
  const tookMs: number[] = [];
  let sent = 0;
  const fail = (why: string): never => {
    throw new Error(`request ${sent}: ${why}`);
  };
  const work = async (): Promise<void> => {
    const lane = new Lane(subject.server.port, {
      answered: (status, ms) => (status === 200 ? tookMs.push(ms) : fail(`status ${status}`)),
      unanswered: fail,
      problem: fail,
    });
    while (sent < requests) {
      sent += 1;
      await lane.run(plan);
    }
    lane.close();
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, work));
  const worker = await subject.worker();
  return { p50Ms: percentile(tookMs, 0.5), p99Ms: percentile(tookMs, 0.99), rssMb: worker?.rssMb };
}

function tenthText({ p50Ms, p99Ms, rssMb }: Tenth): string {
  return `p50 ${p50Ms.toFixed(2)} ms, p99 ${p99Ms.toFixed(2)} ms, memory ${rssMb ?? '?'} MB`;
}

/** Whether the last tenth is as good as the second: the first warms up. */
function isSteady(tenths: readonly Tenth[]): boolean {
  const [second, last] = [tenths[1], tenths.at(-1)];
  if (second === undefined || last === undefined) return false;
  const latency = last.p99Ms / second.p99Ms;
  const memory = (last.rssMb ?? 1) / (second.rssMb ?? 1);
  console.log(`last tenth to second: p99 ×${latency.toFixed(2)}, memory ×${memory.toFixed(2)}`);
  return latency <= MOST_GROWTH && memory <= MOST_GROWTH;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      requests: { type: 'string', default: '100000' },
      strict: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const perTenth = Math.ceil(wholeNumber('requests', values.requests, TENTHS) / TENTHS);
  const subject = await Subject.start();
  try {
    const tenths: Tenth[] = [];
    for (let number = 1; number <= TENTHS; number += 1) {
      const tenth = await measuredTenth(subject, perTenth);
      tenths.push(tenth);
      console.log(`${number * perTenth}  ${tenthText(tenth)}`);
    }
    return isSteady(tenths) || !values.strict ? 0 : 1;
  } finally {
    await subject.stop();
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
