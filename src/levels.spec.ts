import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path/posix';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const PAGE = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8');

/** Rooms by their line in the picture of `docs/architecture.md`, the topmost first. */
const LINES = /## Levels[^]*?```\n([^]*?)```/
  .exec(PAGE)![1]!
  .trimEnd()
  .split('\n')
  .map((line) => line.replace(/^\d/, '').trim().split(/ {2,}/));

const lineOf = new Map(LINES.flatMap((rooms, line) => rooms.map((room) => [room, line] as const)));

/** The room of a file; undefined for generated code, which everybody may import. */
function roomOf(path: string): string | undefined {
  const [top, second, third] = path.replace(/\.ts$/, '').split('/').slice(1) as [string, string, string];
  if (top === 'generated') return undefined;
  if (top === 'modules') return second;
  if (top === 'definitions') return 'src/definitions';
  if (top === 'common') return second === 'errors' ? `common/errors/${third}` : `common/${second}`;
  if (top.startsWith('command') && top !== 'command-table') return 'command';
  // Entries of processes and of the package.
  return lineOf.has(top) ? top : 'main';
}

interface Import {
  readonly file: string;
  readonly target: string;
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const found = text.matchAll(/^(?:import|export)\b[^;]*?from '(\.[^']+)';|import\('(\.[^']+)'\)/gm);
  return [...found].map(([, fixed, lazy]) => ({
    file,
    target: normalize(join(dirname(file), (fixed ?? lazy)!)).replace(/\.js$/, '.ts'),
  }));
}

const FILES = globSync('src/**/*.ts', { cwd: ROOT }).filter((path) => !/\.(spec|contract)\.ts$/.test(path));
const IMPORTS = FILES.flatMap(importsOf);

describe('the levels of docs/architecture.md', () => {
  it('name every room', () => {
    const rooms = new Set(FILES.map(roomOf).filter((room) => room !== undefined));
    expect([...rooms].filter((room) => !lineOf.has(room))).toEqual([]);
    expect([...lineOf.keys()].filter((room) => !rooms.has(room))).toEqual([]);
  });

  it('are kept by every import', () => {
    expect(IMPORTS.length).toBeGreaterThan(2000);
    const upwards = IMPORTS.filter(({ file, target }) => {
      const [from, to] = [roomOf(file), roomOf(target)];
      if (from === undefined || to === undefined || from === to) return false;
      const [above, below] = [lineOf.get(from)!, lineOf.get(to)!];
      // What starts everything knows itself.
      return below < above || (below === above && above > 0);
    });
    expect(upwards.map(({ file, target }) => `${file} imports ${target}`)).toEqual([]);
  });
});
