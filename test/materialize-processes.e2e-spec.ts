import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MaterializeRepo } from './support/materialize-repo.js';
import { childrenOf, isAlive, SalverProcess, within } from './support/salver-process.js';

const VIEW = 'incremental_stats';
const ENTITIES = 60_000;
const BATCH_ROWS = 250;
const RANGE = ['2026-01-01', '2026-01-31', '-v', VIEW] as const;
/** So much is stored when a test interferes. */
const SOME_ROWS = 2000;

let repo: MaterializeRepo;
let started: SalverProcess[] = [];

beforeEach(async () => {
  repo = new MaterializeRepo('drivers-sqlite');
  repo.emptyOnlineStore();
  // Many small transactions, so that a job is long enough to be met in the middle.
  repo.configure(`materialization: {online_write_batch_size: ${BATCH_ROWS}}\n`);
  await repo.makeLargeTable(ENTITIES, 3);
});
afterEach(async () => {
  for (const each of started) each.kill('SIGKILL');
  await Promise.all(started.map(({ ended }) => ended));
  started = [];
  repo[Symbol.dispose]();
});

function start(...args: readonly string[]): SalverProcess {
  const each = repo.start(...args);
  started.push(each);
  return each;
}

/** The process of the command line, below the launcher. */
const commandPid = (command: SalverProcess): number | undefined => childrenOf(command.pid)[0];

/** The process of the job, once some rows are stored. */
async function jobInTheMiddle(command: SalverProcess): Promise<number> {
  const pid = await within(60_000, () => {
    if (repo.countCells(VIEW) < SOME_ROWS) return undefined;
    return childrenOf(commandPid(command) ?? 0)[0];
  });
  if (pid === undefined) throw new Error(`no job in the middle:\n${command.output}`);
  return pid;
}

function recordedIntervals(): number {
  return repo.registered(VIEW).materializationIntervals.length;
}

async function expectRerunCompletes(intervals: number): Promise<void> {
  const { code, output } = await repo.run('materialize', ...RANGE);
  expect(output).toContain('1 of 1 feature view loaded');
  expect(code).toBe(0);
  expect(repo.countCells(VIEW)).toBe(ENTITIES);
  expect(recordedIntervals()).toBe(intervals + 1);
}

describe('a job process that is killed', () => {
  it('is told, records nothing, and the next run completes what it left', async () => {
    const intervals = recordedIntervals();
    const command = start('materialize', ...RANGE);
    process.kill(await jobInTheMiddle(command), 'SIGKILL');
    const { code, output } = await command.ended;
    expect(output).toMatch(new RegExp(`^${VIEW}: failed: its process ended with SIGKILL`, 'm'));
    expect(code).toBe(1);
    const stored = repo.countCells(VIEW);
    expect(stored).toBeLessThan(ENTITIES);
    expect(stored % BATCH_ROWS).toBe(0);
    expect(recordedIntervals()).toBe(intervals);
    await expectRerunCompletes(intervals);
  });
});

describe('a command that is ended', () => {
  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('by %s stores whole batches, records nothing and ends with %i', async (signal, exitCode) => {
    const intervals = recordedIntervals();
    const command = start('materialize', ...RANGE);
    const job = await jobInTheMiddle(command);
    command.kill(signal);
    const { code, output } = await command.ended;
    expect(output).toMatch(new RegExp(`^${VIEW}: cancelled: ended by ${signal}; \\d`, 'm'));
    expect(code).toBe(exitCode);
    expect(isAlive(job)).toBe(false);
    const stored = repo.countCells(VIEW);
    expect(stored).toBeLessThan(ENTITIES);
    expect(stored % BATCH_ROWS).toBe(0);
    expect(recordedIntervals()).toBe(intervals);
  });

  it('at once by a second signal', async () => {
    const command = start('materialize', ...RANGE);
    const job = await jobInTheMiddle(command);
    // A job that cannot heed.
    process.kill(job, 'SIGSTOP');
    command.kill('SIGTERM');
    await command.printed(/once more to end at once/);
    await delay(600);
    command.kill('SIGTERM');
    expect(await command.ended).toMatchObject({ code: 143 });
    expect(isAlive(job)).toBe(false);
  });

  it('by SIGKILL takes its job with it, which records nothing', async () => {
    const intervals = recordedIntervals();
    const command = start('materialize', ...RANGE);
    const job = await jobInTheMiddle(command);
    process.kill(commandPid(command)!, 'SIGKILL');
    await command.ended;
    expect(await within(60_000, () => (isAlive(job) ? undefined : 'gone'))).toBe('gone');
    expect(repo.countCells(VIEW)).toBeLessThan(ENTITIES);
    expect(recordedIntervals()).toBe(intervals);
    await expectRerunCompletes(intervals);
  });
});

describe('two jobs', () => {
  it('do not load one view at a time; the other views of the second are loaded', async () => {
    // Long enough for the second to come in time.
    repo.configure('online_write_batch_size: 20', `online_write_batch_size: ${BATCH_ROWS}`);
    const first = start('materialize', ...RANGE);
    const job = await within(60_000, () => repo.leaseHolder(VIEW)?.pid);
    const second = await repo.run('materialize', ...RANGE, '-v', 'location_stats');
    expect(second.output).toMatch(
      new RegExp(`^${VIEW}: failed: job [-0-9a-f]+ \\(process ${job}, since 2.*\\) is loading it`, 'm'),
    );
    expect(second.output).toContain('1 of 2 feature views loaded, 4 rows stored; failed: incremental_stats');
    expect(second.code).toBe(1);
    expect(await first.ended).toMatchObject({ code: 0 });
    expect(repo.countCells(VIEW)).toBe(ENTITIES);
  });
});

describe('a view that is changed while it is loaded', () => {
  it('is stored, and not recorded', async () => {
    const intervals = recordedIntervals();
    const command = start('materialize', ...RANGE);
    await jobInTheMiddle(command);
    await repo.changeRegistry(({ featureViews }) => {
      featureViews.find(({ spec }) => spec?.name === VIEW)!.spec!.features[0]!.valueType = 3;
    });
    const { code, output } = await command.ended;
    expect(output).toMatch(/failed: its definition was changed meanwhile.*60,000 rows stored before/);
    expect(code).toBe(1);
    expect(recordedIntervals()).toBe(intervals);
  });
});

describe('a server beside', () => {
  it('answers every read while views are loaded', async () => {
    const server = start('serve', '--port', '0', '--no-access-log');
    const url = await server.url();
    await within(60_000, async () => ((await fetch(`${url}/health/ready`)).ok ? true : undefined));
    const command = start('materialize', ...RANGE);
    let done = false;
    void command.ended.then(() => (done = true));
    const statuses = new Map<number, number>();
    const seen = new Set<number | null>();
    while (!done) {
      const answer = await fetch(`${url}/get-online-features`, {
        method: 'POST',
        body: `{"features":["${VIEW}:counter"],"entities":{"driver_id":[${ENTITIES - 1}]}}`,
      });
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      const { results } = (await answer.json()) as {
        results?: readonly { values: readonly (number | null)[] }[];
      };
      seen.add(results?.[1]?.values[0] ?? null);
      await delay(5);
    }
    expect(await command.ended).toMatchObject({ code: 0 });
    expect([...statuses.keys()]).toEqual([200]);
    expect(statuses.get(200)).toBeGreaterThan(50);
    expect(seen).toContain(null);
  });
});
