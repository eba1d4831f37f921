import { compileEntityKey, type EntityKeyEncoder } from '../../common/codec/entity-key.codec.js';
import { InvalidRequestError } from '../../common/errors/errors.js';
import type { DataSource } from '../../common/model/data-source.js';
import { DUMMY_ENTITY_NAME, DUMMY_JOIN_KEY } from '../../common/model/entity.js';
import type { AnyFeatureView, Field } from '../../common/model/feature-view.js';

export interface LayoutRules {
  readonly entityKeyVersion: number;
  /** Versions of a view have rows of their own. */
  readonly onlineVersioning: boolean;
}

/** How rows of a view are made of the columns of a write. Made once per view and registry snapshot. */
export interface ViewLayout {
  readonly view: AnyFeatureView;
  /** Of the rows; 0 is the base version. */
  readonly version: number;
  /** Empty for a view without entities: all its rows are one. */
  readonly joinKeys: readonly Field[];
  readonly keyEncoder: EntityKeyEncoder;
  /** Undefined for on-demand views: their rows are of the time when they are written. */
  readonly times: TimeColumns | undefined;
  /** Column of the source → name in the view. */
  readonly fieldMapping: ReadonlyMap<string, string>;
}

export interface TimeColumns {
  readonly event: string;
  /** Undefined when the source has none. */
  readonly created: string | undefined;
}

const NO_MAPPING: ReadonlyMap<string, string> = new Map();

/** Errors: InvalidRequestError for a view whose definition does not say how to write it. */
export function viewLayout(view: AnyFeatureView, rules: LayoutRules): ViewLayout {
  const joinKeys = joinKeysOf(view);
  const names = joinKeys.length === 0 ? [DUMMY_JOIN_KEY] : joinKeys.map(({ name }) => name);
  const source = historyOf(view);
  return {
    view,
    version: rules.onlineVersioning ? view.currentVersionNumber : 0,
    joinKeys,
    keyEncoder: compileEntityKey(names, rules.entityKeyVersion),
    times: source && timeColumns(view, source),
    fieldMapping: source?.fieldMapping ?? NO_MAPPING,
  };
}

/** Where the rows of a view are kept; undefined for a view that has no such place. Errors: InvalidRequestError. */
export function historyOf(view: AnyFeatureView): DataSource | undefined {
  if (view.kind === 'on_demand_feature_view') return undefined;
  const declared = view.kind === 'label_view' ? view.source : (view.batchSource ?? view.streamSource);
  const source = declared?.kind === 'PUSH_SOURCE' ? declared.batchSource : declared;
  if (source) return source;
  throw new InvalidRequestError(
    `${view.name} has no batch source, which would say what its times are called: apply its definition with one`,
  );
}

function joinKeysOf({ name, entities, entityColumns }: AnyFeatureView): readonly Field[] {
  const joinKeys = entityColumns.filter((column) => column.name !== DUMMY_JOIN_KEY);
  if (joinKeys.length === 0 && entities.some((entity) => entity !== DUMMY_ENTITY_NAME)) {
    throw new InvalidRequestError(
      `the registry does not tell the types of the join keys of ${name}: apply its definition again`,
    );
  }
  return joinKeys;
}

function timeColumns(
  { name }: AnyFeatureView,
  { timestampField, createdTimestampColumn }: DataSource,
): TimeColumns {
  if (timestampField === '') {
    throw new InvalidRequestError(
      `the batch source of ${name} does not say which column is the event time: apply it with a timestamp field`,
    );
  }
  return {
    event: timestampField,
    created: createdTimestampColumn === '' ? undefined : createdTimestampColumn,
  };
}
