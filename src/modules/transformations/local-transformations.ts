import { NotSupportedError } from '../../common/errors/errors.js';
import type { OnDemandFeatureView } from '../../common/model/feature-view.js';
import type { RegistrySnapshot } from '../../common/model/registry-snapshot.js';
import { AggregationTransformer } from './aggregation/aggregation-transformer.js';
import { MeasuredTransformer } from './measured-transformer.js';
import type { RemoteFunctions } from './remote-functions.js';
import { Transformations, type TransformPurpose } from './transformations.js';
import type { Transformer } from './transformer.js';
import type { TypescriptFunctions } from './typescript/typescript-functions.js';

export interface LocalRules {
  readonly warn: (text: string) => void;
  /** Takes how many seconds a view that is tracked took; undefined when nobody counts them. */
  readonly observer: (
    view: OnDemandFeatureView,
    purpose: TransformPurpose,
  ) => ((seconds: number) => void) | undefined;
}

/** Feast's tag for a view whose transformations are timed. */
const TRACK_METRICS_TAG = 'feast:track_metrics';

function isTracked({ tags }: OnDemandFeatureView): boolean {
  return tags.get(TRACK_METRICS_TAG) === 'true';
}

/** Functions in TypeScript and aggregations are computed in this process; Feast's own where the configuration says. */
export class LocalTransformations extends Transformations {
  /** By view of a snapshot: a new snapshot brings new ones. */
  private readonly known = {
    read: new WeakMap<OnDemandFeatureView, Transformer>(),
    write: new WeakMap<OnDemandFeatureView, Transformer>(),
  };
  /** Texts of what was told. */
  private told: ReadonlySet<string> = new Set();
  private prepared = false;
  private hasOld = false;

  constructor(
    private readonly typescript: TypescriptFunctions,
    /** The first that takes a view computes it. */
    private readonly remotes: readonly RemoteFunctions[],
    private readonly rules: LocalRules,
  ) {
    super();
  }

  get outdated(): boolean {
    return this.hasOld;
  }

  async begin(): Promise<void> {
    await Promise.all(this.remotes.map((remote) => remote.begin()));
  }

  prepare(snapshot: RegistrySnapshot): void | Promise<void> {
    const views = [...snapshot.onDemandFeatureViews.values()];
    const isRemote = views.some((view) => this.remoteOf(view, 'read') ?? this.remoteOf(view, 'write'));
    const needsFunctions = views.some(({ typescriptText }) => typescriptText !== '');
    if (!isRemote && (!needsFunctions || this.typescript.begun)) return this.report(views);
    return this.load(views, needsFunctions);
  }

  transformerOf(view: OnDemandFeatureView, purpose: TransformPurpose = 'read'): Transformer {
    const known = this.known[purpose].get(view);
    if (known) return known;
    const found = this.find(view, purpose);
    const observe = isTracked(view) ? this.rules.observer(view, purpose) : undefined;
    const transformer = observe ? new MeasuredTransformer(found, observe) : found;
    this.known[purpose].set(view, transformer);
    return transformer;
  }

  async close(): Promise<void> {
    await Promise.all([this.typescript, ...this.remotes].map((functions) => functions.close()));
  }

  private async load(views: readonly OnDemandFeatureView[], needsFunctions: boolean): Promise<void> {
    const isFirst = needsFunctions && !this.typescript.begun;
    await Promise.all([
      isFirst ? this.typescript.load() : undefined,
      ...this.remotes.map((remote) => remote.prepare(views)),
    ]);
    if (isFirst) this.prepared = false;
    this.report(views);
  }

  private remoteOf(view: OnDemandFeatureView, purpose: TransformPurpose): RemoteFunctions | undefined {
    return this.remotes.find((remote) => remote.takes(view, purpose));
  }

  private find(view: OnDemandFeatureView, purpose: TransformPurpose): Transformer {
    if (view.aggregations.length > 0) return new AggregationTransformer(view);
    if (view.typescriptText !== '') return this.typescript.transformerOf(view);
    const remote = this.remoteOf(view, purpose);
    if (remote) return remote.transformerOf(view, purpose);
    throw new NotSupportedError(
      `Feature view '${view.name}' is computed by a Python function (mode ${view.mode}), and this server runs no Python (python.interpreter in salver.yaml)`,
    );
  }

  /** Tells what cannot be computed, once. A registry that came later may be of files that are newer than those loaded. */
  private report(views: readonly OnDemandFeatureView[]): void {
    const told = new Set<string>();
    this.hasOld = false;
    for (const view of views) {
      try {
        this.transformerOf(view);
      } catch (error) {
        if (!(error instanceof NotSupportedError)) throw error;
        told.add(error.message);
        this.hasOld ||= this.prepared && view.typescriptText !== '';
        if (!this.told.has(error.message))
          this.rules.warn(`${error.message}: requests for it are answered with 501`);
      }
    }
    this.told = told;
    this.prepared = true;
  }
}
