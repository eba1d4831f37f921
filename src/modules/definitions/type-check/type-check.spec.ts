import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { typeCheck } from './type-check.js';

let repo: string;

beforeEach(() => {
  repo = mkdtempSync(join(tmpdir(), 'salver-types-'));
});
afterEach(() => rmSync(repo, { recursive: true }));

function configure(text = '{"compilerOptions": {"strict": true}}'): void {
  writeFileSync(join(repo, 'tsconfig.json'), text);
}

/** A compiler in the repo's own node_modules. */
function ownCompiler(program: string): void {
  const folder = join(repo, 'node_modules/typescript');
  mkdirSync(join(folder, 'bin'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"name":"typescript"}');
  writeFileSync(join(folder, 'bin/tsc'), program);
}

describe('the compiler', () => {
  it('tells each problem with its place and code', async () => {
    configure();
    writeFileSync(
      join(repo, 'a.ts'),
      `export const a: number = 'x';\n  export const b: { c: { d: 1 } } = { c: { e: 1 } };\n`,
    );
    expect(await typeCheck(repo)).toEqual({
      kind: 'checked',
      problems: [
        {
          file: 'a.ts:1:14',
          exportName: undefined,
          property: undefined,
          message: `Type 'string' is not assignable to type 'number'. (TS2322)`,
        },
        expect.objectContaining({
          file: 'a.ts:2:44',
          message: expect.stringMatching(/^Object literal.*'e'.*\(TS2353\)$/) as string,
        }),
      ],
    });
  });

  it('has nothing to say of what is right', async () => {
    configure();
    writeFileSync(join(repo, 'a.ts'), `export const a = 1;\n`);
    expect(await typeCheck(repo)).toEqual({ kind: 'checked', problems: [] });
  });

  it('tells what concerns no file of the settings', async () => {
    configure('{"include": ["nothing"]}');
    expect(await typeCheck(repo)).toEqual({
      kind: 'checked',
      problems: [expect.objectContaining({ file: 'tsconfig.json' })],
    });
  });

  it('is that of the repo, when it has one', async () => {
    configure();
    ownCompiler(`console.log("b.ts(2,3): error TS1: one\\n  two"); process.exit(2)`);
    expect(await typeCheck(repo)).toEqual({
      kind: 'checked',
      problems: [expect.objectContaining({ file: 'b.ts:2:3', message: 'one (TS1)\n  two' })],
    });
  });

  it('is skipped without settings', async () => {
    expect(await typeCheck(repo)).toEqual({
      kind: 'skipped',
      reason: expect.stringContaining('no tsconfig.json') as string,
    });
  });

  it('is skipped when it does not work', async () => {
    configure();
    ownCompiler(`console.error('cannot start\\nstack'); process.exit(7)`);
    expect(await typeCheck(repo)).toEqual({
      kind: 'skipped',
      reason: expect.stringMatching(/tsc ended with 7: cannot start$/) as string,
    });
  });

  it('is ended with what it started when it takes too long', async () => {
    configure();
    const mark = join(repo, 'mark');
    ownCompiler(
      `const { spawn } = require('node:child_process');
       const late = "setTimeout(() => require('node:fs').writeFileSync(" + JSON.stringify(${JSON.stringify(mark)}) + ", ''), 900)";
       spawn(process.execPath, ['-e', late], { stdio: 'inherit' }); setInterval(() => {}, 1000);`,
    );
    expect(await typeCheck(repo, { timeLimitMs: 500 })).toEqual({
      kind: 'skipped',
      reason: expect.stringContaining('has not ended within 0.5 s') as string,
    });
    await delay(800);
    expect(existsSync(mark)).toBe(false);
  });
});

describe('the settings that lead to salver', () => {
  const extending = `{ // ours\n "extends": ["./base.json", "./.salver/tsconfig.json"] }`;
  const generated = (): string => readFileSync(join(repo, '.salver/tsconfig.json'), 'utf8');

  it('are made where the repo extends them, and renewed when the install has moved', async () => {
    writeFileSync(join(repo, 'base.json'), '{}');
    configure(extending);
    writeFileSync(join(repo, 'a.ts'), `export const a = 1;\n`);
    await typeCheck(repo);
    expect(generated()).toMatch(/"salver": \[\s*"\/.*definitions\/index\.(?:d\.)?ts"/);
    writeFileSync(join(repo, '.salver/tsconfig.json'), generated().replace(/"\/.*definitions/, '"/moved'));
    await typeCheck(repo);
    expect(generated()).not.toContain('/moved');
  });

  it('are left alone where it does not', async () => {
    configure();
    await typeCheck(repo);
    expect(existsSync(join(repo, '.salver'))).toBe(false);
  });
});
