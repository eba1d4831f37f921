import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfiguration } from '../src/common/config/load-configuration.js';
import { type Ended, salver } from './support/salver-process.js';
import { CHECKOUT } from './support/servers.js';

const TEMPLATES = ['drivers', 'minimal'] as const;
type Template = (typeof TEMPLATES)[number];

/** What the definitions say of one view and of the file that it reads. */
interface ViewFacts {
  readonly name: string;
  readonly path: string;
  readonly keys: Readonly<Record<string, string>>;
  readonly features: Readonly<Record<string, string>>;
  readonly times: readonly string[];
}

/** Loads a repo as `apply` does, with the built loader, and prints what it says. */
const PROGRAM = `
const [loader, repo] = process.argv.slice(1);
const { loadDefinitions } = await import(loader);
const [KIND, TYPE] = ['salver.definition', 'salver.field_type'].map((name) => Symbol.for(name));
const kindOf = (type) => {
  const { kind, item } = type[TYPE].shape;
  return item === undefined ? kind : kind + ' of ' + item.kind;
};
const kindsOf = (schema) => Object.fromEntries(Object.entries(schema).map(([name, type]) => [name, kindOf(type)]));
const all = (await loadDefinitions(repo)).map(({ definition }) => definition);
const views = all.filter((one) => one[KIND] === 'feature_view').map(({ name, options }) => {
  const batch = options.source.options.batchSource ?? options.source;
  const { path, timestampField, createdTimestampColumn } = batch.options;
  const keys = kindsOf(Object.fromEntries(options.entities.map((one) => [one.joinKey, one.options.type])));
  const times = [timestampField, createdTimestampColumn].filter((column) => column !== undefined);
  return { name, path, keys, features: kindsOf(options.schema), times };
});
console.log(JSON.stringify({ names: all.map(({ name }) => name), views }));
`;

const COLUMN_TYPES: Readonly<Record<string, string>> = {
  INT64: 'BIGINT',
  FLOAT32: 'FLOAT',
  FLOAT64: 'DOUBLE',
  STRING: 'VARCHAR',
  BOOL: 'BOOLEAN',
  'LIST of INT64': 'BIGINT[]',
};

let parent: string;
let connection: DuckDBConnection;

beforeAll(async () => {
  parent = mkdtempSync(join(tmpdir(), 'salver-init-'));
  connection = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run(`SET TimeZone = 'UTC'`);
});
afterAll(() => {
  connection.closeSync();
  rmSync(parent, { recursive: true });
});

const run = async (...args: string[]): Promise<string> =>
  (await promisify(execFile)(process.execPath, args, { cwd: parent })).stdout;

async function rows(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  return (await connection.runAndReadAll(sql)).getRowObjectsJson();
}

async function facts(repo: string): Promise<{ names: string[]; views: ViewFacts[] }> {
  const loader = join(CHECKOUT, 'dist/modules/definitions/loading/load-definitions.js');
  const text = await run('--input-type=module', '--eval', PROGRAM, loader, repo);
  return JSON.parse(text) as { names: string[]; views: ViewFacts[] };
}

describe.each(TEMPLATES)('the template %s', (template: Template) => {
  let repo: string;
  let made: Ended;

  beforeAll(async () => {
    repo = join(parent, `my-${template}`);
    made = await salver(['init', '--template', template, repo]);
  });

  it('is made, and told with what to do next', () => {
    expect(made.output).toContain(`Made the project my_${template} in ${repo}`);
    expect(made.output).toContain('salver apply');
    expect(made.code).toBe(0);
  });

  it('is configured so that a server starts on it, with precise reads', () => {
    const {
      featureStore,
      salver: own,
      warnings,
    } = loadConfiguration({ env: {}, cwd: repo, flags: {} }, 'serve');
    expect(featureStore).toMatchObject({
      project: `my_${template}`,
      entityKeySerializationVersion: 3,
      onlineStore: { type: 'sqlite', path: join(repo, 'data/online_store.db') },
      registry: { path: join(repo, 'data/registry.db') },
    });
    expect(own).toMatchObject({ readSemantics: 'precise', auth: { strictClaims: true } });
    expect(warnings).toEqual([]);
  });

  it.each(['typescript7', 'typescript'])('has nothing to be told by the compiler %s', async (compiler) => {
    expect(await run(join(CHECKOUT, 'node_modules', compiler, 'bin/tsc'), '--noEmit', '-p', repo)).toBe('');
  });

  it('shows the limits of type stripping in the editor', async () => {
    const file = join(repo, 'wrong.ts');
    writeFileSync(
      file,
      `import { entityy } from 'salver';
import { Definition } from 'salver';
import { x } from './x';
export enum Color { red }
export const y: Definition | undefined = entityy ?? x;\n`,
    );
    const compiler = join(CHECKOUT, 'node_modules/typescript7/bin/tsc');
    const error = await run(compiler, '--noEmit', '--pretty', 'false', '-p', repo).catch(
      (reason: unknown) => reason,
    );
    rmSync(file);
    const { stdout } = error as { stdout: string };
    expect(stdout.match(/error TS\d+/g)).toEqual(
      ['TS2724', 'TS1484', 'TS2834', 'TS1294'].map((code) => `error ${code}`),
    );
  });

  it('has data that holds what the definitions say', async () => {
    const { views } = await facts(repo);
    for (const { path, keys, features, times } of views) {
      const columns = await rows(`DESCRIBE SELECT * FROM '${join(repo, path)}'`);
      const typeOf = Object.fromEntries(columns.map((row) => [row['column_name'], row['column_type']]));
      const { [times[0] as string]: eventTime, [times[1] ?? '']: createdTime, ...others } = typeOf;
      expect(eventTime).toBe('TIMESTAMP WITH TIME ZONE');
      expect(createdTime).toBe(times[1] === undefined ? undefined : 'TIMESTAMP');
      const expected = Object.entries({ ...keys, ...features }).map(([name, kind]) => [
        name,
        COLUMN_TYPES[kind],
      ]);
      expect(others).toEqual(Object.fromEntries(expected));
    }
  });

  it('has rows of every key up to the last hour, none of the future', async () => {
    const { views } = await facts(repo);
    for (const { path, keys, times } of views) {
      const file = `'${join(repo, path)}'`;
      const columns = Object.keys(keys).join(', ');
      const [time] = times as [string];
      const counts = await rows(
        `SELECT count(*) AS n, age_minutes FROM (
           SELECT (epoch(now()) - epoch(max(${time}))) / 60 AS age_minutes FROM ${file} GROUP BY ${columns}
         ) GROUP BY age_minutes`,
      );
      expect(counts).toHaveLength(1);
      expect(Number(counts[0]?.['age_minutes'])).toBeGreaterThanOrEqual(0);
      expect(Number(counts[0]?.['age_minutes'])).toBeLessThan(70);
      const written = times.map((column) => `max(epoch(${column})) <= epoch(now())`).join(' AND ');
      expect(await rows(`SELECT ${written} AS past FROM ${file}`)).toEqual([{ past: true }]);
    }
  });
});

