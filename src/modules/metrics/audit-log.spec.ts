import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OnlineReadEvent } from './audit-event.js';
import { AuditLog } from './audit-log.js';
import { AuditFile, AuditStandardOutput, type AuditSink } from './audit-sink.js';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'salver-audit-'));
  path = join(folder, 'audit.log');
});
afterEach(() => rmSync(folder, { recursive: true }));

const READ: OnlineReadEvent = {
  event: 'online_feature_request',
  requestor_id: 'anonymous',
  entity_keys: ['driver_id'],
  entity_count: 3,
  feature_views: ['fv'],
  feature_count: 2,
  status: 'success',
  latency_ms: 1.27,
};
const ignoreLoss = { onLost: () => undefined };
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
const lines = (file: string): string[] => readFileSync(file, 'utf8').split('\n').slice(0, -1);

describe('AuditLog', () => {
  it("writes Feast's line: compact JSON, keys in its order, the time in UTC with an offset", async () => {
    const log = new AuditLog(new AuditFile(path), ignoreLoss);
    log.record(READ);
    await nextTurn();
    const [line = ''] = lines(path);
    const { timestamp, ...rest } = JSON.parse(line) as Record<string, unknown>;
    expect(rest).toEqual(READ);
    expect(Object.keys(JSON.parse(line) as object)).toEqual([
      'event',
      'timestamp',
      'requestor_id',
      'entity_keys',
      'entity_count',
      'feature_views',
      'feature_count',
      'status',
      'latency_ms',
    ]);
    expect(timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+\+00:00$/);
    expect(line).not.toContain(' ');
    log.close();
  });

  it('goes to a new file of the old name after a rotation, and loses nothing of either', async () => {
    const log = new AuditLog(new AuditFile(path), ignoreLoss);
    log.record(READ);
    renameSync(path, `${path}.1`);
    log.record(READ);
    log.reopen();
    log.record(READ);
    await nextTurn();
    expect([lines(`${path}.1`).length, lines(path).length]).toEqual([2, 1]);
    log.record(READ);
    log.close();
    expect(lines(path)).toHaveLength(2);
  });

  it('may be read by its owner and group alone', () => {
    new AuditFile(path).close();
    expect(statSync(path).mode & 0o007).toBe(0);
  });

  it('says how many lines are lost, and goes on', async () => {
    let broken = true;
    const written: string[] = [];
    const lost: unknown[] = [];
    const sink: AuditSink = {
      write: (batch) => {
        if (broken) throw new Error('no space left');
        written.push(...batch);
      },
      reopen: () => undefined,
      close: () => undefined,
    };
    const log = new AuditLog(sink, { onLost: (count, error) => lost.push([count, String(error)]) });
    log.record(READ);
    log.record(READ);
    await nextTurn();
    broken = false;
    log.record(READ);
    await nextTurn();
    expect(lost).toEqual([[2, 'Error: no space left']]);
    expect(written).toHaveLength(1);
  });

  it('writes nothing while it is off', async () => {
    const log = new AuditLog(undefined, ignoreLoss);
    log.record(READ);
    await nextTurn();
    expect(log.on).toBe(false);
    expect(existsSync(path)).toBe(false);
  });
});

describe('AuditFile', () => {
  it('keeps whole lines in one piece when several processes append', async () => {
    const module = pathToFileURL(join(import.meta.dirname, 'audit-sink.ts')).href;
    const script = `
      const { AuditFile } = await import(${JSON.stringify(module)});
      const file = new AuditFile(process.argv[1]);
      for (let n = 0; n < 300; n++) {
        file.write(Array.from({ length: 10 }, (_, i) => process.argv[2].repeat(997) + String(n % 10) + '\\n'));
        if (n % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      }`;
    const writer = (letter: string): Promise<number | null> =>
      new Promise((resolve) => {
        const args = [
          '--experimental-transform-types',
          '--no-warnings',
          '--input-type=module',
          '-e',
          script,
          path,
          letter,
        ];
        spawn(process.execPath, args, { stdio: 'inherit' }).once('close', resolve);
      });
    expect(await Promise.all(['a', 'b', 'c'].map(writer))).toEqual([0, 0, 0]);
    const all = lines(path);
    expect(all).toHaveLength(9000);
    expect(all.filter((line) => !/^(a{997}|b{997}|c{997})\d$/.test(line))).toEqual([]);
  });

  it('goes on with the old file when the new one cannot be opened', () => {
    const inner = join(folder, 'gone', 'audit.log');
    expect(() => new AuditFile(inner)).toThrow('ENOENT');
    const file = new AuditFile(path);
    renameSync(folder, `${folder}-away`);
    expect(() => file.reopen()).toThrow('ENOENT');
    file.write(['still\n']);
    renameSync(`${folder}-away`, folder);
    expect(lines(path)).toEqual(['still']);
    file.close();
  });
});

describe('AuditStandardOutput', () => {
  it('writes whole lines, no more at once than a pipe keeps together', () => {
    const writes: string[] = [];
    const sink = new AuditStandardOutput((text) => writes.push(text));
    const batch = Array.from({ length: 50 }, (_, n) => `${String(n).padStart(200, 'é')}\n`);
    sink.write(batch);
    expect(writes.join('')).toBe(batch.join(''));
    expect(writes.every((text) => Buffer.byteLength(text) <= 4096 && text.endsWith('\n'))).toBe(true);
    const long = `${'x'.repeat(9000)}\n`;
    writes.length = 0;
    sink.write(['short\n', long, 'short\n']);
    expect(writes).toEqual(['short\n', long, 'short\n']);
  });
});
