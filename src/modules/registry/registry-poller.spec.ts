import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UnavailableError } from '../../common/errors/errors.js';
import { Deadline } from '../../common/model/deadline.js';
import type { Registry } from '../../generated/feast/core/Registry_pb.js';
import { FileRegistrySource } from './file/file-registry-source.js';
import { RegistryDocument } from './registry-document.js';
import type { AcceptedRegistry, RegistryPollerOptions } from './registry-poller.js';
import { RegistryPoller } from './registry-poller.js';
import type { RegistrySource } from './registry-source.js';
import { InProcessRegistryValidator } from '../../../test/support/in-process-registry-validator.js';

const GOOD = 'test/fixtures/registry/drivers-sqlite/registry.db';
const OTHER = 'test/fixtures/registry/odfv-sqlite/registry.db';
const soon = (): Deadline => Deadline.after(10_000);

let directory = '';
let path = '';
let accepted: AcceptedRegistry[] = [];
let problems: string[] = [];
let poller = createPoller();

function createPoller(
  options: Partial<RegistryPollerOptions> = {},
  source: RegistrySource = new FileRegistrySource(path),
): RegistryPoller {
  return new RegistryPoller(
    source,
    new InProcessRegistryValidator(),
    { project: 'drivers', ttlMs: 0, intervalMs: 10, ...options },
    { onAccepted: (registry) => accepted.push(registry), onProblem: (message) => problems.push(message) },
  );
}

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'salver-poller-'));
  path = join(directory, 'registry.db');
  accepted = [];
  problems = [];
  poller = createPoller();
});

afterEach(async () => {
  await poller.stop();
  rmSync(directory, { recursive: true, force: true });
});

function change(edit: (registry: Registry) => void): void {
  const document = RegistryDocument.decode(readFileSync(path));
  edit(document.registry);
  writeFileSync(path, document.encode(Date.now()));
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = soon();
  while (!condition()) {
    if (deadline.expired) throw new Error(`it never came to that; problems: ${problems.join('; ')}`);
    await sleep(5);
  }
}

describe('RegistryPoller.start', () => {
  it('accepts what is there', async () => {
    copyFileSync(GOOD, path);
    expect(await poller.start(soon())).toBe('accepted');
    expect(accepted.map(({ generation }) => generation)).toEqual([1]);
    expect(Buffer.from(accepted[0]?.bytes ?? []).equals(readFileSync(GOOD))).toBe(true);
    expect(poller.status()).toMatchObject({ generation: 1, lastError: undefined });
    expect(poller.status().acceptedAtMs).toBeLessThanOrEqual(Date.now());
  });

  it('goes on looking when there is none yet', async () => {
    expect(await poller.start(soon())).toBe('missing');
    expect(poller.status()).toMatchObject({ generation: 0, acceptedAtMs: undefined });
    copyFileSync(GOOD, path);
    await until(() => accepted.length === 1);
    expect(poller.status().lastError).toBeUndefined();
    expect(problems).toHaveLength(1);
  });

  it('goes on looking when it cannot be read', async () => {
    mkdirSync(path);
    expect(await poller.start(soon())).toBe('failed');
    expect(poller.status().lastError).toContain('is not a file');
    rmSync(path, { recursive: true });
    copyFileSync(GOOD, path);
    await until(() => accepted.length === 1);
    expect(problems).toHaveLength(1);
  });
});

