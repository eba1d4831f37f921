import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { type Registry, RegistrySchema } from '../../src/generated/feast/core/Registry_pb.js';
import type { RegistryList } from '../../src/modules/registry/registry-object.js';
import { CHECKOUT } from './servers.ts';

/** A command line that Feast's own program ran; see `test/fixtures/commands/README.md`. */
export interface FeastRun {
  readonly args: readonly string[];
  readonly exit_code: number;
  readonly stdout: string;
  /** What it crashed with. */
  readonly exception?: string;
}

export interface FeastChange extends FeastRun {
  /** Members of the registry that differ afterwards, whole; null when gone. */
  readonly changed: Readonly<Record<string, unknown>>;
}

const COMMANDS = join(CHECKOUT, 'test/fixtures/commands');
export const EVERY_KIND = join(COMMANDS, 'every-kind');

export const RECORDED_REPOS = [
  'alltypes-sqlite',
  'drivers-sqlite',
  'odfv-sqlite',
  'permissions-oidc',
  'vectors-sqlite',
  'every-kind',
] as const;

export function recordedRepo(name: string): string {
  return name === 'every-kind' ? EVERY_KIND : join(CHECKOUT, 'test/fixtures/conformance/repos', name);
}

export function feastRuns(repo: string): readonly FeastRun[] {
  return JSON.parse(readFileSync(join(COMMANDS, `${repo}.json`), 'utf8')) as FeastRun[];
}

export function feastChanges(): readonly FeastChange[] {
  return JSON.parse(readFileSync(join(COMMANDS, 'every-kind.changes.json'), 'utf8')) as FeastChange[];
}

/** Shape: one object per row, by the header; the lines of a cell are separated by newlines. */
export function parseFeastTable(text: string): Record<string, string>[] {
  const [header = '', ...lines] = text.split('\n').filter((line) => line.trim() !== '');
  const columns = [...header.matchAll(/\S+(?: \S+)*/g)].map((match) => ({
    name: match[0],
    start: match.index,
  }));
  const rows: Record<string, string>[] = [];
  for (const line of lines) {
    const cells = columns.map(({ start }, at) => line.slice(start, columns[at + 1]?.start).trim());
    const continued = cells[0] === '' ? rows.at(-1) : undefined;
    if (continued) {
      columns.forEach(({ name }, at) => {
        if (cells[at]) continued[name] = `${continued[name]}\n${cells[at]}`;
      });
    } else rows.push(Object.fromEntries(columns.map(({ name }, at) => [name, cells[at] ?? ''])));
  }
  return rows;
}

/** Which list of a registry a group of commands is about. */
export const LIST_OF_GROUP: Readonly<Record<string, RegistryList>> = {
  entities: 'entities',
  'data-sources': 'dataSources',
  'feature-views': 'featureViews',
  'on-demand-feature-views': 'onDemandFeatureViews',
  'stream-feature-views': 'streamFeatureViews',
  'label-views': 'labelViews',
  'feature-services': 'featureServices',
  'saved-datasets': 'savedDatasets',
  'validation-references': 'validationReferences',
  permissions: 'permissions',
  projects: 'projects',
};

export function recordedRegistry(repo: string): Registry {
  return fromBinary(RegistrySchema, readFileSync(join(recordedRepo(repo), 'data/registry.db')));
}

export function recordedProject(repo: string): string {
  return /^project: (\S+)/m.exec(
    readFileSync(join(recordedRepo(repo), 'feature_store.yaml'), 'utf8'),
  )?.[1] as string;
}
