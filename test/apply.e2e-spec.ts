import { cpSync, existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FEATURES, RECORDED_REPO, RepoFolder, WITHOUT_OTHER } from './support/repo-folder.js';
import { salver } from './support/salver-process.js';
import { CHECKOUT } from './support/servers.js';

const RECORDINGS = join(CHECKOUT, 'test/fixtures/conformance/cli');
const DEFINITIONS = join(CHECKOUT, 'test/fixtures/definitions/drivers-sqlite.definitions.ts');
const TSCONFIG = readFileSync(join(CHECKOUT, 'templates/common/tsconfig.json'), 'utf8');

let root: string;
let repo: RepoFolder;
let made = 0;

beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'salver-apply-e2e-')));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

beforeEach(() => {
  repo = new RepoFolder(join(root, `repo-${++made}`));
});

describe('the recorded repo', () => {
  /** Lines that say what was done; the order of objects of one kind is that of a Python set there. */
  const facts = (text: string) =>
    text
      .split('\n')
      .filter((line) => /^(No project|Applying|Created|Deleted|Updated|No changes)/.test(line))
      .filter((line) => !line.startsWith('Created data source '))
      .toSorted();
  const recorded = (name: string) => readFileSync(join(RECORDINGS, `${name}.stdout.txt`), 'utf8');

  it('is applied with the words of Feast, and once more there is nothing to do', async () => {
    cpSync(join(RECORDED_REPO, 'data'), join(repo.path, 'data'), { recursive: true });
    for (const file of ['registry.db', 'online_store.db']) rmSync(join(repo.path, 'data', file));
    cpSync(join(RECORDED_REPO, 'feature_store.yaml'), join(repo.path, 'feature_store.yaml'));
    repo.write(
      'features.ts',
      readFileSync(DEFINITIONS, 'utf8').replace(/'[./]+src\/definitions\/index\.js'/, "'salver'"),
    );
    // One file of the recording is missing on purpose.
    const words = ['--skip-source-validation', '--no-type-check'];
    expect(facts(await repo.runWell('apply', ...words))).toEqual(facts(recorded('apply-first-time')));
    const first = repo.registry();
    const again = await repo.runWell('apply', ...words);
    expect(facts(again)).toContain('No changes to registry');
    // Feast tells its own renewed times as changes of some views.
    expect(facts(recorded('apply-nothing-changed'))).toContain('No changes to infrastructure');
    expect(facts(again)).toContain('No changes to infrastructure');
    expect(repo.registry().equals(first)).toBe(true);
    const { code, output } = await repo.run('apply', '--no-type-check');
    expect(code).toBe(1);
    expect(output).toMatch(/^features\.ts: \S+\.source\.path: data\/broken\.parquet: there is no such file/m);
  });
});

describe('plan', () => {
  it('shows what apply would do and does none of it; scripts can ask whether there is anything', async () => {
    expect(await repo.runWell('plan')).toContain('Created feature view hourly');
    expect(existsSync(join(repo.path, 'data/registry.db'))).toBe(false);
    expect(repo.tables()).toEqual([]);
    expect((await repo.run('plan', '--exit-code')).code).toBe(3);
    await repo.runWell('apply');
    expect((await repo.run('plan', '--exit-code')).code).toBe(0);
    repo.write('features.ts', FEATURES.replace('days(1)', 'days(2)'));
    const bytes = repo.registry();
    expect(await repo.runWell('plan')).toContain('Updated feature view hourly\n\tttl: 1d -> 2d\n');
    expect(repo.registry().equals(bytes)).toBe(true);
    const document = JSON.parse(await repo.runWell('plan', '--output', 'json')) as Record<string, unknown>;
    expect(document).toEqual({
      project: 'shop',
      objects: [
        {
          action: 'updated',
          kind: 'feature_view',
          name: 'hourly',
          changes: [{ path: ['ttl'], before: '1d', after: '2d' }],
        },
      ],
      tables: [],
      warnings: [expect.stringMatching(/^types are not checked: there is no tsconfig\.json/)],
      applied: false,
    });
  });
});

