import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RepoFolder } from './support/repo-folder.js';
import { CHECKOUT } from './support/servers.js';

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

describe('teardown', () => {
  it('asks first, and leaves the other project of the registry and of the store', async () => {
    await repo.runWell('apply');
    repo.configure('second');
    await repo.runWell('apply');
    repo.addRow('shop_hourly');
    const refused = await repo.run('teardown');
    expect(refused.code).toBe(1);
    expect(refused.output).toContain('Of project second would be lost:');
    expect(repo.tables()).toHaveLength(4);
    expect(await repo.runWell('teardown', '-y')).toContain('Deleted sqlite table second_hourly');
    expect(repo.tables()).toEqual(['shop_hourly', 'shop_other']);
    repo.configure('shop');
    expect(await repo.runWell('plan')).toContain('No changes to registry');
    expect(JSON.parse(await repo.runWell('teardown', '-y', '--output', 'json'))).toMatchObject({
      project: 'shop',
      applied: true,
    });
    expect(existsSync(join(repo.path, 'data/online.db'))).toBe(false);
    expect(await repo.runWell('teardown')).toContain('The registry holds nothing of project shop');
  });
});

it('a person at a terminal is asked', () => {
  const command = `"${join(CHECKOUT, 'bin/salver')}" -c "${repo.path}" teardown`;
  execFileSync(join(CHECKOUT, 'bin/salver'), ['-c', repo.path, 'apply']);
  const answer = (text: string) => {
    try {
      return execFileSync('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
        input: text,
        encoding: 'utf8',
      });
    } catch (error) {
      return String((error as { stdout: string }).stdout);
    }
  };
  expect(answer('n\n')).toContain('Nothing was done.');
  expect(repo.tables()).toHaveLength(2);
  expect(answer('y\n')).toContain('Deleted project shop');
  expect(repo.tables()).toEqual([]);
});
