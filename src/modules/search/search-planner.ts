import type { OnlineStoreConfig } from '../../common/config/feature-store.js';
import type { RegistrySnapshot } from '../../common/model/registry-snapshot.js';
import type { Caller } from '../auth/caller.js';
import type { Resource } from '../auth/resource.js';
import type { RegistryService } from '../registry/registry.service.js';
import type { FeatureSelection } from '../serving/feature-resolution.js';
import type { ReadAccess } from '../serving/read-access.js';
import { ViewFinder, type VersioningRules } from '../serving/view-finder.js';
import { type SearchInput, type SearchMode, searchMode } from './search-mode.js';
import { planOf, planSearch, type SearchPlan } from './search-plan.js';

interface Remembered {
  readonly resources: readonly Resource[];
  readonly plan: SearchPlan;
}

export interface SearchPlannerOptions {
  readonly registry: RegistryService;
  readonly access: ReadAccess;
  readonly versioning: VersioningRules;
  readonly onlineStore: OnlineStoreConfig;
}

/** Clients ask for a few selections over and over; one that makes up new ones costs the others a rebuild now and then. */
const MAX_REMEMBERED_CHARS = 500_000;

/** Finds out what a search asks for, for those who may have it, and remembers it while the registry stays the same. */
export class SearchPlanner {
  private current: RegistrySnapshot | undefined;
  private plans = new Map<string, Remembered>();
  private rememberedChars = 0;

  constructor(private readonly options: SearchPlannerOptions) {}

  /** Errors: UnavailableError while there is no registry. */
  snapshot(): RegistrySnapshot {
    return this.options.registry.snapshot();
  }

  /** Errors: those of `ReadAccess.assertReadable`, then those of `planSearch`. */
  plan(caller: Caller, { featureService, features }: Omit<FeatureSelection, 'fullFeatureNames'>): SearchPlan {
    const snapshot = this.snapshot();
    if (this.current !== snapshot) this.clear(snapshot);
    const selection: FeatureSelection = { featureService, features, fullFeatureNames: false };
    const key = JSON.stringify([featureService ?? null, featureService === undefined ? features : []]);
    const known = this.plans.get(key);
    const { access, versioning } = this.options;
    const resources = access.assertReadable(caller, snapshot, selection, known?.resources);
    if (known) return known.plan;
    // A copy: texts that were cut out of a body would keep all of it in memory.
    const plan = planSearch(snapshot, structuredClone({ featureService, features }), versioning);
    if (this.rememberedChars + key.length > MAX_REMEMBERED_CHARS) this.clear(snapshot);
    this.plans.set(structuredClone(key), { resources, plan });
    this.rememberedChars += key.length;
    return plan;
  }

  /**
   * The plan of a search in one view, whose permission was looked at.
   *
   * Shape:  without `features`, all but the vector.
   * Errors: InvalidRequestError, NotFoundError.
   */
  planOfView(viewName: string, features: readonly string[] | undefined): SearchPlan {
    const snapshot = this.snapshot();
    const reference = { viewName, version: undefined, feature: '', text: viewName };
    const requested = new ViewFinder(snapshot, this.options.versioning).ofReference(reference);
    const fields = requested.view.features;
    const others = fields.filter(({ vectorIndex }) => !vectorIndex);
    // Of a view that has nothing but its vector, the vector is what there is to tell.
    const all = (others.length > 0 ? others : fields).map(({ name }) => name);
    return planOf(snapshot.project, [requested], features ?? all);
  }

  /** Errors: those of `searchMode`. */
  mode(input: SearchInput, plan: SearchPlan): SearchMode {
    return searchMode(this.options.onlineStore, input, plan);
  }

  private clear(snapshot: RegistrySnapshot): void {
    this.current = snapshot;
    this.plans = new Map();
    this.rememberedChars = 0;
  }
}
