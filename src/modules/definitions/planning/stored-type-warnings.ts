import type { TableState } from '../../online-store/online-store-tables.js';
import type { FieldChange } from '../diff/field-changes.js';
import type { RegistryDiff, UpdatedObject } from '../diff/registry-diff.js';
import { sectionOf } from '../diff/registry-objects.js';

/**
 * Shape:  one text for each type that changes under rows that stay: they were stored with the old one. Rows of a view
 *         whose versions have tables of their own do not stay: a new type is a new version.
 */
export function storedTypeWarnings(diff: RegistryDiff, wanted: readonly TableState[]): readonly string[] {
  return diff.objects.flatMap((object) =>
    object.action === 'updated' && sectionOf(object.kind).isView && keepsItsRows(object, wanted)
      ? object.changes.flatMap((change) => typeWarning(object, change))
      : [],
  );
}

/** The table that is there is the one that will be read. */
function keepsItsRows({ name }: UpdatedObject, wanted: readonly TableState[]): boolean {
  const tables = wanted.filter(({ view }) => view.viewName === name);
  const newest = Math.max(...tables.map(({ view }) => view.version));
  return tables.some(
    ({ view, exists, holdsRows }) => view.version === newest && exists && holdsRows !== false,
  );
}

function typeWarning({ kind, name }: UpdatedObject, { path, before, after }: FieldChange): readonly string[] {
  const [list, field, member] = path;
  if (member !== 'value_type' || path.length > 3) return [];
  const view = `${sectionOf(kind).label} ${name}`;
  if (list === 'features') {
    return [
      `${view}: ${field} becomes ${after}, and what is stored of it is ${before} until it is loaded again: ` +
        'run materialize over the whole range once more',
    ];
  }
  if (list !== 'entity_columns') return [];
  return [
    `${view}: join key ${field} becomes ${after}, and stored rows are under keys of ${before}, where no read will ` +
      'find them: run materialize over the whole range once more',
  ];
}
