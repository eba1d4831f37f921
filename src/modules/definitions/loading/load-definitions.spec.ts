import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DefinitionLoader, DRIVER, type Files } from '../../../../test/support/definition-loader.js';

let loader: DefinitionLoader;

beforeAll(async () => {
  loader = await DefinitionLoader.compile();
});
afterAll(() => loader.remove());

describe('what is loaded', () => {
  it('finds the definitions of all files, in a fixed order, each once', async () => {
    const { loaded, warnings, debug } = await loader.outcomeOf({
      'b.ts': `import { entity, int64 } from 'salver';
const make = (name: string) => entity({ name, joinKey: 'x', type: int64 });
export const [second, first] = [make('b2'), make('b1')];
export const list = [make('l0'), first, make('l2')];
export const named = { x: make('n'), days: 3 };
export default make('d');
export const other = 1, nothing = [1, 2], later = Promise.resolve(1);\n`,
      'a/z.mjs': DRIVER,
      'a/y.js': `export { driver } from './z.mjs';\n`,
      'a/x.mts': `import type { Team } from '../b.ts';\nimport { first } from '../b.ts';\nexport { first };\n`,
    });
    expect(loaded?.map(({ name, file, exportName }) => `${name} ${file} ${exportName}`)).toEqual([
      'b1 a/x.mts first',
      'driver a/y.js driver',
      'd b.ts default',
      'l0 b.ts list[0]',
      'l2 b.ts list[2]',
      'n b.ts named.x',
      'b2 b.ts second',
    ]);
    expect(warnings).toEqual([]);
    expect(debug).toEqual(['loading a/x.mts, a/y.js, a/z.mjs, b.ts']);
  });

  it('leaves out what holds no definitions', async () => {
    const bad = 'throw new Error("loaded");\n';
    const { debug, problems } = await loader.outcomeOf({
      'a.ts': DRIVER,
      'types.d.ts': bad,
      'a.test.ts': bad,
      'a.spec.mjs': bad,
      'vitest.config.ts': bad,
      'static_artifacts.ts': bad,
      'data/x.ts': bad,
      'sub/data/fine.ts': 'export {};\n',
      'node_modules/x/index.js': bad,
      '.hidden/x.ts': bad,
      '.eslintrc.js': bad,
      'env/pyvenv.cfg': '',
      'env/lib/x.js': bad,
      'view.tsx': bad,
      'old.cts': bad,
      'legacy/x.ts': bad,
      'drafts/deep/y.ts': bad,
      'skip-1.ts': bad,
      'skip-2.ts': bad,
      '.feastignore': '# not ready\nlegacy   # all of it\n**/deep/*.ts\nskip-[!2-9].ts\n  skip-?.ts\n',
    });
    expect(problems).toBeUndefined();
    expect(debug).toEqual(['loading a.ts, sub/data/fine.ts']);
  });

  it('takes salver from the running install, whatever node_modules holds', async () => {
    const { loaded } = await loader.outcomeOf({
      'a.ts': `import { entity } from 'b';\nexport const driver = entity({ name: 'driver' });\n`,
      'node_modules/salver/package.json': '{"name":"salver","exports":"./index.js"}',
      'node_modules/salver/index.js': 'throw new Error("the wrong one");\n',
      'node_modules/b/package.json': '{"name":"b","type":"module","exports":"./b.js"}',
      'node_modules/b/b.js': `export { entity } from 'salver';\n`,
    });
    expect(loaded).toEqual([{ name: 'driver', file: 'a.ts', exportName: 'driver' }]);
  });

  it('reads ES modules also where package.json says CommonJS, and JSON, CommonJS and files beside the repo', async () => {
    const outside = loader.repoOf({
      'shared/keys.ts': `export const key: string = 'driver_id';\n`,
      'repo/.keep': '',
    });
    const repo = join(outside, 'repo');
    writeFileSync(join(repo, 'package.json'), '{"type":"commonjs"}');
    writeFileSync(join(repo, 'limits.json'), '{"name":"driver"}');
    writeFileSync(join(repo, 'old.cjs'), `exports.type = require('./type.json').type;\n`);
    writeFileSync(join(repo, 'type.json'), '{"type":"x"}');
    writeFileSync(
      join(repo, 'a.ts'),
      `import { entity } from 'salver';
import { key } from '../shared/keys.ts';
import limits from './limits.json' with { type: 'json' };
import { type } from './old.cjs';
export const driver = entity({ name: limits.name + type, joinKey: key, type });\n`,
    );
    writeFileSync(join(repo, 'b.js'), `export { driver } from './a.ts';\n`);
    expect(await loader.outcomes([repo])).toEqual([
      expect.objectContaining({ loaded: [{ name: 'driverx', file: 'a.ts', exportName: 'driver' }] }),
    ]);
  });

  it('runs in folders with any name, and passes over links that lead nowhere', async () => {
    const outside = loader.repoOf({ 'my (repo) é#%20/.keep': '' });
    const repo = join(outside, 'my (repo) é#%20');
    writeFileSync(join(repo, 'a ü.ts'), `\uFEFF${DRIVER}`);
    symlinkSync('circle.ts', join(repo, 'circle.ts'));
    symlinkSync('nowhere.ts', join(repo, 'gone.ts'));
    expect((await loader.outcomes([repo]))[0]?.loaded?.map(({ file }) => file)).toEqual(['a ü.ts']);
    writeFileSync(join(repo, 'b.ts'), `const fail = (): void => {\n  throw new Error('no');\n};\nfail();\n`);
    expect((await loader.outcomes([repo]))[0]?.problems?.map(({ file }) => file)).toEqual(['b.ts:2:9']);
  });

  it('does not run a repo below node_modules, and says so', async () => {
    const outside = loader.repoOf({ 'node_modules/x/repo/a.ts': DRIVER });
    const [outcome] = await loader.outcomes([join(outside, 'node_modules/x/repo')]);
    expect(outcome?.message).toMatch(/^a\.ts: 'a\.ts' is TypeScript below node_modules.*move the repo/);
  });

  it('follows a link to a file and names it as it is in the repo', async () => {
    const repo = loader.repoOf({ '..version/a.ts': `${DRIVER}boom();\n` });
    symlinkSync('..version/a.ts', join(repo, 'features.ts'));
    const [outcome] = await loader.outcomes([repo]);
    expect(outcome?.problems?.[0]).toMatchObject({
      file: 'features.ts:3:1',
      message: 'ReferenceError: boom is not defined',
    });
  });

  it('says that a builder was not imported', async () => {
    const { problems } = await loader.outcomeOf({ 'a.ts': `${DRIVER}export const rate = float32;\n` });
    expect(problems).toMatchObject([
      { file: 'a.ts:3:21', message: "'float32' is not imported: write import { float32 } from 'salver'" },
    ]);
  });

  it('tells the problems of all files together, and that of a shared file once', async () => {
    const { problems, message } = await loader.outcomeOf({
      'a.ts': `import './shared.ts';\nimport './c.ts';\n`,
      'b.ts': `import './nope.ts';\n`,
      'c.ts': DRIVER,
      'shared.ts': 'enum A { b }\n',
    });
    expect(problems?.map(({ file }) => file)).toEqual(['shared.ts:1:1', 'b.ts:1:8']);
    expect(message?.split('\n')).toHaveLength(2);
  });
});

