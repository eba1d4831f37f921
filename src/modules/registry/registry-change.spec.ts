import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CorruptDataError, UnavailableError } from '../../common/errors/errors.js';
import { Deadline } from '../../common/model/deadline.js';
import { EntitySchema } from '../../generated/feast/core/Entity_pb.js';
import type { Registry } from '../../generated/feast/core/Registry_pb.js';
import { FileRegistrySource } from './file/file-registry-source.js';
import { changeRegistry } from './registry-change.js';
import { RegistryDocument } from './registry-document.js';
import { decodeRegistry } from './registry.codec.js';

const soon = (): Deadline => Deadline.after(10_000);

let directory = '';
let path = '';
let source = new FileRegistrySource('');

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'salver-change-'));
  path = join(directory, 'registry.db');
  source = new FileRegistrySource(path);
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

function addEntity(registry: Registry, name: string): void {
  registry.entities.push(create(EntitySchema, { spec: { name, project: 'p' } }));
}

function entityNames(): readonly string[] {
  return [...decodeRegistry(readFileSync(path), 'p').entities.keys()];
}

describe('changeRegistry', () => {
  it('begins a registry, and changes it', async () => {
    const first = await changeRegistry(source, (registry) => addEntity(registry, 'a'), soon());
    const second = await changeRegistry(source, (registry) => addEntity(registry, 'b'), soon());
    expect(entityNames()).toEqual(['a', 'b']);
    expect(Buffer.from(second.bytes).equals(readFileSync(path))).toBe(true);
    expect(second.etag).not.toBe(first.etag);
    expect(await source.read(second.etag, soon())).toEqual({ kind: 'unchanged' });
  });

  it('begins again with what somebody else wrote meanwhile', async () => {
    await changeRegistry(source, (registry) => addEntity(registry, 'a'), soon());
    let rounds = 0;
    const change = (registry: Registry): void => {
      if (rounds++ === 0) {
        const other = RegistryDocument.decode(readFileSync(path));
        addEntity(other.registry, 'theirs');
        writeFileSync(path, other.encode(0));
      }
      addEntity(registry, 'ours');
    };
    await changeRegistry(source, change, soon());
    expect(rounds).toBe(2);
    expect(entityNames()).toEqual(['a', 'theirs', 'ours']);
  });

  it('gives up at the deadline when others are always faster', async () => {
    writeFileSync(path, RegistryDocument.empty().encode(0));
    const change = (): void => writeFileSync(path, RegistryDocument.empty().encode(0));
    await expect(changeRegistry(source, change, Deadline.after(300))).rejects.toThrow(UnavailableError);
  });

  it('writes nothing when the change fails, or there is garbage', async () => {
    const failing = (): void => {
      throw new Error('no such view');
    };
    await expect(changeRegistry(source, failing, soon())).rejects.toThrow('no such view');
    writeFileSync(path, 'garbage');
    await expect(changeRegistry(source, () => undefined, soon())).rejects.toThrow(CorruptDataError);
    expect(readFileSync(path, 'utf8')).toBe('garbage');
  });
});
