import { NotFoundError } from '../../common/errors/errors.js';
import type { OnDemandFeatureView, OnDemandSource } from '../../common/model/feature-view.js';
import type { Transformations } from '../transformations/transformations.js';
import type { Transformer } from '../transformations/transformer.js';
import { type ResolvedOnDemandView, type ResolvedView, sourceKey } from './feature-groups.js';
import type { ResolvedFeatures } from './feature-resolution.js';

/** Where the features of a source come from among what is read. */
export interface SourcePlan {
  /** The registered name of the source. */
  readonly name: string;
  /** Index among the views that are read. */
  readonly view: number;
  /** Name of a feature → which of the inputs it is. */
  readonly features: ReadonlyMap<string, number>;
  /** Registered name of a join key → as the request calls it. */
  readonly joinKeys: ReadonlyMap<string, string>;
}

/** One on-demand view of a read. */
export interface Computation {
  readonly view: OnDemandFeatureView;
  readonly transformer: Transformer;
  readonly sources: readonly SourcePlan[];
  readonly requestFields: readonly string[];
  /** What is asked for, in its order. */
  readonly features: readonly string[];
  /** The same, and how the answer calls it. */
  readonly outputs: readonly (readonly [feature: string, name: string])[];
}

/** What of the read is handed to computations. `inputOf[view][field]`: which input it is, -1 for none. */
export interface OnDemandPlan {
  readonly computations: readonly Computation[];
  readonly inputOf: readonly Int32Array[];
  /** `viewOf[input]`: which view it is read of. */
  readonly viewOf: readonly number[];
  /** What the request must bring beside join keys. */
  readonly requestFields: ReadonlySet<string>;
  /** Of these, what the answer repeats, because something that is asked for has the same name. */
  readonly echoedFields: readonly string[];
  /** Computed features that are asked for. */
  readonly width: number;
}

/**
 * What has to be computed for a read; undefined for one that only reads.
 *
 * Errors:  NotSupportedError when nothing computes a view.
 */
export function computationsOf(
  resolved: ResolvedFeatures,
  fullFeatureNames: boolean,
  transformations: Transformations,
): OnDemandPlan | undefined {
  const { views, computed } = resolved;
  if (computed.length === 0) return undefined;
  const layout = new InputLayout(views);
  const computations = computed.map((one) => ({
    view: one.view,
    transformer: transformations.transformerOf(one.view),
    sources: one.view.sources.flatMap((source) => layout.sourcePlan(source)),
    requestFields: one.view.sources.flatMap(requestFieldsOf),
    features: one.features,
    outputs: outputsOf(one, fullFeatureNames),
  }));
  const requestFields = new Set(computations.flatMap((one) => one.requestFields));
  const shown = new Set([
    ...computations.flatMap(({ outputs }) => outputs.map(([, name]) => name)),
    ...views.flatMap(({ key, features }) =>
      features.map((name) => (fullFeatureNames ? `${key}__${name}` : name)),
    ),
  ]);
  return {
    computations,
    inputOf: layout.inputOf,
    viewOf: layout.viewOf,
    requestFields,
    echoedFields: [...requestFields].filter((name) => shown.has(name)),
    width: computations.reduce((sum, { outputs }) => sum + outputs.length, 0),
  };
}

/** Errors: NotFoundError that names what the request does not bring. */
export function assertRequestFields(plan: OnDemandPlan, given: ReadonlyMap<string, unknown>): void {
  const missing = [...plan.requestFields].filter((name) => !given.has(name));
  if (missing.length === 0) return;
  const list = missing.map((name) => `'${name}'`).join(', ');
  throw new NotFoundError(
    `Required request data source features [${list}] not found in the entity rows, but required by feature views`,
    { feastClass: 'RequestDataNotFoundInEntityRowsException' },
  );
}

function requestFieldsOf(source: OnDemandSource): readonly string[] {
  return source.kind === 'request' ? source.source.requestFields.map(({ name }) => name) : [];
}

function outputsOf(
  { key, features }: ResolvedOnDemandView,
  fullFeatureNames: boolean,
): (readonly [feature: string, name: string])[] {
  return features.map((feature) => [feature, fullFeatureNames ? `${key}__${feature}` : feature] as const);
}

/** Numbers the features that are inputs of anything, each once. */
class InputLayout {
  readonly inputOf: readonly Int32Array[];
  readonly viewOf: number[] = [];
  private readonly names: readonly (readonly string[])[];

  constructor(private readonly views: readonly ResolvedView[]) {
    this.names = views.map(({ features, inputs }) => [...features, ...inputs]);
    this.inputOf = this.names.map((names) => new Int32Array(names.length).fill(-1));
  }

  /** Nothing for what is no view. */
  sourcePlan(source: OnDemandSource): readonly SourcePlan[] {
    if (source.kind !== 'projection') return [];
    const { projection } = source;
    const key = sourceKey(projection);
    const view = this.views.findIndex((one) => one.key === key);
    const resolved = this.views[view];
    // A source without features is not read.
    if (!resolved) return [];
    const features = new Map(projection.features.map(({ name }) => [name, this.number(view, name)]));
    const joinKeys = resolved.view.entityColumns.map(
      ({ name }) => [name, resolved.joinKeyMap.get(name) ?? name] as const,
    );
    return [{ name: source.name, view, features, joinKeys: new Map(joinKeys) }];
  }

  private number(view: number, name: string): number {
    const field = (this.names[view] as readonly string[]).indexOf(name);
    const inputs = this.inputOf[view] as Int32Array;
    if (inputs[field] === -1) {
      inputs[field] = this.viewOf.length;
      this.viewOf.push(view);
    }
    return inputs[field] as number;
  }
}