describe('RegistryPoller, once it serves', () => {
  beforeEach(async () => {
    copyFileSync(GOOD, path);
    await poller.start(soon());
  });

  it('takes a change', async () => {
    change(({ featureViews }) => featureViews.pop());
    await until(() => accepted.length === 2);
    expect(accepted.map(({ generation }) => generation)).toEqual([1, 2]);
    expect(accepted[1]?.etag).not.toBe(accepted[0]?.etag);
  });

  it('takes the same bytes for no change', async () => {
    utimesSync(path, 1, 1);
    expect(await poller.refreshNow(soon())).toBe('unchanged');
    writeFileSync(path, readFileSync(GOOD));
    expect(await poller.refreshNow(soon())).toBe('unchanged');
    expect(accepted).toHaveLength(1);
  });

  it.each([
    ['empty', () => truncateSync(path)],
    ['garbage', () => writeFileSync(path, 'garbage')],
    ['of another project', () => copyFileSync(OTHER, path)],
    ['cut off inside a definition', () => truncateSync(path, 9000)],
    ['cut off between two definitions, before the projects', () => writeFileSync(path, cutBeforeProjects())],
  ])('is never replaced by one that is %s', async (_what, damage) => {
    damage();
    expect(await poller.refreshNow(soon())).toBe('rejected');
    expect(await poller.refreshNow(soon())).toBe('rejected');
    await sleep(50);
    expect(await poller.refreshNow(soon())).toBe('rejected');
    expect(accepted).toHaveLength(1);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain('does not replace the one that is served');
    expect(poller.status().lastError).toBe(problems[0]);

    copyFileSync(GOOD, path);
    await until(() => poller.status().lastError === undefined);
    expect(accepted).toHaveLength(1);
    damage();
    await until(() => problems.length === 2);
  });

  it('survives that the file goes away', async () => {
    rmSync(path);
    await until(() => problems.length === 1);
    expect(poller.status()).toMatchObject({ generation: 1, lastError: problems[0] });
    copyFileSync(GOOD, path);
    await until(() => poller.status().lastError === undefined);
    expect(accepted).toHaveLength(1);
  });

  it('believes a mass loss when it has read it twice', async () => {
    await poller.stop();
    poller = createPoller({ intervalMs: 60_000 });
    await poller.start(soon());
    change((registry) => {
      registry.featureViews = [];
      registry.dataSources = [];
    });
    expect(await poller.refreshNow(soon())).toBe('suspicious');
    // Another one in between is not the same read twice.
    change((registry) => registry.entities.pop());
    expect(await poller.refreshNow(soon())).toBe('suspicious');
    expect(await poller.refreshNow(soon())).toBe('accepted');
    expect(accepted).toHaveLength(3);
    expect(problems).not.toEqual([]);
  });

  it('believes a mass loss on its own, within a few looks', async () => {
    change((registry) => {
      registry.featureViews = [];
      registry.dataSources = [];
    });
    await until(() => accepted.length === 2);
    expect(poller.status().lastError).toBeUndefined();
  });

  it('accepts and reports nothing after it was stopped', async () => {
    await poller.stop();
    change(({ featureViews }) => featureViews.pop());
    expect(await poller.refreshNow(soon())).toBe('stopped');
    await sleep(50);
    expect([accepted.length, problems.length]).toEqual([1, 0]);
  });

  it('sees a change that the probe misses, after the TTL', async () => {
    class BlindSource extends FileRegistrySource {
      override probe(): Promise<string> {
        return Promise.resolve('as ever');
      }
    }
    await poller.stop();
    poller = createPoller({ ttlMs: 200 }, new BlindSource(path));
    await poller.start(soon());
    change(({ featureViews }) => featureViews.pop());
    await sleep(100);
    expect(poller.status().generation).toBe(1);
    await until(() => poller.status().generation === 2);
  });

  function cutBeforeProjects(): Uint8Array {
    const document = RegistryDocument.decode(readFileSync(GOOD));
    document.registry.projects = [];
    delete document.registry.featureViewVersionHistory;
    document.registry.labelViews = [];
    return document.encode(Date.now());
  }
});

describe('RegistryPoller of a source without a cheap probe', () => {
  class RemoteSource extends FileRegistrySource {
    override readonly capabilities = { cheapProbe: false };
    reads = 0;
    down = false;

    override read(knownEtag: string | undefined, deadline: Deadline): ReturnType<FileRegistrySource['read']> {
      this.reads++;
      if (this.down) return Promise.reject(new UnavailableError('the registry is down'));
      return super.read(knownEtag, deadline);
    }

    override probe(): Promise<string> {
      throw new Error('this source must not be probed');
    }
  }

  it('reads it after the TTL only', async () => {
    copyFileSync(GOOD, path);
    const source = new RemoteSource(path);
    poller = createPoller({ ttlMs: 300 }, source);
    await poller.start(soon());
    await sleep(100);
    expect(source.reads).toBe(1);
    change(({ featureViews }) => featureViews.pop());
    await until(() => accepted.length === 2);
    expect(source.reads).toBe(2);
  });

  it('tries soon again after a failure, and says so once', async () => {
    copyFileSync(GOOD, path);
    const source = new RemoteSource(path);
    source.down = true;
    poller = createPoller({ ttlMs: 60_000 }, source);
    expect(await poller.start(soon())).toBe('failed');
    await until(() => source.reads > 3);
    expect(problems).toEqual(['the registry is down']);
    source.down = false;
    await until(() => accepted.length === 1);
    expect(poller.status().lastError).toBeUndefined();
  });
});
