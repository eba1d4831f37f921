import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InstalledPackage } from '../../test/support/installed-package.js';

const REPO = `import { days, entity, featureService, featureView, fileSource, float32, int64, onDemandFeatureView, pushRequest, pushSource, requestSource } from 'salver';

export const driver = entity({ name: 'driver', joinKey: 'driver_id', type: int64 });
const rows = fileSource({ path: 'data/rows.parquet', timestampField: 'event_timestamp' });
const pushed = pushSource({ name: 'pushed', batchSource: rows });
export const stats = featureView({
  name: 'stats',
  entities: [driver],
  ttl: days(7),
  schema: { conv_rate: float32, trips: int64({ description: 'Trips of a day' }) },
  source: pushed,
});
export const request = requestSource({ name: 'request', schema: { amount: float32 } });
export const ratio = onDemandFeatureView({
  name: 'ratio',
  sources: { stats, request },
  schema: { ratio: float32 },
  mode: 'row',
  transform: ({ stats, request }) => ({ ratio: (stats.conv_rate ?? 0) * (request.amount ?? 1) }),
});
export const model = featureService({ name: 'model', features: [stats.select('conv_rate'), ratio] });
export const body = pushRequest(
  stats,
  [{ driver_id: 1, conv_rate: 0.5, trips: null, event_timestamp: new Date() }],
  { to: 'online' },
);
`;

/** A mistake in a line of its own, and what a person reads about it. */
const MISTAKES: readonly (readonly [string, RegExp])[] = [
  [
    `featureService({ name: 's', features: [stats.select('conv_rte')] });`,
    /Argument of type '"conv_rte"' is not assignable to parameter of type '"conv_rate" \| "trips"'/,
  ],
  [
    `stats.withJoinKeyMap({ drivr_id: 'origin_driver_id' });`,
    /'drivr_id' does not exist in type '\{ readonly driver_id\?: string; \}'. Did you mean to write 'driver_id'\?/,
  ],
  [
    `featureView({ name: 'v', entities: ['driver'], schema: { a: int64 } });`,
    /Type 'string' is not assignable to type 'Entity<string, string, KeyType>'/,
  ],
  [
    `featureView({ name: 'v', schema: { a: 'int64' } });`,
    /Type 'string' is not assignable to type 'AnyFieldType'/,
  ],
  [
    `featureView({ name: 'v', schema: { a: int64 }, ttl: 7 });`,
    /Type 'number' is not assignable to type 'Duration'/,
  ],
  [`featureView({ name: 'v', schema: { a: int64 }, ttll: days(7) });`, /Did you mean to write 'ttl'\?/],
  [
    `onDemandFeatureView({ name: 'v', sources: { stats }, schema: { a: float32 }, mode: 'row', transform: (inputs) => ({ a: inputs.stats.conv_rte }) });`,
    /Property 'conv_rte' does not exist on type '\{ readonly conv_rate: number \| null; readonly trips: number \| null; \} &.* Did you mean 'conv_rate'\?/,
  ],
  [
    `onDemandFeatureView({ name: 'v', sources: { stats }, schema: { a: float32 }, mode: 'row', transform: () => ({ b: 1 }) });`,
    /Type '\{ b: number; \}' is not assignable to type .*\{ readonly a: number \| null; \}/,
  ],
  [
    `onDemandFeatureView({ name: 'v', sources: { stats }, schema: { a: float32 }, mode: 'row', transform: () => ({ a: 'one' }) });`,
    /Type 'string' is not assignable to type 'number'/,
  ],
  [
    `pushRequest(stats, [{ driver_id: 1, conv_rte: 0.5, trips: 1, event_timestamp: new Date() }], { to: 'online' });`,
    /'conv_rte' does not exist in type '\{ .*readonly conv_rate: number \| null;.* Did you mean to write 'conv_rate'\?/,
  ],
  [
    `pushRequest(stats, [{ driver_id: 'd1', conv_rate: 0.5, trips: 1, event_timestamp: new Date() }], { to: 'online' });`,
    /Type 'string' is not assignable to type 'number \| bigint'/,
  ],
];

describe("what a feature repo gets from 'salver'", () => {
  let installed: InstalledPackage;

  beforeAll(async () => {
    installed = await InstalledPackage.make();
  });
  afterAll(() => installed.remove());

  it('compiles in a strict project that has nothing else', () => {
    expect(installed.compile({ 'features.ts': REPO })).toEqual([]);
  });

  it('has types that a person can read when something is wrong', () => {
    const lines = MISTAKES.map(([line]) => line);
    const said = installed.compile({ 'features.ts': `${REPO}${lines.join('\n')}\n` });
    const first = REPO.split('\n').length;
    expect(said.map(({ line }) => line)).toEqual(MISTAKES.map((_, index) => first + index));
    for (const [index, [, message]] of MISTAKES.entries()) expect(said[index]?.message).toMatch(message);
  });

  it('is the root of the package and nothing else', () => {
    const said = installed.compile({
      'inside.ts': `import 'salver/dist/definitions/entity.js';\nimport 'salver/package.json';\nimport 'salver';\n`,
    });
    expect(said.map(({ line, code }) => [line, code])).toEqual([
      [1, 'TS2882'],
      [2, 'TS2882'],
    ]);
    const inside = installed.run(`await import('salver/dist/definitions/entity.js')`);
    expect(inside.stderr).toContain('ERR_PACKAGE_PATH_NOT_EXPORTED');
  });

  it('runs', () => {
    const program = `import { entity, int64 } from 'salver'; console.log(entity({ name: 'driver', type: int64 }).joinKey)`;
    expect(installed.run(program)).toMatchObject({ status: 0, stdout: 'driver\n' });
  });

  it('has no types of a framework or of generated code', () => {
    const dist = join(installed.folder, 'node_modules/salver/dist');
    const files = typeFiles(join(dist, 'definitions/index.d.ts')).map((file) => relative(dist, file));
    expect(files.length).toBeGreaterThan(20);
    expect(files.filter((file) => !/^(definitions|common\/model)\//.test(file))).toEqual([]);
  });
});

/** A file of types, and all that it imports; throws at an import from another package. */
function typeFiles(file: string, seen = new Set<string>()): readonly string[] {
  if (seen.has(file)) return [];
  seen.add(file);
  const imports = [...readFileSync(file, 'utf8').matchAll(/(?:from|import\()\s*'([^']+)'/g)].map(
    ([, path]) => {
      if (path?.startsWith('.') !== true) throw new Error(`${file} imports ${path}`);
      return resolve(dirname(file), path.replace(/\.js$/, '.d.ts'));
    },
  );
  for (const one of imports)
    if (!existsSync(one)) throw new Error(`${file} imports ${one}, which is not there`);
  return [file, ...imports.flatMap((one) => typeFiles(one, seen))];
}
