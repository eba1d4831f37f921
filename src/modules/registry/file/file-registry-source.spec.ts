import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  lstatSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConflictError, UnavailableError } from '../../../common/errors/errors.js';
import { Deadline } from '../../../common/model/deadline.js';
import type { RegistryRead } from '../registry-source.js';
import { FileLock } from '../../../common/locks/file-lock.js';
import { FileRegistrySource } from './file-registry-source.js';

const soon = (): Deadline => Deadline.after(10_000);
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const onLinux = process.platform === 'linux';

let directory = '';
let path = '';
let source = new FileRegistrySource('');

beforeEach(() => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), 'salver-registry-')));
  path = join(directory, 'registry.db');
  source = new FileRegistrySource(path);
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

function etagOf(read: RegistryRead): string {
  return read.kind === 'found' ? read.etag : '';
}

function contentOf(read: RegistryRead): string {
  return read.kind === 'found' ? Buffer.from(read.bytes).toString() : read.kind;
}

describe('FileRegistrySource.read', () => {
  it('finds the content, and that it has not changed', async () => {
    writeFileSync(path, 'one');
    const read = await source.read(undefined, soon());
    expect(contentOf(read)).toBe('one');
    expect(await source.read(etagOf(read), soon())).toEqual({ kind: 'unchanged' });
  });

  it('sees a change that keeps size and time', async () => {
    writeFileSync(path, 'one');
    utimesSync(path, 1000, 1000);
    const read = await source.read(undefined, soon());
    writeFileSync(path, 'two');
    utimesSync(path, 1000, 1000);
    expect(contentOf(await source.read(etagOf(read), soon()))).toBe('two');
  });

  it('says that there is none, and makes none', async () => {
    const missing = new FileRegistrySource(join(directory, 'data', 'registry.db'));
    expect(await missing.read(undefined, soon())).toEqual({ kind: 'missing' });
    expect(readdirSync(directory)).toEqual([]);
  });

  it('leaves the directory as it was', async () => {
    writeFileSync(path, 'one');
    await source.read(undefined, soon());
    await source.probe(soon());
    expect(readdirSync(directory)).toEqual(['registry.db']);
  });

  it('follows a link', async () => {
    writeFileSync(join(directory, 'target'), 'one');
    symlinkSync('target', path);
    expect(contentOf(await source.read(undefined, soon()))).toBe('one');
  });

  it('refuses what is no file', async () => {
    await expect(new FileRegistrySource(directory).read(undefined, soon())).rejects.toThrow(UnavailableError);
    writeFileSync(path, '');
    await expect(new FileRegistrySource(join(path, 'x')).read(undefined, soon())).rejects.toThrow(
      UnavailableError,
    );
  });

  it.runIf(onLinux)('refuses a pipe at once', async () => {
    execFileSync('mkfifo', [path]);
    await expect(source.read(undefined, soon())).rejects.toThrow('is not a file');
  });

  it('does not return a file that keeps changing', async () => {
    writeFileSync(path, 'x');
    let n = 0;
    const timer = setInterval(() => writeFileSync(path, `x${n++}`), 5);
    try {
      await expect(source.read(undefined, Deadline.after(400))).rejects.toThrow(UnavailableError);
    } finally {
      clearInterval(timer);
    }
  });

  it('answers no later than at the deadline', async () => {
    writeFileSync(path, 'one');
    await expect(source.read(undefined, Deadline.after(0))).rejects.toThrow(UnavailableError);
  });
});

describe('FileRegistrySource.probe', () => {
  it('differs after a change, a replacement and a removal', async () => {
    const probes = [await source.probe(soon())];
    writeFileSync(path, 'one');
    probes.push(await source.probe(soon()));
    expect(await source.probe(soon())).toBe(probes[1]);
    writeFileSync(path, 'three');
    probes.push(await source.probe(soon()));
    rmSync(path);
    writeFileSync(path, 'three');
    probes.push(await source.probe(soon()));
    expect(new Set(probes).size).toBe(4);
    rmSync(path);
    expect(await source.probe(soon())).toBe(probes[0]);
  });
});

