import { InvalidValueError } from '../../common/errors/errors.js';
import type { ReadPlan } from '../../common/model/read-plan.js';
import type { RegistrySnapshot } from '../../common/model/registry-snapshot.js';
import type { ValueTypeNumber } from '../../common/model/value.js';
import {
  resolveFeatures,
  type FeatureSelection,
  type ResolvedFeatures,
  type ResolvedView,
} from './feature-resolution.js';
import { type Bindable, bindColumns, type ColumnBinding } from './column-binding.js';

/** What one answer may be. */
export interface AnswerLimits {
  /** Rows times features. */
  readonly cells: number;
  readonly answerBytes: number;
}

/** Settings that a plan depends on. */
export interface PlanOptions {
  readonly limits: AnswerLimits;
  readonly onlineVersioning: boolean;
  readonly entityKeyVersion: number;
}

/**
 * Everything about a read that depends on the registry and the names in the request alone, made once and
 * reused by every request of the same shape.
 */
export class OnlineFeaturesPlan implements Bindable {
  readonly resolved: ResolvedFeatures;
  /** What the store reads: `views[v]` here is `resolved.views[v]`. */
  readonly readPlan: ReadPlan;
  /** `outputNames[v][f]`: how the answer calls feature `f` of view `v`. */
  readonly outputNames: readonly (readonly string[])[];
  /** Name in the request → join key of the answer: join keys, aliases, and the names of entities. */
  readonly joinKeyOf: ReadonlyMap<string, string>;
  readonly entityKeyVersion: number;
  /** Join key (or alias) of a requested view → its type; others are inferred from the values. */
  readonly columnTypes: ReadonlyMap<string, ValueTypeNumber>;

  readonly limits: AnswerLimits;
  private readonly bindings = new Map<string, ColumnBinding>();

  constructor(snapshot: RegistrySnapshot, selection: FeatureSelection, options: PlanOptions) {
    this.limits = options.limits;
    this.entityKeyVersion = options.entityKeyVersion;
    this.resolved = resolveFeatures(snapshot, selection, options.onlineVersioning);
    const { views } = this.resolved;
    this.readPlan = {
      project: snapshot.project,
      views: views.map(({ view, version, features }) => ({ viewName: view.name, version, features })),
    };
    this.outputNames = views.map(({ key, features }) =>
      features.map((feature) => (selection.fullFeatureNames ? `${key}__${feature}` : feature)),
    );
    this.joinKeyOf = joinKeysByRequestName(snapshot, views);
    this.columnTypes = columnTypes(views);
  }

  /** Errors: InvalidValueError when so many rows of these features are more values than one answer may have. */
  assertAnswerable(rows: number): void {
    const features = this.outputNames.reduce((sum, names) => sum + names.length, 0);
    if (rows * features <= this.limits.cells) return;
    const msg = `${rows} rows of ${features} features are ${rows * features} values: at most ${this.limits.cells} may be asked for at once`;
    throw InvalidValueError.at(['body', 'entities'], msg, 'too_long');
  }

  /**
   * How the columns of a request meet the views.
   *
   * Errors:  InvalidValueError when a view finds none of its join keys.
   */
  bind(columnNames: readonly string[]): ColumnBinding {
    const key = columnNames.join('\u0000');
    const known = this.bindings.get(key);
    if (known) return known;
    // Copies: texts that were cut out of a body would keep the whole body in memory.
    const binding = bindColumns(this, structuredClone(columnNames));
    if (this.bindings.size < MAX_BINDINGS) this.bindings.set(structuredClone(key), binding);
    return binding;
  }
}

/** A client sends its columns in one or a few orders; more is not worth remembering. */
const MAX_BINDINGS = 16;

function joinKeysByRequestName(
  snapshot: RegistrySnapshot,
  views: readonly ResolvedView[],
): ReadonlyMap<string, string> {
  const joinKeyOf = new Map<string, string>();
  for (const entity of snapshot.entities.values()) joinKeyOf.set(entity.name, entity.joinKey);
  // A join key wins over an entity of the same name.
  for (const entity of snapshot.entities.values()) joinKeyOf.set(entity.joinKey, entity.joinKey);
  for (const { view, joinKeyMap } of views) {
    for (const { name } of view.entityColumns) {
      const requestName = joinKeyMap.get(name) ?? name;
      joinKeyOf.set(requestName, requestName);
    }
  }
  return joinKeyOf;
}

function columnTypes(views: readonly ResolvedView[]): ReadonlyMap<string, ValueTypeNumber> {
  const types = new Map<string, ValueTypeNumber>();
  for (const { view, joinKeyMap } of views) {
    for (const { name, valueType } of view.entityColumns) types.set(joinKeyMap.get(name) ?? name, valueType);
  }
  return types;
}