describe('a repo that is not in TypeScript', () => {
  const python = 'from datetime import timedelta\nfrom feast import Entity\n';

  it.each<[string, Files, RegExp]>([
    [
      'Python',
      { 'features.py': python },
      /Python \(features\.py\)[^]*'feast apply'[^]*'salver init DIRECTORY'/,
    ],
    [
      'Python beside JavaScript of another kind',
      { 'sub/features.py': 'import feast\n', 'tool.js': 'throw new Error();' },
      /Python \(sub\/features\.py\)/,
    ],
    [
      'nothing',
      { 'README.md': '', 'tool.py': 'import os\n' },
      /looks for \*\.ts, \*\.mts, \*\.js and \*\.mjs/,
    ],
    ['another extension', { 'a.tsx': '' }, /Not loaded for their extension: a\.tsx/],
    [
      'no exports',
      { 'a.ts': DRIVER.replace('export ', '') },
      /No definition is exported by a\.ts[^]*salver teardown/,
    ],
    [
      'a pattern that is not relative',
      { 'a.ts': DRIVER, '.feastignore': 'a\n\n/b\n' },
      /^\.feastignore:3: '\/b' must be relative/,
    ],
    [
      'a pattern that is not one',
      { 'a.ts': DRIVER, '.feastignore': 'a/**b' },
      /^\.feastignore:1: .*whole name/,
    ],
  ])('%s', async (_why, files, message) => {
    const outcome = await loader.outcomeOf(files);
    expect(outcome.message).toMatch(message);
    expect(outcome.loaded).toBeUndefined();
  });

  it('warns of Python beside TypeScript', async () => {
    const { loaded, warnings } = await loader.outcomeOf({ 'features.py': python, 'a.ts': DRIVER });
    expect(loaded).toHaveLength(1);
    expect(warnings).toEqual([expect.stringContaining('features.py imports feast')]);
  });

  it('names a folder that is not there', async () => {
    const [outcome] = await loader.outcomes(['/nowhere/at/all']);
    expect(outcome?.message).toBe('there is no folder /nowhere/at/all');
  });
});

describe('time limits', () => {
  it('ends waiting for an await that does not end, and names it', async () => {
    const [outcome] = await loader.outcomes(
      [
        loader.repoOf({
          'a.ts': `import './b.ts';\n`,
          'b.ts': 'const f = async () => await 1;\nawait new Promise(() => f);\n',
        }),
      ],
      400,
    );
    expect(outcome?.problems).toEqual([
      expect.objectContaining({
        file: 'b.ts:2:1',
        message: expect.stringContaining('within 0.4 s') as string,
      }),
    ]);
  });

  it('ends a process whose definitions run without end', async () => {
    const { code, stderr } = await loader.run(
      [loader.repoOf({ 'a.ts': DRIVER, 'b.ts': 'while (true);\n' })],
      400,
    );
    expect(stderr.trim()).toBe('b.ts: has not been loaded within 0.4 s: it runs without end');
    expect(code).toBe('SIGKILL');
  });
});
