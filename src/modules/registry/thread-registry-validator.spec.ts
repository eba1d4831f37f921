import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CompiledModules } from '../../../test/support/compiled-modules.js';
import { InProcessRegistryValidator } from '../../../test/support/in-process-registry-validator.js';
import type * as Threaded from './thread-registry-validator.js';

const SOURCE = 'src/modules/registry/thread-registry-validator.ts';
const THREAD = 'src/modules/registry/registry-validator.worker.ts';
const BYTES = readFileSync('test/fixtures/registry/drivers-sqlite/registry.db');

let modules: CompiledModules | undefined;
let compiled: typeof Threaded | undefined;

function createValidator(timeLimitMs?: number): Threaded.ThreadRegistryValidator {
  if (compiled === undefined) throw new Error('not compiled');
  return new compiled.ThreadRegistryValidator(timeLimitMs);
}

beforeAll(async () => {
  // A thread runs what the build makes: it is not under the test runner, which reads TypeScript.
  modules = await CompiledModules.compile([SOURCE, THREAD]);
  compiled = (await import(pathToFileURL(modules.pathOf(SOURCE)).href)) as typeof Threaded;
});

afterAll(() => modules?.remove());

describe('ThreadRegistryValidator', () => {
  it('finds what is found in the process itself', async () => {
    const summary = await createValidator().validate(BYTES, 'drivers');
    expect(summary).toEqual(await new InProcessRegistryValidator().validate(BYTES, 'drivers'));
    expect(summary.projects).toEqual(['drivers']);
    // 20 sources, 5 entities, 10 services, 17 feature views and 2 stream views.
    expect(summary.objectCounts).toEqual(new Map([['drivers', 54]]));
  });

  it('leaves the bytes to the caller', async () => {
    const bytes = Uint8Array.from(BYTES);
    await createValidator().validate(bytes, 'drivers');
    expect(Buffer.from(bytes).equals(BYTES)).toBe(true);
  });

  it('refuses garbage', async () => {
    const refusal = createValidator().validate(Buffer.from('garbage'), 'drivers');
    await expect(refusal).rejects.toMatchObject({
      code: 'CORRUPT_DATA',
      message: expect.stringContaining('decode'),
    });
  });

  it('gives up after its time', async () => {
    await expect(createValidator(1).validate(BYTES, 'drivers')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
  });

  it('ends checks under way', async () => {
    const validator = createValidator();
    const check = validator.validate(BYTES, 'drivers');
    await Promise.all([expect(check).rejects.toMatchObject({ code: 'UNAVAILABLE' }), validator.close()]);
  });
});
