import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { type RunningServer, type ServerCommand, ServerStartError, startServer } from './server-process.ts';

export const CHECKOUT = resolve(import.meta.dirname, '../..');
export const SALVER = join(CHECKOUT, 'bin/salver');

export interface ServeOptions {
  readonly repo: string;
  readonly logFile: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Further options of `serve`. */
  readonly args?: readonly string[];
  /** What runs the command, as in `taskset -c 0`. */
  readonly prefix?: readonly string[];
}

/** Starts Salver on a repo and waits until it holds a registry. */
export async function startSalver(options: ServeOptions): Promise<RunningServer> {
  if (!existsSync(SALVER)) throw new ServerStartError(`${SALVER} is not there`);
  return startServer(serve(SALVER, options, ['/health', '/health/ready']));
}

/** Starts the real Feast server on a repo; `feast` is the path of its command. */
export async function startFeast(feast: string, options: ServeOptions): Promise<RunningServer> {
  return startServer(serve(feast, options, ['/health']));
}

function serve(executable: string, options: ServeOptions, readyPaths: readonly string[]): ServerCommand {
  const [command, ...before] = [...(options.prefix ?? []), executable];
  return {
    command: command,
    args: (port) => [
      ...before,
      '-c',
      options.repo,
      'serve',
      '--host',
      '127.0.0.1',
      '--port',
      String(port),
      '--no-access-log',
      '--workers',
      '1',
      ...(options.args ?? []),
    ],
    cwd: options.repo,
    env: { TZ: 'UTC', FEAST_USAGE: 'False', ...options.env },
    readyPaths,
    logFile: options.logFile,
  };
}
