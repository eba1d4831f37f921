import type { DefinitionKind } from '../../../definitions/definition.js';
import type { FieldChange } from '../diff/field-changes.js';

/** Members of a view's spec a change of which makes a new version, by kind. Everything else is changed in place. */
const SIGNIFICANT: Readonly<Partial<Record<DefinitionKind, readonly string[]>>> = {
  feature_view: ['features', 'entities', 'entity_columns', 'source_views'],
  stream_feature_view: [
    'features',
    'entities',
    'entity_columns',
    'user_defined_function',
    'feature_transformation',
    'aggregations',
    'timestamp_field',
    'mode',
  ],
  on_demand_feature_view: [
    'features',
    'entity_columns',
    'sources',
    'feature_transformation',
    'aggregations',
    'mode',
  ],
  label_view: ['features'],
};

/** How a field is searched by, not what it is. */
const SEARCH_OPTIONS: readonly string[] = ['vector_index', 'vector_search_metric'];
const FIELD_LISTS: readonly string[] = ['features', 'entity_columns'];

/** A function is known by its text; its name and the mode beside it follow. */
const FUNCTION_LABELS: readonly string[] = ['name', 'mode'];
const FUNCTIONS: readonly string[] = ['user_defined_function', 'feature_transformation'];

/**
 * Whether Feast counts what differs between two definitions of a view as a new version of it.
 *
 * Source: Feast 0.66, by experiment: test/fixtures/apply.
 */
export function isNewVersion(kind: DefinitionKind, changes: readonly FieldChange[]): boolean {
  return changes.some(({ path }) => isSignificant(SIGNIFICANT[kind] ?? [], path));
}

function isSignificant(members: readonly string[], path: readonly string[]): boolean {
  const [member = '', ...below] = path;
  const last = below.at(-1) ?? '';
  if (!members.includes(member)) return false;
  if (FIELD_LISTS.includes(member)) return !SEARCH_OPTIONS.includes(last);
  return !(FUNCTIONS.includes(member) && FUNCTION_LABELS.includes(last));
}
