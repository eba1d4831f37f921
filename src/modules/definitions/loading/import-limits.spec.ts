import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  DefinitionLoader,
  DRIVER,
  type Files,
  type Outcome,
} from '../../../../test/support/definition-loader.js';

const TYPES =
  'export type Rate = number;\nexport interface Stats { rate: Rate }\nexport const rate: Rate = 1;\n';

/** Why, the files, the place that is told, and what to write. */
const LIMITS: readonly (readonly [string, Files, string, RegExp])[] = [
  [
    'path alias by its look',
    { 'a.ts': `// import x from '@/b.ts'\nimport { x } from '@/b.ts';\n` },
    'a.ts:2:19',
    /path alias.*'\.\/entities\.ts'/,
  ],
  [
    'path alias of tsconfig.json',
    {
      'a.ts': `import { x } from 'shared/b.ts';\n`,
      'tsconfig.json': `{ // aliases\n "compilerOptions": { "paths": { "shared/*": ["./x/*"], } } }`,
    },
    'a.ts:1:19',
    /path alias/,
  ],
  ['imports of package.json', { 'a.ts': `import '#b';\n` }, 'a.ts:1:8', /path alias/],
  [
    'base URL',
    { 'a.ts': `import { x } from 'lib/b';\n`, 'lib/b.ts': 'export const x = 1;\n' },
    'a.ts:1:19',
    /for the file write '\.\/lib\/b\.ts'/,
  ],
  [
    'missing extension',
    { 'a.ts': `import { x } from\n  './b';\n`, 'b.ts': 'export const x = 1;\n' },
    'a.ts:2:3',
    /not the name of a file.*write '\.\/b\.ts'/,
  ],
  [
    '.js for .ts',
    { 'a.ts': `import { x } from './b.js';\n`, 'b.ts': 'export const x = 1;\n' },
    'a.ts:1:19',
    /write '\.\/b\.ts'/,
  ],
  [
    'folder',
    { 'a.ts': `import './b';\n`, 'b/index.ts': 'export {};\n' },
    'a.ts:1:8',
    /write '\.\/b\/index\.ts'/,
  ],
  [
    'misspelt file',
    { 'a.ts': `import './entites.ts';\n`, 'entities.ts': '' },
    'a.ts:1:8',
    /did you mean '\.\/entities\.ts'/,
  ],
  [
    'no such file',
    { 'sub/a.ts': `import '../nowhere.ts';\n` },
    'sub/a.ts:1:8',
    /there is no file '\.\.\/nowhere\.ts'$/,
  ],
  [
    'JSON without attributes',
    { 'a.ts': `import limits from './limits.json';\n`, 'limits.json': '{}' },
    'a.ts:1:20',
    /with \{ type: 'json' \}/,
  ],
  [
    'type imported as a value',
    {
      'a.ts': `import { rate, Stats } from './types.ts';\nexport const x: Stats = { rate };\n`,
      'types.ts': TYPES,
    },
    'a.ts:1:16',
    /^'Stats' of '\.\/types\.ts' is a type.*import \{ type Stats \}/,
  ],
  [
    'type that is exported in a list',
    { 'a.ts': `import { B } from './b.ts';\n`, 'b.ts': 'type A = 1;\nexport { type A as B };\n' },
    'a.ts:1:10',
    /is a type/,
  ],
  [
    'misspelt export',
    { 'a.ts': `import { rates } from './types.ts';\n`, 'types.ts': TYPES },
    'a.ts:1:10',
    /exports no 'rates'; did you mean 'rate'/,
  ],
  [
    'misspelt builder',
    { 'a.ts': `import { entitty } from 'salver';\n` },
    'a.ts:1:10',
    /'salver' exports no 'entitty'; did you mean 'entity'/,
  ],
  [
    'default of a file without one',
    { 'a.ts': `import rate from './types.ts';\n`, 'types.ts': TYPES },
    'a.ts:1:8',
    /no default export/,
  ],
  [
    'named export of CommonJS',
    { 'a.ts': `import { b } from './b.cjs';\n`, 'b.cjs': 'module.exports = 1;\n' },
    'a.ts:1:10',
    /is CommonJS.*import all from '\.\/b\.cjs'/,
  ],
  ['.tsx', { 'a.ts': `import './b.tsx';\n`, 'b.tsx': '' }, 'a.ts:1:8', /JSX.*rename it to \.ts/],
  ['.cts', { 'a.ts': `import './b.cts';\n`, 'b.cts': '' }, 'a.ts:1:8', /CommonJS: rename it to \.ts/],
  [
    'TypeScript below node_modules',
    {
      'a.ts': `import 'b';\n`,
      'node_modules/b/package.json': '{"name":"b","type":"module","exports":"./b.ts"}',
      'node_modules/b/b.ts': 'export const x: number = 1;\n',
    },
    'a.ts:1:8',
    /node_modules\/b\/b\.ts' is TypeScript below node_modules/,
  ],
  [
    'missing package',
    { 'a.ts': `import 'lodash-es/map';\n` },
    'a.ts:1:8',
    /no package 'lodash-es'.*npm install lodash-es/,
  ],
  ['missing scoped package', { 'a.ts': `import '@a/b/c';\n` }, 'a.ts:1:8', /no package '@a\/b'/],
  ['file of Salver', { 'a.ts': `import 'salver/dist/cli.js';\n` }, 'a.ts:1:8', /only 'salver' itself/],
  [
    'file that a package keeps',
    {
      'a.ts': `import 'b/deep.js';\n`,
      'node_modules/b/package.json': '{"name":"b","exports":"./b.js"}',
    },
    'a.ts:1:8',
    /'\.\/deep\.js' is not defined by "exports"/,
  ],
  ['unknown module of Node', { 'a.ts': `import 'node:fss';\n` }, 'a.ts:1:8', /Node has no module 'node:fss'/],
  ['URL', { 'a.ts': `import 'https://localhost/x.js';\n` }, 'a.ts:1:8', /only files, packages/],
];

describe('imports that Node does not find or run as a compiler would', () => {
  let loader: DefinitionLoader;
  let outcomes: readonly Outcome[];

  beforeAll(async () => {
    loader = await DefinitionLoader.compile();
    outcomes = await loader.outcomes(LIMITS.map(([, files]) => loader.repoOf({ 'z.ts': DRIVER, ...files })));
  });
  afterAll(() => loader.remove());

  it.each(LIMITS.map(([why, , place, message], index) => ({ why, place, message, index })))(
    '$why: $place',
    ({ place, message, index }) => {
      const { problems = [] } = outcomes[index] as Outcome;
      expect(problems).toEqual([
        expect.objectContaining({ file: place, message: expect.stringMatching(message) as string }),
      ]);
      expect(problems[0]?.message).not.toMatch(/\n\s+at |node:internal/);
    },
  );
});
