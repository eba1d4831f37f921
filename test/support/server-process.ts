import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

export const LOOPBACK = '127.0.0.1';

export interface ServerCommand {
  readonly command: string;
  /** The arguments for the port that was found free. */
  readonly args: (port: number) => readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Paths that must all answer 200 before the server counts as started. */
  readonly readyPaths: readonly string[];
  readonly logFile: string;
  readonly startLimitMs?: number;
}

export interface RunningServer {
  readonly baseUrl: string;
  readonly port: number;
  readonly pid: number;
  /** Asks the server to end, waits for `limitMs`, then ends what is left of its process group. */
  readonly stop: (limitMs?: number) => Promise<void>;
}

/** The server ended early or was not ready in time; the message holds the last lines of its log. */
export class ServerStartError extends Error {}

const START_LIMIT_MS = 120_000;
const STOP_LIMIT_MS = 10_000;
const POLL_MS = 50;
const FIRST_PORT = 11_000;
const LAST_PORT = 32_000;
const PORT_ATTEMPTS = 100;

const running = new Set<number>();
let endsWithUs = false;

/**
 * Starts a server on a free loopback port, as a process group of its own, and waits until it is ready.
 * Errors: ServerStartError.
 */
export async function startServer(command: ServerCommand): Promise<RunningServer> {
  endChildrenWithThisProcess();
  const port = await freePort();
  const log = openSync(command.logFile, 'a');
  const child = spawn(command.command, [...command.args(port)], {
    cwd: command.cwd,
    env: { ...process.env, ...command.env },
    stdio: ['ignore', log, log],
    detached: true,
  });
  closeSync(log);
  const ended = whenEnded(child);
  const pid = child.pid;
  if (pid === undefined) throw new ServerStartError(`cannot start ${command.command}: ${await ended}`);
  running.add(pid);
  const baseUrl = `http://${LOOPBACK}:${port}`;
  const stop = async (limitMs = STOP_LIMIT_MS): Promise<void> => stopGroup(child, ended, limitMs);
  const problem = await Promise.race([
    ready(baseUrl, command),
    ended.then((reason) => `ended early (${reason})`),
  ]);
  if (problem !== undefined) {
    await stop();
    throw new ServerStartError(`${command.command}: ${problem}\n${lastLines(command.logFile)}`);
  }
  return { baseUrl, port, pid, stop };
}

/**
 * A port of the loopback that nobody listens at. Below those that the system gives to outgoing connections: one of
 * them would take it before it is listened at.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 1; attempt <= PORT_ATTEMPTS; attempt++) {
    const port = FIRST_PORT + Math.floor(Math.random() * (LAST_PORT - FIRST_PORT));
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port from ${FIRST_PORT} to ${LAST_PORT}`);
}

async function isFree(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const probe = createServer();
  probe.once('error', () => resolve(false));
  probe.listen(port, LOOPBACK, () => probe.close(() => resolve(true)));
  return promise;
}

async function whenEnded(child: ChildProcess): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  child.once('error', (error) => resolve(error.message));
  child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
  return promise;
}

async function ready(baseUrl: string, command: ServerCommand): Promise<string | undefined> {
  const limitMs = command.startLimitMs ?? START_LIMIT_MS;
  const giveUpAt = Date.now() + limitMs;
  while (Date.now() < giveUpAt) {
    const answers = await Promise.all(command.readyPaths.map(async (path) => isOk(`${baseUrl}${path}`)));
    if (answers.every(Boolean)) return undefined;
    await delay(POLL_MS);
  }
  return `not ready after ${limitMs} ms`;
}

async function isOk(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url, {
      signal: AbortSignal.timeout(10_000),
      headers: { connection: 'close' },
    });
    await answer.arrayBuffer();
    return answer.status === 200;
  } catch {
    return false;
  }
}

async function stopGroup(child: ChildProcess, ended: Promise<string>, limitMs: number): Promise<void> {
  const pid = child.pid as number;
  if (!running.delete(pid)) return;
  child.kill('SIGTERM');
  await Promise.race([ended, delay(limitMs, undefined, { ref: false })]);
  endGroup(pid);
  await ended;
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing is left of the group.
  }
}

function endChildrenWithThisProcess(): void {
  if (endsWithUs) return;
  endsWithUs = true;
  process.once('exit', () => {
    for (const pid of running) endGroup(pid);
  });
  process.once('SIGINT', () => process.exit(130));
  process.once('SIGTERM', () => process.exit(143));
}

export function lastLines(path: string, count = 30): string {
  try {
    return readFileSync(path, 'utf8').trimEnd().split('\n').slice(-count).join('\n');
  } catch {
    return '(no log)';
  }
}
