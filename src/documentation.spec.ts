import { globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from './command-table.js';
import { type CommandEntry, type CommandOptions, type CommandTable, GLOBAL_OPTIONS } from './command.js';
import { settingKeys } from './common/config/setting-keys.js';
import { SERVER_METRICS } from './modules/metrics/server-metrics.js';
import { SERVE_OPTIONS } from './processes/serve-options.js';

const ROOT = join(import.meta.dirname, '..');
const text = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const README = text('README.md');
const PAGES = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md'));
const USER_TEXTS = new Map(
  ['README.md', ...PAGES.map((name) => `docs/${name}`)].map((path) => [path, text(path)]),
);

/** Cells of the table below a line that begins with this head. */
function tableBelow(head: string): string[][] {
  const lines = README.split('\n');
  const start = lines.findIndex((line) => line.startsWith(head)) + 2;
  const end = lines.findIndex((line, at) => at >= start && !line.startsWith('|'));
  // A bar inside a cell is escaped.
  return lines.slice(start, end).map((line) =>
    line
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim()),
  );
}

describe('the settings of README.md', () => {
  it('are all there are, with their variables and defaults', () => {
    const told = tableBelow('| setting ').map(([path, variable, value]) => [path, variable, value]);
    const texts = new Map([
      ['metrics.host', 'that of the server'],
      ['auth.kubernetes_mount', 'that of every pod'],
    ]);
    expect(told).toHaveLength(settingKeys().length);
    expect(new Set(told)).toEqual(
      new Set(
        settingKeys().map(({ path, variable, defaultValue }) => [
          `\`${path}\``,
          `\`${variable}\``,
          texts.get(path) ?? String(defaultValue),
        ]),
      ),
    );
  });
});

async function optionsOf(table: CommandTable): Promise<CommandOptions[]> {
  const entries: CommandEntry[] = Object.values(table).flatMap((entry) =>
    'commands' in entry ? Object.values(entry.commands) : [entry],
  );
  return Promise.all(entries.map(async ({ load }) => (await load()).options));
}

describe('the files of docs/architecture.md', () => {
  it('exist', () => {
    const files = globSync('src/**/*.ts', { cwd: ROOT });
    const named = [...text('docs/architecture.md').matchAll(/`([\w/.-]+\.ts)`/g)].map(([, name]) => name!);
    expect(named.length).toBeGreaterThan(40);
    // That of a user's repository.
    const missing = named.filter(
      (name) => name !== 'static_artifacts.ts' && !files.some((file) => `/${file}`.endsWith(`/${name}`)),
    );
    expect(missing).toEqual([]);
  });
});

describe('the command line', () => {
  it('is in README.md, every command of it', () => {
    const cells = tableBelow('| command ').map(([cell]) => cell!);
    const named = new Set(cells.flatMap((cell) => [...cell.matchAll(/`([a-z-]+)/g)].map(([, name]) => name)));
    const shared = tableBelow('| command ').find(([cell]) => cell!.includes('with `list`'));
    expect(shared).toBeDefined();
    const missing = Object.entries(COMMANDS)
      // Groups of `list` and `describe` alone stand in one line.
      .filter(([name, entry]) => !named.has(name) && !('commands' in entry && 'list' in entry.commands))
      .map(([name]) => name);
    expect(missing).toEqual([]);
  });

  it('has the options of `serve` that README.md tells, and no others', () => {
    const told = tableBelow('| option ').flatMap(([cell]) =>
      [...cell!.matchAll(/`-{1,2}([\w-]+)`/g)].map(([, name]) => name!),
    );
    const namesOf = (options: CommandOptions) =>
      Object.entries(options).flatMap(([name, { short }]) => (short === undefined ? [name] : [short, name]));
    const { help: _, version: __, ...globals } = GLOBAL_OPTIONS;
    const { type: ___, ...served } = SERVE_OPTIONS;
    const known = [...namesOf(served), ...namesOf(globals)];
    expect(told.toSorted()).toEqual(known.toSorted());
  });

  it('has every option that a page names', async () => {
    const all = [GLOBAL_OPTIONS, ...(await optionsOf(COMMANDS))].flatMap((options) => Object.keys(options));
    const known = new Set(all);
    // Those of benchmarks and of other programs are not ours.
    const pages = [...USER_TEXTS].filter(([path]) => path !== 'docs/benchmarks.md');
    const unknown = pages.flatMap(([path, page]) =>
      page
        .split('\n')
        .filter((line) => !/npm (run|install|ci)|openssl|nest start/.test(line))
        .flatMap((line) => [...line.matchAll(/(?<![\w-])--([a-z][\w-]+)/g)].map(([, name]) => name!))
        .filter((name) => !known.has(name))
        .map((name) => `${path}: --${name}`),
    );
    expect(unknown).toEqual([]);
  });
});

describe('the metrics of the pages', () => {
  const names = new Set<string>(SERVER_METRICS.map(({ name }) => name));
  const deploy = [
    'README.md',
    'prometheus/alerts.yaml',
    'prometheus/alerts.test.yaml',
    'grafana/salver.json',
  ];
  const texts = new Map([
    ...USER_TEXTS,
    ...deploy.map((path) => [`deploy/${path}`, text(`deploy/${path}`)] as const),
  ]);

  it('exist', () => {
    const unknown = [...texts].flatMap(([path, page]) =>
      [...page.matchAll(/\b(?:salver|feast)_[a-z]\w*/g)]
        .map(([name]) => name)
        .filter((name) => !names.has(name) && !names.has(name.replace(/_(bucket|sum|count)$/, '')))
        .map((name) => `${path}: ${name}`),
    );
    // The project of the example.
    expect(new Set(unknown)).toEqual(new Set(['README.md: salver_example']));
  });

  it('are all of ours', () => {
    const ours = [...names].filter((name) => name.startsWith('salver_'));
    expect(ours.filter((name) => !text('deploy/README.md').includes(`\`${name}\``))).toEqual([]);
  });
});