describe('FileRegistrySource.write', () => {
  it('makes the first registry, and its directory', async () => {
    const inside = new FileRegistrySource(join(directory, 'a', 'b', 'registry.db'));
    const etag = await inside.write(bytes('one'), null, soon());
    expect(readFileSync(inside.location, 'utf8')).toBe('one');
    expect(await inside.read(etag, soon())).toEqual({ kind: 'unchanged' });
    expect(readdirSync(join(directory, 'a', 'b')).toSorted()).toEqual(['registry.db', 'registry.db.lock']);
  });

  it('replaces the registry that was expected', async () => {
    const first = await source.write(bytes('one'), null, soon());
    const second = await source.write(bytes('two'), first, soon());
    expect(readFileSync(path, 'utf8')).toBe('two');
    expect(second).not.toBe(first);
  });

  it.each([
    ['another one is there', 'other', 'one'],
    ['there is none', undefined, 'one'],
    ['there is one already', 'other', null],
  ])('refuses when %s', async (_why, there, expected) => {
    writeFileSync(path, 'one');
    const etag = expected === null ? null : etagOf(await source.read(undefined, soon()));
    rmSync(path);
    if (there !== undefined) writeFileSync(path, there);
    await expect(source.write(bytes('two'), etag, soon())).rejects.toThrow(ConflictError);
    expect(existsSync(path) ? readFileSync(path, 'utf8') : undefined).toBe(there);
    expect(readdirSync(directory).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('keeps the mode', async () => {
    writeFileSync(path, 'one');
    chmodSync(path, 0o640);
    await source.write(bytes('two'), etagOf(await source.read(undefined, soon())), soon());
    expect(statSync(path).mode & 0o7777).toBe(0o640);
  });

  it('keeps links and writes where they lead', async () => {
    mkdirSync(join(directory, 'real'));
    symlinkSync('real', join(directory, 'data'));
    symlinkSync('second.db', join(directory, 'data', 'first.db'));
    const linked = new FileRegistrySource(join(directory, 'data', 'first.db'));
    const etag = await linked.write(bytes('one'), null, soon());
    await linked.write(bytes('two'), etag, soon());
    expect(lstatSync(join(directory, 'real', 'first.db')).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(directory, 'real', 'second.db'), 'utf8')).toBe('two');
    expect(existsSync(join(directory, 'real', 'second.db.lock'))).toBe(true);
  });

  it('removes what a killed writer left', async () => {
    writeFileSync(join(directory, '.registry.db.0b0f.tmp'), 'half');
    writeFileSync(join(directory, '.other.db.0b0f.tmp'), 'not ours');
    await source.write(bytes('one'), null, soon());
    expect(readdirSync(directory).toSorted()).toEqual([
      '.other.db.0b0f.tmp',
      'registry.db',
      'registry.db.lock',
    ]);
  });

  it('waits for the lock no longer than to the deadline', async () => {
    const lock = await FileLock.acquire(`${path}.lock`, soon());
    await expect(source.write(bytes('one'), null, Deadline.after(100))).rejects.toThrow(UnavailableError);
    expect(existsSync(path)).toBe(false);
    lock.release();
    await source.write(bytes('one'), null, soon());
    expect(readFileSync(path, 'utf8')).toBe('one');
  });

  it('says when the lock is no lock', async () => {
    writeFileSync(
      `${path}.lock`,
      'this is not what a lock looks like, and long enough to be told'.repeat(20),
    );
    await expect(source.write(bytes('one'), null, soon())).rejects.toThrow('cannot be locked');
  });

  it('says when the directory cannot be made', async () => {
    writeFileSync(path, 'a file');
    await expect(
      new FileRegistrySource(join(path, 'registry.db')).write(bytes('one'), null, soon()),
    ).rejects.toThrow(UnavailableError);
  });
});
