import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { runHere } from './support/command-run.ts';
import { EVERY_KIND, feastRuns, RECORDED_REPOS, recordedRepo } from './support/feast-commands.ts';

let repo = '';

beforeEach(() => {
  repo = mkdtempSync(join(tmpdir(), 'salver-reads-'));
});
afterEach(() => rmSync(repo, { recursive: true }));

describe('commands that read', () => {
  const runs = RECORDED_REPOS.flatMap((name) => feastRuns(name).map((run) => ({ name, ...run })));
  const reads = runs.filter(({ args, exit_code: code }) => args[0] === 'get-online-features' && code === 0);

  it.each(
    reads.filter(({ stdout }) => stdout.startsWith('{')).map((run) => [run.args.join(' '), run] as const),
  )('reads what Feast reads: %s', async (_line, { name, args, stdout }) => {
    cpSync(recordedRepo(name), repo, { recursive: true });
    const run = await runHere(['-c', repo, ...args]);
    expect(run.stderr).toBe('');
    const expected = JSON.parse(stdout) as Record<string, unknown>;
    expect(JSON.parse(run.stdout)).toEqual(expected);
  });

  it.each(
    runs.filter(({ args }) => args[0] === 'configuration').map((run) => [run.name, run.stdout] as const),
  )('shows the configuration of %s as Feast does', async (name, stdout) => {
    const run = await runHere(['-c', recordedRepo(name), 'configuration']);
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(parse(run.stdout, { version: '1.1' })).toEqual(parse(stdout, { version: '1.1' }));
    expect(Object.keys(parse(run.stdout) as object)).toEqual(Object.keys(parse(stdout) as object));
  });

  it.each(
    runs
      .filter(({ args }) => ['describe', 'list-versions', 'current_project'].includes(args[1] ?? ''))
      .filter(({ name }) => name === 'every-kind')
      .map((run) => [run.args.join(' '), run] as const),
  )('%s ends as in Feast', async (_line, { args, exit_code: code, exception }) => {
    const run = await runHere(['-c', EVERY_KIND, ...args]);
    expect(run.code).toBe(exception === undefined ? code : 0);
    expect((run.code === 0 ? run.stdout : run.stderr).length).toBeGreaterThan(0);
    expect(run.stderr).not.toMatch(/internal error/);
  });

  it('lists the versions that Feast lists', async () => {
    const theirs = runs.find(
      ({ name, args }) => name === 'every-kind' && args.join(' ') === 'feature-views list-versions trips',
    );
    const { stdout } = await runHere([
      '-c',
      EVERY_KIND,
      'feature-views',
      'list-versions',
      'trips',
      '--output',
      'json',
    ]);
    const ours = JSON.parse(stdout) as {
      version: string;
      type: string;
      created: string;
      version_id: string;
    }[];
    const lines = theirs?.stdout.trim().split('\n').slice(1) ?? [];
    expect(ours.map(({ version, type, version_id: id }) => [version, type, id])).toEqual(
      lines.map((line) => line.split(/\s{2,}/)).map(([version, type, , id]) => [version, type, id]),
    );
    expect(ours.map(({ created }) => created.slice(0, 19).replace('T', ' '))).toEqual(
      lines.map((line) => line.split(/\s{2,}/)[2]?.slice(0, 19)),
    );
  });
});
