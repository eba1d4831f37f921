import { Writable } from 'node:stream';
import { DatabaseSync } from 'node:sqlite';
import { existsSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { CompiledModules } from '../../test/support/compiled-modules.js';
import { errorOf } from '../../test/support/stored-rows.js';
import { SECOND, soon, T1, tripBatch } from '../../test/support/trip-rows.js';
import { WriterRepo } from '../../test/support/writer-repo.js';
import { ChannelClient } from '../common/channel/channel-client.js';
import type { LoadedConfiguration } from '../common/config/load-configuration.js';
import { UnavailableError } from '../common/errors/errors.js';
import { Deadline } from '../common/model/deadline.js';
import { createServingOnlineStoreWriter } from '../modules/online-store/online-store-writer-factory.js';
import type { OnlineStoreWriter } from '../modules/online-store/online-store-writer.js';
import type { MetricsMessage } from './messages.js';
import { WriterProcess } from './writer-process.js';

const ENTRY = 'src/processes/writer.main.ts';
const THREAD = 'src/processes/offline-thread.main.ts';
const WITH_METRICS = 'metrics:\n  enabled: true\n';

let modules: CompiledModules;
let repo: WriterRepo;
let log: string;
let ends: (string | undefined)[];
let reports: MetricsMessage[];
let ready: number;
let supervised: WriterProcess | undefined;
let channel: ChannelClient | undefined;

beforeAll(async () => {
  modules = await CompiledModules.compile([ENTRY, THREAD]);
});
afterAll(() => modules.remove());
beforeEach(() => {
  repo = new WriterRepo();
  [log, ends, reports, ready] = ['', [], [], 0];
});
afterEach(async () => {
  channel?.close();
  supervised?.kill();
  supervised = undefined;
  repo.remove();
});

function supervise(configuration: LoadedConfiguration): WriterProcess {
  const sink = new Writable({
    write: (chunk: Buffer, _, done) => {
      log += chunk.toString();
      done();
    },
  });
  // What is killed at the end of a test ends in the next one.
  const own = ends;
  const events = {
    onReady: () => ready++,
    onMetrics: (message: MetricsMessage) => reports.push(message),
    onEnded: (reason: string | undefined) => own.push(reason),
  };
  supervised = new WriterProcess(configuration, events, pino(sink), modules.pathOf(ENTRY));
  supervised.start();
  return supervised;
}

/** The writer of a worker. */
function connect({ featureStore, salver }: LoadedConfiguration): OnlineStoreWriter {
  channel = new ChannelClient(supervised?.address as string, { maxWaitingBytes: 1 << 24 });
  return createServingOnlineStoreWriter(featureStore, salver, channel);
}

const rowAt = (trips: number) => tripBatch([{ trips, micros: T1 + trips * SECOND }]);
const untilReady = (count: number): Promise<void> =>
  vi.waitFor(() => expect(ready).toBe(count), { timeout: 60_000, interval: 10 });

function storedRows(path = repo.path): number {
  const database = new DatabaseSync(path);
  const [row] = database.prepare('SELECT count(*) AS rows FROM peer_stats').all();
  database.close();
  return Number(row?.['rows']);
}

describe('the writer process', () => {
  it('is not there where nothing needs it', () => {
    const configuration = repo.configuration();
    const featureStore = {
      ...configuration.featureStore,
      onlineStore: { type: 'none' } as const,
      offlineStore: { type: 'snowflake.offline', options: {} },
    };
    const writer = supervise({ ...configuration, featureStore });
    expect([writer.pid, writer.address]).toEqual([undefined, undefined]);
    vi.stubEnv('TMPDIR', '/nowhere');
    expect(() => writer.replace(configuration, 1000)).toThrow(/no socket for the writer process can be made/);
    vi.unstubAllEnvs();
    expect([writer.pid, writer.address]).toEqual([undefined, undefined]);
    writer.replace(configuration, 1000);
    expect(writer.pid).toBeDefined();
  });

  it('makes the file and the table, and leaves no socket behind', async () => {
    const configuration = repo.configuration();
    const writer = supervise(configuration);
    const { address } = writer;
    expect(await connect(configuration).write(rowAt(1), soon())).toEqual({ written: 1, skipped: 0 });
    expect(storedRows()).toBe(1);
    await writer.stop(5000);
    expect(ends).toEqual([undefined]);
    expect(existsSync(dirname(address as string))).toBe(false);
  });

  it('finishes what is under way when it is told to stop', async () => {
    const configuration = repo.configuration();
    const writer = supervise(configuration);
    const remote = connect(configuration);
    await remote.write(rowAt(0), soon());
    // Keeps the transaction from its end for a while.
    const reader = new DatabaseSync(repo.path);
    reader.exec('BEGIN');
    reader.prepare('SELECT * FROM peer_stats').all();
    const writing = remote.write(rowAt(1), soon());
    await new Promise((resolve) => setTimeout(resolve, 100));
    const stopped = writer.stop(5000);
    setTimeout(() => reader.exec('COMMIT'), 200);
    expect(await writing).toEqual({ written: 1, skipped: 0 });
    await stopped;
    reader.close();
  });

  it('is killed when it does not end in time', async () => {
    const writer = supervise(repo.configuration());
    await untilReady(1);
    process.kill(writer.pid as number, 'SIGSTOP');
    const startedMs = performance.now();
    await writer.stop(100);
    expect(performance.now() - startedMs).toBeLessThan(30_000);
  });

  it('is not stopped by the signals of its group of processes', async () => {
    const configuration = repo.configuration();
    const writer = supervise(configuration);
    await untilReady(1);
    process.kill(writer.pid as number, 'SIGTERM');
    process.kill(writer.pid as number, 'SIGINT');
    expect(await connect(configuration).write(rowAt(1), soon())).toEqual({ written: 1, skipped: 0 });
    expect(ends).toEqual([]);
  });
});

describe('a writer that ends or hangs', () => {
  it('is replaced, and what waits for it is stored', async () => {
    const configuration = repo.configuration();
    const writer = supervise(configuration);
    const remote = connect(configuration);
    await remote.write(rowAt(1), soon());
    process.kill(writer.pid as number, 'SIGKILL');
    expect(await remote.write(rowAt(2), soon())).toEqual({ written: 1, skipped: 0 });
    expect(ends).toEqual(['killed']);
    await untilReady(2);
    expect(log).toContain('the writer ended: writes wait for the next one, reads go on');
    expect(log).toContain('the writer is back');
  });

  it('is killed and replaced when it gives no sign of life', async () => {
    const configuration = repo.configuration('server:\n  hang_timeout_seconds: 2\n');
    const writer = supervise(configuration);
    const remote = connect(configuration);
    await remote.write(rowAt(1), soon());
    process.kill(writer.pid as number, 'SIGSTOP');
    expect(await errorOf(() => remote.write(rowAt(2), Deadline.after(200)))).toBeInstanceOf(UnavailableError);
    expect(await remote.write(rowAt(3), Deadline.after(15_000))).toEqual({ written: 1, skipped: 0 });
    expect(ends).toEqual(['hung']);
  });

  it('is told of and tried again when it cannot begin', async () => {
    const writer = supervise(repo.configuration());
    await untilReady(1);
    // The folder of its socket is gone: the next one has nowhere to listen.
    rmSync(dirname(writer.address as string), { recursive: true });
    process.kill(writer.pid as number, 'SIGKILL');
    await vi.waitFor(() => expect(log).toContain('the writer cannot start'), 60_000);
    await vi.waitFor(() => expect(ends.length).toBeGreaterThan(2), 60_000);
    expect(ends.slice(0, 3)).toEqual(['killed', 'failed', 'failed']);
  });
});

describe('a changed configuration', () => {
  it('is that of a successor, which begins when all that came before is stored', async () => {
    const configuration = repo.configuration();
    const writer = supervise(configuration);
    const remote = connect(configuration);
    await remote.write(rowAt(1), soon());
    const { pid } = writer;
    let isOver = false;
    let acknowledged = 0;
    const pushing = (async () => {
      for (let trips = 2; !isOver; trips++) {
        await remote.write(tripBatch([{ driver: trips, trips, micros: T1 }]), soon());
        acknowledged++;
      }
    })();
    const next = repo.configuration('', 'type: sqlite\n  path: next.db');
    writer.replace(next, 5000);
    await untilReady(2);
    await vi.waitFor(() => expect(existsSync(`${repo.folder}/next.db`)).toBe(true), 60_000);
    isOver = true;
    await pushing;
    expect(writer.pid).not.toBe(pid);
    expect(ends).toEqual(['reloaded']);
    expect(storedRows() + storedRows(`${repo.folder}/next.db`)).toBe(acknowledged + 1);
  });

  it('that is the same changes nothing', async () => {
    const writer = supervise(repo.configuration());
    await untilReady(1);
    const { pid } = writer;
    writer.replace(repo.configuration(), 5000);
    expect(writer.pid).toBe(pid);
  });
});

describe('its metrics', () => {
  it('tell of transactions', async () => {
    const configuration = repo.configuration(WITH_METRICS);
    const writer = supervise(configuration);
    const remote = connect(configuration);
    await Promise.all([1, 2, 3, 4].map((trips) => remote.write(rowAt(trips), soon())));
    writer.send({ type: 'report-metrics' });
    await vi.waitFor(() => expect(reports.some(({ answer }) => answer)).toBe(true), 60_000);
    const counted = reports.flatMap(({ report }) => report.counted);
    const sum = (series: string): number =>
      counted
        .flatMap(([, samples]) => samples)
        .filter(([name]) => name === series)
        .reduce((total, [, value]) => total + value, 0);
    expect(sum('salver_writer_group_size_sum')).toBe(4);
    expect(sum('salver_writer_commit_seconds_count')).toBe(sum('salver_writer_group_size_count'));
    const gauges = reports.flatMap(({ report }) => report.gauges ?? []).map(([name]) => name);
    expect(gauges).toContain('salver_writer_queue_bytes');
  });
});