describe('the template drivers', () => {
  it('has the names of the bundled example, and every kind of service', async () => {
    const { names } = await facts(join(parent, 'my-drivers'));
    expect(names.toSorted()).toEqual([
      'customer',
      'driver',
      'driver_activity_v1',
      'driver_activity_v2',
      'driver_activity_v3',
      'driver_customer_match',
      'driver_customer_stats',
      'driver_customer_stats_source',
      'driver_hourly_stats',
      'driver_hourly_stats_fresh',
      'driver_profile',
      'driver_profile_source',
      'driver_stats_push_source',
      'driver_stats_source',
      'trip_price',
      'trip_request',
    ]);
  });

  it('has the same values every time', async () => {
    const newest = 'row_number() OVER (PARTITION BY driver_id ORDER BY event_timestamp DESC) = 1';
    const data = join(parent, 'my-drivers/data');
    const latest = await rows(
      `SELECT driver_id, conv_rate, avg_daily_trips, vehicle, on_shift, recent_ratings
       FROM (FROM '${data}/driver_stats.parquet' QUALIFY ${newest})
       JOIN (FROM '${data}/driver_profile.parquet' QUALIFY ${newest}) USING (driver_id)
       ORDER BY driver_id LIMIT 2`,
    );
    expect(latest).toEqual([
      {
        driver_id: '1001',
        conv_rate: expect.closeTo(0.066) as number,
        avg_daily_trips: '28',
        vehicle: 'e-bike',
        on_shift: false,
        recent_ratings: ['4', '3', '4'],
      },
      {
        driver_id: '1002',
        conv_rate: expect.closeTo(0.273) as number,
        avg_daily_trips: '20',
        vehicle: 'car',
        on_shift: true,
        recent_ratings: ['1', '1', '3'],
      },
    ]);
  });
});

describe('what init refuses', () => {
  it('writes nothing into a folder that holds something', async () => {
    const repo = join(parent, 'full');
    mkdirSync(repo);
    writeFileSync(join(repo, 'features.ts'), 'mine');
    const { code, output } = await salver(['init', 'full'], { cwd: parent });
    expect(output.trim()).toBe(
      `${repo} is not empty: it holds features.ts. Nothing was written. Name a folder that does not exist yet, or empty this one.`,
    );
    expect(code).toBe(1);
    expect(readdirSync(repo)).toEqual(['features.ts']);
    expect(readFileSync(join(repo, 'features.ts'), 'utf8')).toBe('mine');
  });

  it('tells why a folder cannot be made', async () => {
    writeFileSync(join(parent, 'file'), '');
    const { code, output } = await salver(['init', 'file/repo'], { cwd: parent });
    expect(output).toMatch(/file\/repo cannot be written: ENOTDIR/);
    expect(output).not.toMatch(/\n\s+at /);
    expect(code).toBe(1);
  });

  it.each<[readonly string[], string]>([
    [[], 'DIRECTORY is missing'],
    [['-t', 'driver', 'x'], `there is no template 'driver'`],
    [['-m', '-t', 'drivers', 'x'], 'contradict'],
    [['...'], 'no project can be named after'],
    [['x', 'y'], 'one argument too many'],
  ])('%j', async (args, text) => {
    const { code, output } = await salver(['init', ...args], { cwd: parent });
    expect(output).toContain(text);
    expect(code).toBe(2);
    expect(existsSync(join(parent, 'x'))).toBe(false);
  });

  it('does not refuse the current directory when that is empty', async () => {
    const repo = join(parent, 'here');
    mkdirSync(repo);
    const { code } = await salver(['init', '-m'], { cwd: repo });
    expect(code).toBe(0);
    expect(readFileSync(join(repo, 'feature_store.yaml'), 'utf8')).toContain(`project: 'here'`);
  });
});
