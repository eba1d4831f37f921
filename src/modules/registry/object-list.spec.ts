import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import {
  feastRuns,
  LIST_OF_GROUP,
  parseFeastTable,
  RECORDED_REPOS,
  recordedProject,
  recordedRegistry,
} from '../../../test/support/feast-commands.js';
import { RegistrySchema } from '../../generated/feast/core/Registry_pb.js';
import { listFeatures } from './feature-list.js';
import { LISTINGS, listObjects, type Row } from './object-list.js';
import type { RegistryList } from './registry-object.js';
import { parseTags } from './tag-filter.js';

/** A cell as Feast prints it: Python's sets and dicts in any order, classes with their path. */
function feastCell(column: string, text: string): unknown {
  if (/^\{.*\}$/.test(text))
    return sorted([...text.matchAll(/'([^']*)'/g)].map((match) => match[1] as string));
  if (text === 'n/a') return [];
  if (column === 'entities') return sorted(text.split(', '));
  return /^<class '.*\.(\w+)'>$/.exec(text)?.[1] ?? text.replace(/^ValueType\./, '');
}

function ourCell(column: string, cell: Row[string]): unknown {
  if (typeof cell === 'boolean') return cell ? 'Yes' : 'No';
  if (Array.isArray(cell)) return ourList(column, cell as readonly string[]);
  if (typeof cell !== 'object' || cell === null) return cell;
  const pairs = Object.entries(cell as Record<string, string>);
  if (column === 'tags') return sorted(pairs.flat());
  return pairs.map(([key, value]) => `${key} : ${value}`).join('\n') || '-';
}

function ourList(column: string, items: readonly string[]): unknown {
  if (column === 'entities') return sorted(items);
  return column === 'features' ? items.join(', ') : items.join('\n') || '-';
}

function sorted(texts: readonly string[]): string[] {
  return texts.toSorted((a, b) => (a < b ? -1 : 1));
}

describe.each(RECORDED_REPOS)('the lists of %s', (repo) => {
  const registry = recordedRegistry(repo);
  const project = recordedProject(repo);
  const runs = feastRuns(repo).filter(({ args, exception }) => args[1] === 'list' && exception === undefined);

  it.each(runs.filter(({ args }) => args[0] !== 'features').map((run) => [run.args.join(' '), run] as const))(
    'are those of Feast: %s',
    (_line, { args, stdout }) => {
      const list = LIST_OF_GROUP[args[0] as string] as RegistryList;
      const tags = parseTags(args.slice(3));
      const { columns, rows } = listObjects(LISTINGS[list], { registry, project, tags });
      const expected = parseFeastTable(stdout);
      expect(rows.map((row) => columns.map((column) => ourCell(column, row[column] ?? null)))).toEqual(
        expected.map((row) => columns.map((column) => feastCell(column, row[column.toUpperCase()] ?? ''))),
      );
      expect(rows.length > 0 || expected.length === 0).toBe(true);
    },
  );

  it('has the features of Feast, with their types', () => {
    const { stdout } = runs.find(({ args }) => args[0] === 'features') as (typeof runs)[number];
    expect(listFeatures({ registry, project }).rows).toEqual(
      parseFeastTable(stdout).map((row) => ({
        feature_name: row['Feature'],
        feature_view: row['Feature View'],
        dtype: row['Data Type'],
      })),
    );
  });
});

describe('listObjects', () => {
  const registry = recordedRegistry('every-kind');

  it('lists what Feast cannot read: a reference without a profile', () => {
    const selection = { registry, project: 'every_kind', tags: parseTags([]) };
    expect(listObjects(LISTINGS.validationReferences, selection).rows).toEqual([
      { name: 'training_reference' },
    ]);
  });

  it('shows the objects of one project alone', () => {
    const selection = { registry, project: 'other', tags: parseTags([]) };
    expect(listObjects(LISTINGS.entities, selection).rows.map(({ name }) => name)).toEqual(['rider']);
  });

  it('wants every tag', () => {
    const names = (...tags: string[]) =>
      listObjects(LISTINGS.featureViews, { registry, project: 'every_kind', tags: parseTags(tags) }).rows.map(
        ({ name }) => name,
      );
    expect(names('team:ops', 'tier:1')).toEqual(['trips']);
    expect(names('team:ops, tier:2')).toEqual([]);
    expect(names("('team:ml')")).toEqual(['world', 'scaled']);
  });

  it('has the header of an empty registry', () => {
    const selection = { registry: create(RegistrySchema), project: 'p', tags: parseTags([]) };
    expect(listObjects(LISTINGS.entities, selection)).toEqual({
      columns: ['name', 'description', 'type'],
      rows: [],
    });
  });
});

describe('parseTags', () => {
  it('refuses what is no pair', () => {
    expect(() => parseTags(['team:a, tier'])).toThrow("'tier' is no pair");
  });

  it('keeps colons of the value', () => {
    expect([...parseTags(['url:http://x', '', 'a: b '])]).toEqual([
      ['url', 'http://x'],
      ['a', 'b'],
    ]);
  });
});