describe('apply', () => {
  it('keeps rows that would be lost unless it is told --yes', async () => {
    await repo.runWell('apply');
    for (const table of ['shop_hourly', 'shop_other']) repo.addRow(table);
    const bytes = repo.registry();
    repo.write('features.ts', WITHOUT_OTHER);
    const { code, output } = await repo.run('apply');
    expect(code).toBe(1);
    expect(output).toContain(
      `This would be lost:\n  feature view other: its rows (sqlite table shop_other in ${repo.path}/data/online.db)\n`,
    );
    expect(output).toContain('--yes');
    expect(repo.registry().equals(bytes)).toBe(true);
    expect(repo.tables()).toEqual(['shop_hourly', 'shop_other']);
    expect(await repo.runWell('apply', '--yes')).toContain('Deleted sqlite table shop_other');
    expect(repo.tables()).toEqual(['shop_hourly']);
  });

  it('says whether it was done in JSON, too', async () => {
    expect(JSON.parse(await repo.runWell('apply', '--output', 'json', '--no-progress'))).toMatchObject({
      applied: true,
    });
    repo.addRow('shop_other');
    repo.write('features.ts', WITHOUT_OTHER);
    const { code, output } = await repo.run('apply', '--output', 'json');
    expect(code).toBe(1);
    const document = JSON.parse(output.slice(output.indexOf('{'))) as unknown;
    expect(document).toMatchObject({ applied: false, tables: [{ action: 'deleted', holdsRows: true }] });
    expect(repo.tables()).toContain('shop_other');
  });

  it('of a copied repo never touches the file that the copied registry names', async () => {
    await repo.runWell('apply');
    repo.addRow('shop_hourly');
    const victim = join(repo.path, 'data/online.db');
    const original = readFileSync(victim);
    const copy = join(root, `copy-${made}`);
    cpSync(repo.path, copy, { recursive: true });
    rmSync(join(copy, 'data/online.db'));
    const { code, output } = await salver(['-c', copy, 'apply']);
    expect(code).toBe(0);
    expect(output).toContain('Created sqlite table shop_hourly');
    expect(output).toContain(`Updated sqlite table shop_hourly\n\tpath: ${victim} -> ${copy}/data/online.db`);
    expect(readFileSync(victim).equals(original)).toBe(true);
    writeFileSync(join(copy, 'features.ts'), WITHOUT_OTHER);
    expect((await salver(['-c', copy, 'apply'])).output).toContain('Deleted sqlite table shop_other');
    expect((await salver(['-c', copy, 'teardown', '--yes'])).code).toBe(0);
    expect(readFileSync(victim).equals(original)).toBe(true);
  });

  it('with --no-promote keeps the active definition beside the new version', async () => {
    await repo.runWell('apply');
    repo.write(
      'features.ts',
      FEATURES.replace('conv_rate: float32 }', 'conv_rate: float32, avg_daily_trips: int64 }'),
    );
    expect(await repo.runWell('apply', '--no-promote')).toContain(
      'Saved version v1 of feature view hourly, not promoted\n\tfeatures.avg_daily_trips: (none) -> ',
    );
    expect(await repo.runWell('apply', '--no-promote')).toContain('No changes to registry');
    expect(await repo.runWell('apply')).toContain('Updated feature view hourly');
    expect(await repo.runWell('feature-views', 'list-versions', 'hourly')).toMatch(/v0[\s\S]*v1[\s\S]*v2/);
  });

  it.each([
    ['a type', "schema: { conv_rate: 'float' }", /^features\.ts:5:\d+: .*\(TS\d+\)$/m, []],
    [
      'a type, without the compiler',
      "schema: { conv_rate: 'float' }",
      /^features\.ts: hourly\.schema\.conv_rate: /m,
      ['--no-type-check'],
    ],
    [
      'a column',
      'schema: { conv_rte: float32 }',
      /^features\.ts: hourly\.schema\.conv_rte: the feature conv_rte: there is no such column; did you mean conv_rate\?/m,
      [],
    ],
    [
      'the type of a column',
      'schema: { event_timestamp: string, conv_rate: float32 }',
      /^features\.ts: hourly\.schema\.event_timestamp: /m,
      ['--no-type-check'],
    ],
  ] as const)('names file, export and property of a mistake in %s', async (_what, schema, told, words) => {
    repo.write('features.ts', FEATURES.replace('schema: { conv_rate: float32 }', schema));
    repo.write('tsconfig.json', TSCONFIG);
    repo.write('package.json', '{"type":"module"}');
    for (const verb of ['plan', 'apply']) {
      const { code, output } = await repo.run(verb, ...words);
      expect(code).toBe(1);
      expect(output).toMatch(told);
      expect(output).not.toMatch(/^\s+at /m);
    }
    expect(existsSync(join(repo.path, 'data/registry.db'))).toBe(false);
  });

  it('of a repo in Python says what to do', async () => {
    rmSync(join(repo.path, 'features.ts'));
    repo.write('features.py', 'from feast import Entity\n');
    const { code, output } = await repo.run('apply');
    expect(code).toBe(1);
    expect(output).toMatch(/Python/);
    expect(output).not.toMatch(/^\s+at /m);
  });

  it('refuses a pin that comes with another change', async () => {
    await repo.runWell('apply');
    repo.write('features.ts', FEATURES.replace('days(1)', "days(2), version: 'v0'"));
    const { code, output } = await repo.run('apply');
    expect(code).toBe(1);
    expect(output).toContain(
      'features.ts: hourly.version: feature view hourly cannot be pinned to version v0: its definition was changed',
    );
  });
});
