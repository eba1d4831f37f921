import { InvalidValueError } from '../../common/errors/errors.js';
import type { ReadPlan } from '../../common/model/read-plan.js';
import type { RegistrySnapshot } from '../../common/model/registry-snapshot.js';
import type { ValueTypeNumber } from '../../common/model/value.js';
import { resolveFeatures, type FeatureSelection, type ResolvedFeatures } from './feature-resolution.js';
import type { StatusRules } from './online-response.js';
import { computationsOf, type OnDemandPlan } from './on-demand.plan.js';
import { PrecomputedRead } from './precomputed/precomputed-read.js';
import { type SelectionSummary, summarizeReferences, summarizeService } from './selection-summary.js';
import { versioningRules } from './view-finder.js';
import { type Bindable, bindColumns, type ColumnBinding } from './column-binding.js';
import type { Transformations } from '../transformations/transformations.js';
import type { ResolvedView } from './feature-groups.js';

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
  readonly readSemantics: 'feast' | 'precise';
  /** Of the online store. */
  readonly tellsAbsentFromNull: boolean;
  readonly entityKeyVersion: number;
  readonly transformations: Transformations;
}

/**
 * Everything about a read that depends on the registry and the names in the request alone, made once and
 * reused by every request of the same shape.
 */
export class OnlineFeaturesPlan implements Bindable {
  readonly resolved: ResolvedFeatures;
  readonly summary: SelectionSummary;
  /** What the store reads: `views[v]` here is `resolved.views[v]`. */
  readonly readPlan: ReadPlan;
  /** `outputNames[v][f]`: how the answer calls feature `f` of view `v`. */
  readonly outputNames: readonly (readonly string[])[];
  /** Set when something is computed from what is read. */
  readonly onDemand: OnDemandPlan | undefined;
  /** Name in the request → join key of the answer: join keys, aliases, and the names of entities. */
  readonly joinKeyOf: ReadonlyMap<string, string>;
  readonly entityKeyVersion: number;
  /** Join key (or alias) of a requested view → its type; others are inferred from the values. */
  readonly columnTypes: ReadonlyMap<string, ValueTypeNumber>;

  readonly limits: AnswerLimits;
  /** `ttlMs[v]`: 0 for ever. */
  readonly ttlsMs: readonly number[];
  /** Set for a service that is read from precomputed vectors. */
  readonly precomputed: PrecomputedRead | undefined;
  /** What the statuses of the answer tell. */
  readonly statuses: StatusRules;
  private readonly bindings = new Map<string, ColumnBinding>();

  constructor(snapshot: RegistrySnapshot, selection: FeatureSelection, options: PlanOptions) {
    this.limits = options.limits;
    this.entityKeyVersion = options.entityKeyVersion;
    this.resolved = resolveFeatures(
      snapshot,
      selection,
      versioningRules(options.onlineVersioning, options.readSemantics),
    );
    const { views, service } = this.resolved;
    this.summary = service ? summarizeService(service) : summarizeReferences(selection.features);
    this.readPlan = {
      project: snapshot.project,
      views: views.map(({ view, version, features, inputs }) => ({
        viewName: view.name,
        version,
        features: inputs.length === 0 ? features : [...features, ...inputs],
      })),
    };
    this.outputNames = views.map(({ key, features }) =>
      features.map((feature) => (selection.fullFeatureNames ? `${key}__${feature}` : feature)),
    );
    this.ttlsMs = views.map(({ view }) => ('ttlMs' in view ? view.ttlMs : 0));
    this.precomputed = precomputedRead(snapshot, this.resolved);
    this.statuses = statusRules(options, this.precomputed !== undefined);
    this.onDemand = computationsOf(this.resolved, selection.fullFeatureNames, options.transformations);
    this.joinKeyOf = joinKeysByRequestName(snapshot, views, this.onDemand?.requestFields);
    this.columnTypes = columnTypes(views);
  }

  /** Errors: InvalidValueError when so many rows of these features are more values than one answer may have. */
  assertAnswerable(rows: number): void {
    const features = this.readPlan.views.reduce(
      (sum, view) => sum + view.features.length,
      this.onDemand?.width ?? 0,
    );
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

/** Feast reads a service with an on-demand view from its views, whatever it says. */
function precomputedRead(
  snapshot: RegistrySnapshot,
  { service, views, computed }: ResolvedFeatures,
): PrecomputedRead | undefined {
  if (!service?.precomputeOnline || computed.length > 0) return undefined;
  if (views.some(({ view }) => view.kind === 'on_demand_feature_view')) return undefined;
  return new PrecomputedRead(snapshot.project, service, views);
}

/** What the statuses of an answer tell. */
export function statusRules(
  { readSemantics, tellsAbsentFromNull }: Pick<PlanOptions, 'readSemantics' | 'tellsAbsentFromNull'>,
  precomputed: boolean,
): StatusRules {
  if (readSemantics === 'precise') return { absent: 'NOT_FOUND', storedNull: 'NULL_VALUE', stale: 'dropped' };
  const absent = tellsAbsentFromNull ? 'NOT_FOUND' : 'PRESENT';
  return { absent, storedNull: 'PRESENT', stale: precomputed ? 'kept' : 'ignored' };
}

/** A client sends its columns in one or a few orders; more is not worth remembering. */
const MAX_BINDINGS = 16;

function joinKeysByRequestName(
  snapshot: RegistrySnapshot,
  views: readonly ResolvedView[],
  requestFields: ReadonlySet<string> | undefined,
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
  // A field of the request that is called like a join key is a field of the request.
  for (const name of requestFields ?? []) joinKeyOf.delete(name);
  return joinKeyOf;
}

function columnTypes(views: readonly ResolvedView[]): ReadonlyMap<string, ValueTypeNumber> {
  const types = new Map<string, ValueTypeNumber>();
  for (const { view, joinKeyMap } of views) {
    for (const { name, valueType } of view.entityColumns) types.set(joinKeyMap.get(name) ?? name, valueType);
  }
  return types;
}
