import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  DefinitionLoader,
  DRIVER,
  type Files,
  type Outcome,
} from '../../../../test/support/definition-loader.js';

/** Why, the files, the place that is told, and what to write. */
const LIMITS: readonly (readonly [string, Files, string, RegExp])[] = [
  ['enum', { 'a.ts': 'const x = 1;\nexport enum Color { red }\n' }, 'a.ts:2:8', /^an enum is code.*as const/],
  ['const enum', { 'a.ts': 'const enum Color { red }\n' }, 'a.ts:1:1', /^an enum is code/],
  [
    'namespace with values',
    { 'a.ts': '\nnamespace Team {\n  export const a = 1;\n}\n' },
    'a.ts:2:1',
    /^a namespace that holds values.*a file of their own/,
  ],
  ['module with values', { 'a.ts': 'module Team { export const a = 1 }\n' }, 'a.ts:1:1', /^a namespace/],
  [
    'parameter property',
    { 'a.ts': 'class Team {\n  constructor(private name: string) {}\n}\n' },
    'a.ts:2:23',
    /^a parameter property.*in the constructor/,
  ],
  [
    'decorator',
    { 'a.ts': 'function keep(x: unknown): void {}\n@keep class Team {}\n' },
    'a.ts:2:1',
    /^a decorator.*call the function/,
  ],
  [
    'import alias',
    { 'a.ts': `import fs = require('node:fs');\n` },
    'a.ts:1:1',
    /^import x = … .*import x from/,
  ],
  ['export assignment', { 'a.ts': 'const a = 1;\nexport = a;\n' }, 'a.ts:2:1', /write export default/],
  [
    'cast in angle brackets',
    { 'a.ts': `const a = <number>JSON.parse('1');\n` },
    'a.ts:1:11',
    /write expression as Type/,
  ],
  [
    'syntax error in TypeScript',
    { 'a.ts': 'const a: number = 1;\nconst b = (;\n' },
    'a.ts:2:12',
    /^syntax error: /,
  ],
  ['syntax error in JavaScript', { 'a.js': 'const a = 1;\nconst b = (;\n' }, 'a.js:2:12', /^syntax error: /],
  ['declared twice', { 'a.ts': 'let x: number = 1;\n  let x = 2;\n' }, 'a.ts:2:7', /already been declared/],
  ['require', { 'a.ts': `const fs = require('node:fs');\n` }, 'a.ts:1:12', /write import/],
  ['module.exports', { 'a.js': `\nmodule.exports = { a: 1 };\n` }, 'a.js:2:1', /write export const/],
  ['__dirname', { 'a.ts': `export const here = __dirname;\n` }, 'a.ts:1:21', /import\.meta\.dirname/],
  [
    'exception',
    { 'a.ts': `function check(): never {\n  throw new RangeError('too much');\n}\ncheck();\n` },
    'a.ts:2:9',
    /^RangeError: too much$/,
  ],
  [
    'exception of a package',
    {
      'a.ts': `import { fail } from 'b';\nfail();\n`,
      'node_modules/b/package.json': '{"name":"b","type":"module","exports":"./b.js"}',
      'node_modules/b/b.js': `export function fail() { throw new Error('no way'); }\n`,
    },
    'a.ts:2:1',
    /^no way$/,
  ],
  ['JSON that does not parse', { 'a.ts': `const a = JSON.parse('{');\n` }, 'a.ts:1:16', /^SyntaxError: /],
  ['text thrown', { 'a.ts': `throw 'nothing';\n` }, 'a.ts', /threw "nothing"/],
  [
    'rejection that nobody waits for',
    { 'a.ts': `void Promise.reject(new Error('lost'));\n` },
    'a.ts:1:21',
    /^lost$/,
  ],
  [
    'import cycle',
    {
      'a.ts': `import { b } from './b.ts';\nexport const a = { b };\n`,
      'b.ts': `import { a } from './a.ts';\nexport const b = { of: a };\n`,
    },
    'b.ts:2:24',
    /^'a' of '\.\/a\.ts' has no value yet.*\(b\.ts → a\.ts → b\.ts\)/,
  ],
  [
    'used above its definition',
    { 'a.ts': `export const x = [y];\nconst y = 1;\n` },
    'a.ts:1:19',
    /^'y' is used above/,
  ],
  [
    'element that is missing',
    { 'a.ts': `${DRIVER}export const all = [driver, undefined];\n` },
    'a.ts',
    /is undefined among definitions/,
  ],
];

describe('files that do not run', () => {
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
