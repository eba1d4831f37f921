import { createRequire } from 'node:module';
import pino, { type DestinationStream, type Logger } from 'pino';
import type { PrettyOptions } from 'pino-pretty';

/** The log of a process on standard error: a JSON object per line, or lines for a person at a terminal. */
export function createLogger(level: string): Logger {
  return pino(
    { level, base: { pid: process.pid } },
    process.stderr.isTTY ? terminal() : pino.destination({ fd: 2, sync: true }),
  );
}

/** Loaded where it is used: a server without a terminal starts without it. */
function terminal(): DestinationStream {
  const pretty = createRequire(import.meta.url)('pino-pretty') as (
    options: PrettyOptions,
  ) => DestinationStream;
  return pretty({
    destination: 2,
    sync: true,
    ignore: 'pid,hostname',
    translateTime: 'SYS:HH:MM:ss',
    singleLine: true,
  });
}
