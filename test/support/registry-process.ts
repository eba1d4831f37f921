import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Deadline } from '../../src/common/model/deadline.js';
import type { Registry } from '../../src/generated/feast/core/Registry_pb.js';
import { FileLock } from '../../src/common/locks/file-lock.js';
import { FileRegistrySource } from '../../src/modules/registry/file/file-registry-source.js';
import { changeRegistry } from '../../src/modules/registry/registry-change.js';
import { RegistryDocument } from '../../src/modules/registry/registry-document.js';

/*
 * A process beside the one under test: `increment <registry> <times>`, `hold <lock file>`,
 * `rewrite <registry> <times>`.
 */

const PATIENCE_MS = 60_000;

function increment(registry: Registry): void {
  const tags = registry.projects[0]?.spec?.tags;
  if (tags === undefined) throw new Error('the registry has no project to count in');
  tags['count'] = String(Number(tags['count'] ?? 0) + 1);
}

async function incrementTimes(path: string, times: number): Promise<void> {
  const source = new FileRegistrySource(path);
  for (let n = 0; n < times; n++) await changeRegistry(source, increment, Deadline.after(PATIENCE_MS));
}

async function hold(path: string): Promise<void> {
  await FileLock.acquire(path, Deadline.after(PATIENCE_MS));
  process.stdout.write('held\n');
  await sleep(PATIENCE_MS);
}

/** As Feast writes: the file is emptied and filled in place, without a lock. Here in two halves with a pause. */
async function rewriteTimes(path: string, times: number): Promise<void> {
  const source = new FileRegistrySource(path);
  const read = await source.read(undefined, Deadline.after(PATIENCE_MS));
  if (read.kind !== 'found') throw new Error('there is no registry to rewrite');
  const document = RegistryDocument.decode(read.bytes);
  for (let n = 0; n < times; n++) {
    const bytes = document.encode(Date.now());
    const half = Math.floor(bytes.length / 2);
    const file = openSync(path, 'w');
    writeSync(file, bytes.subarray(0, half));
    await sleep(8);
    writeSync(file, bytes.subarray(half));
    fsyncSync(file);
    closeSync(file);
    await sleep(n % 3 === 0 ? 120 : 10);
  }
}

const [verb, path = '', times = '0'] = process.argv.slice(2);
if (verb === 'increment') await incrementTimes(path, Number(times));
else if (verb === 'hold') await hold(path);
else if (verb === 'rewrite') await rewriteTimes(path, Number(times));
else throw new Error(`unknown verb ${verb}`);
