import {
  DEFINITION,
  isDefinition,
  type Definition,
  type DefinitionKind,
} from '../../../definitions/definition.js';
import { DURATION } from '../../../definitions/duration.js';
import { isFeatureGroup } from '../../../definitions/feature-selection.js';
import { isFieldType } from '../../../definitions/field-type.js';
import { POLICY } from '../../../definitions/policy.js';

const KINDS: Readonly<Record<DefinitionKind, string>> = {
  project: 'a project',
  entity: 'an entity',
  data_source: 'a source',
  feature_view: 'a feature view',
  stream_feature_view: 'a stream feature view',
  on_demand_feature_view: 'an on-demand feature view',
  label_view: 'a label view',
  feature_service: 'a feature service',
  permission: 'a permission',
};

const LONGEST_ECHO = 60;

/** What was passed, in a few words: `the number 7`, `a list`, `the entity 'driver'`. */
export function kindOfValue(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (typeof value === 'string') return `the text ${JSON.stringify(shortened(value))}`;
  if (typeof value === 'number' || typeof value === 'bigint') return `the number ${value}`;
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'symbol') return 'a symbol';
  if (Array.isArray(value)) return 'a list';
  if (isDefinition(value)) return `${KINDS[value[DEFINITION]]} ('${value.name}')`;
  return kindOfObject(value);
}

/** `a feature view` */
export function kindOfDefinition(definition: Definition): string {
  return KINDS[definition[DEFINITION]];
}

function kindOfObject(value: object): string {
  if (isFieldType(value)) return 'the type of a field';
  if (isFeatureGroup(value)) return 'a part of a view';
  if (DURATION in value) return 'a duration';
  if (POLICY in value) return 'a policy';
  return typeof value === 'function' ? 'a function' : 'an object';
}

function shortened(text: string): string {
  return text.length <= LONGEST_ECHO ? text : `${text.slice(0, LONGEST_ECHO)}…`;
}
