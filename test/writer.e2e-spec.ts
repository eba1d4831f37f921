import { existsSync, readdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isAlive, type SalverProcess, within } from './support/salver-process.js';
import { primaryOf, READ_BODY, READ_PATH, readyCount, ServeFixture } from './support/serve-fixture.js';

let fixture: ServeFixture;
/** The folder for temporary files of the server, and of nobody else. */
let temporary: string;

beforeEach(() => {
  fixture = new ServeFixture();
  temporary = mkdtempSync(join(tmpdir(), 'writer-e2e-'));
});
afterEach(async () => {
  await fixture.close();
  rmSync(temporary, { recursive: true });
});

const serve = (...args: readonly string[]): SalverProcess => fixture.serve(args, { TMPDIR: temporary });

/** Of the writers that became ready, in that order. */
const writers = (server: SalverProcess): number[] =>
  [...server.output.matchAll(/"writer":(\d+),"msg":"(?:writer ready|the writer is back)"/g)].map(([, pid]) =>
    Number(pid),
  );

async function writerCount(server: SalverProcess, count: number): Promise<number> {
  const found = await within(60_000, () => writers(server)[count - 1]);
  if (found === undefined) throw new Error(`no writer number ${count}:\n${server.output}`);
  return found;
}

/** Sockets of writers, by their folders. */
const sockets = (): string[] =>
  readdirSync(temporary).filter((name) => existsSync(join(temporary, name, 'writer.sock')));

async function statusOf(url: string, path: string, body?: string): Promise<number> {
  const answer = await fetch(url + path, body === undefined ? {} : { method: 'POST', body });
  await answer.arrayBuffer();
  return answer.status;
}

describe('the writer of a server', () => {
  it('is replaced when it is killed, and reads go on meanwhile', async () => {
    const server = serve('--workers', '2');
    const url = await server.url();
    await readyCount(server, 2);
    const first = await writerCount(server, 1);
    expect(sockets()).toHaveLength(1);
    process.kill(first, 'SIGKILL');
    expect(await statusOf(url, READ_PATH, READ_BODY)).toBe(200);
    expect(await statusOf(url, '/health/ready')).toBe(200);
    const second = await writerCount(server, 2);
    expect(second).not.toBe(first);
    expect(server.output).toContain('the writer ended: writes wait for the next one, reads go on');
  });

  it('ends after the workers, and leaves nothing behind', async () => {
    const server = serve('--workers', '2');
    await server.url();
    const workers = await readyCount(server, 2);
    const writer = await writerCount(server, 1);
    server.kill('SIGTERM');
    // A look between the end of the workers and that of the writer would be luck: the order is the primary's own.
    expect((await server.ended).code).toBe(0);
    expect([...workers, writer].filter(isAlive)).toEqual([]);
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('ends with a primary that is killed, and leaves nothing behind', async () => {
    const server = serve('--workers', '2');
    await server.url();
    const workers = await readyCount(server, 2);
    const writer = await writerCount(server, 1);
    process.kill(primaryOf(server), 'SIGKILL');
    await server.ended;
    expect(await within(60_000, () => ![...workers, writer].some(isAlive) || undefined)).toBe(true);
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('is replaced at SIGHUP when the configuration has changed, and only then', async () => {
    const server = serve();
    await server.url();
    await readyCount(server, 1);
    const first = await writerCount(server, 1);
    process.kill(primaryOf(server), 'SIGHUP');
    await readyCount(server, 2);
    expect(isAlive(first)).toBe(true);
    fixture.setSalver('overload:\n  max_in_flight: 500\n');
    process.kill(primaryOf(server), 'SIGHUP');
    await writerCount(server, 2);
    await readyCount(server, 3);
    expect(isAlive(first)).toBe(false);
    expect(sockets()).toHaveLength(1);
  });

  it('has nowhere to listen when the folder for temporary files is missing, which is told at once', async () => {
    const long = join(temporary, 'x'.repeat(100));
    const server = fixture.serve([], { TMPDIR: long });
    const { code, output } = await server.ended;
    expect(code).toBe(1);
    expect(output).toContain('Let TMPDIR name a folder that can be written');
    expect(output).not.toContain('    at ');
  });
});
