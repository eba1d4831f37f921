import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';

/**
 * How many cores this process may keep busy: what its cgroup's quota allows, rounded up, and never more than
 * the machine offers.
 *
 * Shape:   `root` is where `/proc` and `/sys` are found.
 */
export function availableCores(root = '/', machineCores = availableParallelism()): number {
  const quotas = cgroupsOf(root).flatMap(({ directory, quota }) => quotasUpwards(directory, quota));
  return Math.max(1, Math.min(machineCores, ...quotas.map((quota) => Math.ceil(quota))));
}

/** A directory of a cgroup below its mount, and how that version of cgroups writes a quota. */
interface Cgroup {
  readonly directory: { readonly mount: string; readonly path: string };
  readonly quota: (directory: string) => number | undefined;
}

function cgroupsOf(root: string): Cgroup[] {
  const mount = join(root, 'sys/fs/cgroup');
  const lines = (readText(join(root, 'proc/self/cgroup')) ?? '0::/').trim().split('\n');
  return lines.flatMap((line): Cgroup[] => {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers === undefined || path === undefined) return [];
    if (controllers === '') return [{ directory: { mount, path }, quota: quotaOfVersion2 }];
    if (!controllers.split(',').includes('cpu')) return [];
    return ['cpu', controllers].map((name) => ({
      directory: { mount: join(mount, name), path },
      quota: quotaOfVersion1,
    }));
  });
}

/** The quotas of a group and of all above it: the smallest one holds. */
function quotasUpwards({ mount, path }: Cgroup['directory'], quotaOf: Cgroup['quota']): number[] {
  const quotas: number[] = [];
  for (let at = join('/', path); ; at = dirname(at)) {
    const quota = quotaOf(join(mount, at));
    if (quota !== undefined) quotas.push(quota);
    if (at === dirname(at)) return quotas;
  }
}

/** `cpu.max` holds quota and period in microseconds, or `max` for no quota. */
function quotaOfVersion2(directory: string): number | undefined {
  const [quota, period] = (readText(join(directory, 'cpu.max')) ?? '').trim().split(/\s+/);
  return ratio(quota, period);
}

/** `cpu.cfs_quota_us` is -1 for no quota. */
function quotaOfVersion1(directory: string): number | undefined {
  const read = (name: string) => readText(join(directory, name))?.trim();
  return ratio(read('cpu.cfs_quota_us'), read('cpu.cfs_period_us'));
}

function ratio(quota: string | undefined, period: string | undefined): number | undefined {
  const cores = Number(quota) / Number(period);
  return quota && period && Number.isFinite(cores) && cores > 0 ? cores : undefined;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
