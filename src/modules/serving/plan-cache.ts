import type { RegistrySnapshot } from '../../common/model/registry-snapshot.js';
import type { FeatureSelection } from './feature-resolution.js';
import { OnlineFeaturesPlan, type PlanOptions } from './online-features.plan.js';

/** Remembers the plans of one registry snapshot; a new snapshot drops them all, requests under way keep theirs. */
export class PlanCache {
  private snapshot: RegistrySnapshot | undefined;
  private plans = new Map<string, OnlineFeaturesPlan>();
  private rememberedChars = 0;

  constructor(private readonly options: PlanOptions) {}

  /** The plan that is remembered, if any. */
  known(snapshot: RegistrySnapshot, selection: FeatureSelection): OnlineFeaturesPlan | undefined {
    return this.snapshot === snapshot ? this.plans.get(planKey(selection)) : undefined;
  }

  /** Errors: those of `resolveFeatures`; a failed look-up is not remembered. */
  plan(snapshot: RegistrySnapshot, selection: FeatureSelection): OnlineFeaturesPlan {
    if (this.snapshot !== snapshot) this.clear(snapshot);
    const key = planKey(selection);
    const known = this.plans.get(key);
    if (known) return known;
    const plan = new OnlineFeaturesPlan(snapshot, copyOf(selection), this.options);
    // Clients ask for a few selections over and over. One that makes up new ones all the time costs the
    // others a rebuild now and then, and no memory.
    if (this.rememberedChars + key.length > MAX_REMEMBERED_CHARS) this.clear(snapshot);
    this.plans.set(structuredClone(key), plan);
    this.rememberedChars += key.length;
    return plan;
  }

  private clear(snapshot: RegistrySnapshot): void {
    this.snapshot = snapshot;
    this.plans = new Map();
    this.rememberedChars = 0;
  }
}

/** Texts that were cut out of a body would keep the whole body in memory: what is remembered is a copy. */
function copyOf({ featureService, features, fullFeatureNames }: FeatureSelection): FeatureSelection {
  return structuredClone({ featureService, features, fullFeatureNames });
}

/** Of keys: plans take some ten times as much. */
const MAX_REMEMBERED_CHARS = 2_000_000;

function planKey({ featureService, features, fullFeatureNames }: FeatureSelection): string {
  const prefix = fullFeatureNames ? '1' : '0';
  return featureService === undefined
    ? `${prefix}f${features.join('\u0000')}`
    : `${prefix}s${featureService}`;
}
