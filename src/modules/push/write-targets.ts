import { InvalidValueError, NotFoundError } from '../../common/errors/errors.js';
import type { AnyFeatureView } from '../../common/model/feature-view.js';
import type { RegistrySnapshot } from '../../common/model/registry-snapshot.js';
import { type Resource, viewResource } from '../auth/resource.js';
import { viewsFedBy } from '../registry/fed-views.js';
import { type LayoutRules, type ViewLayout, viewLayout } from './view-layout.js';

/** What one write goes to. */
export interface WriteTarget {
  readonly views: readonly AnyFeatureView[];
  /** Of the views. The same list at every request, so that the policy decides it once. */
  readonly resources: readonly Resource[];
  /** Of the views, in their order; made when first needed. Errors: InvalidRequestError. */
  layouts(): readonly ViewLayout[];
}

/** The targets of one snapshot, by name. */
interface KnownTargets {
  readonly bySource: Map<string, WriteTarget>;
  readonly byView: Map<string, WriteTarget>;
}

/** Finds what writes go to. Remembers what it found, for as long as the registry stays the same. */
export class WriteTargets {
  private readonly known = new WeakMap<RegistrySnapshot, KnownTargets>();

  constructor(private readonly rules: LayoutRules) {}

  /** Every view that a push source feeds. Errors: InvalidValueError when there is none. */
  ofPushSource(snapshot: RegistrySnapshot, name: string): WriteTarget {
    const { bySource } = this.of(snapshot);
    const known = bySource.get(name);
    if (known) return known;
    const views = viewsFedBy(snapshot, name);
    if (views.length === 0) {
      throw new InvalidValueError(`Unable to find push source '${name}'.`, {
        feastClass: 'PushSourceNotFoundException',
      });
    }
    return this.remember(bySource, name, views);
  }

  /** One view, of whatever kind. Errors: NotFoundError. */
  ofView(snapshot: RegistrySnapshot, name: string): WriteTarget {
    const { byView } = this.of(snapshot);
    const known = byView.get(name);
    if (known) return known;
    const view = snapshot.anyFeatureView(name);
    if (!view) {
      throw new NotFoundError(`Can't recognize feast object with a name ${name}`, {
        feastClass: 'FeastObjectNotFoundException',
      });
    }
    return this.remember(byView, name, [view]);
  }

  private of(snapshot: RegistrySnapshot): KnownTargets {
    let known = this.known.get(snapshot);
    if (!known) this.known.set(snapshot, (known = { bySource: new Map(), byView: new Map() }));
    return known;
  }

  private remember(
    targets: Map<string, WriteTarget>,
    name: string,
    views: readonly AnyFeatureView[],
  ): WriteTarget {
    let layouts: readonly ViewLayout[] | undefined;
    const target: WriteTarget = {
      views,
      resources: views.map(viewResource),
      layouts: () => (layouts ??= views.map((view) => viewLayout(view, this.rules))),
    };
    // Texts of a request share memory with the whole body: the name that is kept is that of the registry.
    targets.set(Buffer.from(name).toString(), target);
    return target;
  }
}
