import { NotSupportedError } from '../../common/errors/errors.js';
import type { OnDemandFeatureView } from '../../common/model/feature-view.js';
import type { RegistrySnapshot } from '../../common/model/registry-snapshot.js';
import { AggregationTransformer } from './aggregation/aggregation-transformer.js';
import { MeasuredTransformer } from './measured-transformer.js';
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

/** What this process computes by itself: functions in TypeScript, and aggregations. */
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
    private readonly rules: LocalRules,
  ) {
    super();
  }

  get outdated(): boolean {
    return this.hasOld;
  }

  prepare(snapshot: RegistrySnapshot): void | Promise<void> {
    const views = [...snapshot.onDemandFeatureViews.values()];
    const needsFunctions = views.some(({ typescriptText }) => typescriptText !== '');
    if (!needsFunctions || this.typescript.begun) return this.report(views);
    return this.typescript.load().then(() => {
      this.prepared = false;
      this.report(views);
    });
  }

  transformerOf(view: OnDemandFeatureView, purpose: TransformPurpose = 'read'): Transformer {
    const known = this.known[purpose].get(view);
    if (known) return known;
    const found = this.find(view);
    const observe = isTracked(view) ? this.rules.observer(view, purpose) : undefined;
    const transformer = observe ? new MeasuredTransformer(found, observe) : found;
    this.known[purpose].set(view, transformer);
    return transformer;
  }

  close(): Promise<void> {
    return this.typescript.close();
  }

  private find(view: OnDemandFeatureView): Transformer {
    if (view.aggregations.length > 0) return new AggregationTransformer(view);
    if (view.typescriptText !== '') return this.typescript.transformerOf(view);
    throw new NotSupportedError(
      `Feature view '${view.name}' is computed by a Python function (mode ${view.mode}), and this server runs no Python`,
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
