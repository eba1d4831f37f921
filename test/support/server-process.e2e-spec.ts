import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { afterAll, describe, expect, it } from 'vitest';

import { startServer } from './server-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'salver-server-process-'));
const logFile = join(folder, 'server.log');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// A parent that serves and ignores SIGTERM, with a child in its process group.
const STUBBORN = `
  const child = require('node:child_process').spawn('sleep', ['60']);
  process.on('SIGTERM', () => {});
  require('node:http').createServer((_, answer) => answer.end(String(child.pid))).listen(Number(process.argv[1]), '127.0.0.1');
`;

/** A zombie counts as ended: in a container nobody may be there to collect an orphan. */
function isRunning(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

describe('startServer', () => {
  it('ends the whole process group of a server that does not end by itself', async () => {
    const command = process.execPath;
    const args = (port: number): string[] => ['-e', STUBBORN, String(port)];
    const server = await startServer({ command, args, readyPaths: ['/'], logFile });
    const child = Number(await (await fetch(server.baseUrl)).text());
    expect([isRunning(server.pid), isRunning(child)]).toEqual([true, true]);
    await server.stop(200);
    await delay(100);
    expect([isRunning(server.pid), isRunning(child)]).toEqual([false, false]);
  });

  it('tells the end of the log of a server that ends early', async () => {
    const args = (): string[] => ['-e', 'console.log("no such repo"); process.exit(3)'];
    await expect(
      startServer({ command: process.execPath, args, readyPaths: ['/'], logFile }),
    ).rejects.toThrow(/ended early \(exit code 3\)\n(.*\n)*no such repo/);
  });

  it('gives up on a server that never is ready', async () => {
    const args = (): string[] => ['-e', 'setTimeout(() => {}, 60_000)'];
    const command = { command: process.execPath, args, readyPaths: ['/'], logFile, startLimitMs: 300 };
    await expect(startServer(command)).rejects.toThrow('not ready after 300 ms');
  });

  it('says that a command is not there', async () => {
    const command = { command: join(folder, 'nothing'), args: () => [], readyPaths: ['/'], logFile };
    await expect(startServer(command)).rejects.toThrow(/ENOENT/);
  });
});
