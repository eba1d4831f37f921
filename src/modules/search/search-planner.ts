import type { RegistrySnapshot } from '../../common/model/registry-snapshot.js';
import type { Caller } from '../auth/caller.js';
import type { Resource } from '../auth/resource.js';
import type { FeatureSelection } from '../serving/feature-resolution.js';
import type { ReadAccess } from '../serving/read-access.js';
import type { VersioningRules } from '../serving/view-finder.js';
import { planSearch, type SearchPlan } from './search-plan.js';

interface Remembered {
  readonly resources: readonly Resource[];
  readonly plan: SearchPlan;
}

/** Clients ask for a few selections over and over; one that makes up new ones costs the others a rebuild now and then. */
const MAX_REMEMBERED_CHARS = 500_000;

/** Finds out what a search asks for, for those who may have it, and remembers it while the registry stays the same. */
export class SearchPlanner {
  private snapshot: RegistrySnapshot | undefined;
  private plans = new Map<string, Remembered>();
  private rememberedChars = 0;

  constructor(
    private readonly access: ReadAccess,
    readonly versioning: VersioningRules,
  ) {}

  /** Errors: those of `ReadAccess.assertReadable`, then those of `planSearch`. */
  plan(
    caller: Caller,
    snapshot: RegistrySnapshot,
    { featureService, features }: Omit<FeatureSelection, 'fullFeatureNames'>,
  ): SearchPlan {
    if (this.snapshot !== snapshot) this.clear(snapshot);
    const selection: FeatureSelection = { featureService, features, fullFeatureNames: false };
    const key = JSON.stringify([featureService ?? null, featureService === undefined ? features : []]);
    const known = this.plans.get(key);
    const resources = this.access.assertReadable(caller, snapshot, selection, known?.resources);
    if (known) return known.plan;
    // A copy: texts that were cut out of a body would keep all of it in memory.
    const plan = planSearch(snapshot, structuredClone({ featureService, features }), this.versioning);
    if (this.rememberedChars + key.length > MAX_REMEMBERED_CHARS) this.clear(snapshot);
    this.plans.set(key, { resources, plan });
    this.rememberedChars += key.length;
    return plan;
  }

  private clear(snapshot: RegistrySnapshot): void {
    this.snapshot = snapshot;
    this.plans = new Map();
    this.rememberedChars = 0;
  }
}
