import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Where wrk runs, and beside it the store where that is a server: a server under test has its core alone. */
export const LOAD_CORE = 1;

const run = promisify(execFile);
const SCRIPT = join(import.meta.dirname, 'read.lua');
// A request of a heavy shape may take seconds on the real Feast under several connections.
const ANSWER_LIMIT_S = 30;

export interface Load {
  readonly url: string;
  readonly bodiesFile: string;
  readonly seconds: number;
  readonly connections: number;
  /** As taskset has it. */
  readonly core: number | string;
  /** Sent as a bearer token. */
  readonly token?: string;
  /** In place of the script that reads features; gets the file of the bodies and `scriptArgs`. */
  readonly script?: string;
  readonly scriptArgs?: readonly string[];
  /** Answers that are errors, and connections that break, are left out of the count, in place of making the round invalid. */
  readonly leaveErrorsOut?: boolean;
}

/** What one round of load measured; the latencies are those of a closed loop. */
export interface Round {
  readonly requests: number;
  /** Answers that were no 2xx and connections that broke, where `requests` leaves them out. */
  readonly errors: number;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Why the round does not count: an answer that was no 2xx, a broken connection, a timeout. */
  readonly invalid?: string;
}

interface WrkResult {
  readonly requests: number;
  readonly durationUs: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly badStatus: number;
  readonly badSocket: number;
  readonly timeouts: number;
}

/** One round of load from one core. */
export async function loadRound(load: Load): Promise<Round> {
  const { stdout } = await run(
    'taskset',
    [
      ['-c', String(load.core), 'wrk', '--threads', '1', '--connections', String(load.connections)],
      [
        '--duration',
        `${load.seconds}s`,
        '--timeout',
        `${ANSWER_LIMIT_S}s`,
        '--script',
        load.script ?? SCRIPT,
      ],
      [load.url, '--', load.bodiesFile, ...(load.token === undefined ? [] : [load.token])],
      load.scriptArgs ?? [],
    ].flat(),
    { timeout: (load.seconds + 2 * ANSWER_LIMIT_S) * 1000, killSignal: 'SIGKILL' },
  );
  const line = stdout.split('\n').find((text) => text.startsWith('RESULT '));
  if (line === undefined) throw new Error(`wrk printed no result:\n${stdout}`);
  const result = JSON.parse(line.slice('RESULT '.length)) as WrkResult;
  if (load.leaveErrorsOut !== true) return asRound(result);
  const good = { ...result, requests: result.requests - result.badStatus, badStatus: 0, badSocket: 0 };
  return { ...asRound(good), errors: result.badStatus + result.badSocket };
}

function asRound(result: WrkResult): Round {
  const invalid = whyInvalid(result);
  return {
    requests: result.requests,
    errors: 0,
    requestsPerSecond: result.requests / (result.durationUs / 1e6),
    p50Ms: result.p50Us / 1000,
    p99Ms: result.p99Us / 1000,
    ...(invalid === undefined ? {} : { invalid }),
  };
}

function whyInvalid({ requests, badStatus, badSocket, timeouts }: WrkResult): string | undefined {
  if (badStatus > 0) return `${badStatus} of ${requests} answers were errors`;
  if (badSocket > 0) return `${badSocket} broken connections`;
  if (timeouts > 0) return `${timeouts} requests without an answer`;
  return requests === 0 ? 'no request was answered' : undefined;
}
