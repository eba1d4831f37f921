import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { availableCores } from './available-cores.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'salver-spec-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function write(files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

const V1 = { 'proc/self/cgroup': '5:memory:/a\n4:cpu,cpuacct:/a/b\n1:name=systemd:/x\n' };

describe('availableCores', () => {
  it.each([
    ['nothing', {}, 8],
    ['no quota', { 'sys/fs/cgroup/cpu.max': 'max 100000\n' }, 8],
    ['two cores', { 'sys/fs/cgroup/cpu.max': '200000 100000\n' }, 2],
    ['one and a half', { 'sys/fs/cgroup/cpu.max': '150000 100000\n' }, 2],
    ['a tenth', { 'sys/fs/cgroup/cpu.max': '10000 100000\n' }, 1],
    ['more than the machine has', { 'sys/fs/cgroup/cpu.max': '6400000 100000\n' }, 8],
    ['rubbish', { 'sys/fs/cgroup/cpu.max': 'x y\n', 'proc/self/cgroup': 'x\n' }, 8],
    [
      'a group below another that is tighter',
      {
        'proc/self/cgroup': '0::/slice/unit\n',
        'sys/fs/cgroup/slice/unit/cpu.max': '400000 100000\n',
        'sys/fs/cgroup/slice/cpu.max': '300000 100000\n',
      },
      3,
    ],
    [
      'version 1',
      {
        ...V1,
        'sys/fs/cgroup/cpu,cpuacct/a/b/cpu.cfs_quota_us': '300000\n',
        'sys/fs/cgroup/cpu,cpuacct/a/b/cpu.cfs_period_us': '100000\n',
      },
      3,
    ],
    [
      'version 1 in a container',
      {
        ...V1,
        'sys/fs/cgroup/cpu/cpu.cfs_quota_us': '50000\n',
        'sys/fs/cgroup/cpu/cpu.cfs_period_us': '25000\n',
      },
      2,
    ],
    [
      'version 1 without a quota',
      {
        ...V1,
        'sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1\n',
        'sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
      },
      8,
    ],
  ])('understands %s', (_, files, cores) => {
    write(files);
    expect(availableCores(root, 8)).toBe(cores);
  });

  it('finds at least one core on this machine', () => {
    expect(availableCores()).toBeGreaterThanOrEqual(1);
  });
});
