import { type FeatureReference, viewKey } from '../../common/codec/feature-reference.codec.js';
import { InvalidRequestError, NotFoundError, NotSupportedError } from '../../common/errors/errors.js';
import type { FeatureService } from '../../common/model/feature-service.js';
import type {
  AnyFeatureView,
  FeatureViewProjection,
  OnDemandFeatureView,
} from '../../common/model/feature-view.js';
import type { RegistrySnapshot } from '../../common/model/registry-snapshot.js';
import { findView } from '../registry/find-view.js';

/** A view as it was asked for, before its features are known. */
export interface RequestedView {
  readonly view: AnyFeatureView;
  readonly key: string;
  readonly version: number;
  readonly projection: FeatureViewProjection | undefined;
}

/** How versions of views are read. */
export interface VersioningRules {
  /** Versions have rows of their own. */
  readonly online: boolean;
  /**
   * A service whose projection names no version reads the rows of the current one. Feast loses the version on the
   * way and reads those of the base version.
   */
  readonly servicesReadCurrent: boolean;
}

export function versioningRules(
  onlineVersioning: boolean,
  readSemantics: 'feast' | 'precise',
): VersioningRules {
  return { online: onlineVersioning, servicesReadCurrent: readSemantics === 'precise' };
}

/** Errors: NotFoundError. */
export function findService(snapshot: RegistrySnapshot, name: string): FeatureService {
  const service = snapshot.featureServices.get(name);
  if (service) return service;
  throw missingService(snapshot, name);
}

export function missingService({ project }: RegistrySnapshot, name: string): NotFoundError {
  return new NotFoundError(`Feature service ${name} does not exist in project ${project}`, {
    feastClass: 'FeatureServiceNotFoundException',
  });
}

/** Looks up the views that a read names. A view that is computed on demand is found, too. */
export class ViewFinder {
  constructor(
    private readonly snapshot: RegistrySnapshot,
    private readonly versioning: VersioningRules,
  ) {}

  ofReference({ viewName, version }: FeatureReference): RequestedView {
    const view = this.enabled(
      version === undefined ? findView(this.snapshot, viewName) : this.atVersion(viewName, version),
    );
    return {
      view,
      key: viewKey(viewName, version),
      version: this.versioning.online ? Number(version ?? view.currentVersionNumber) : 0,
      projection: undefined,
    };
  }

  /** The view as it is now, whatever version its rows are read of. */
  ofService(projection: FeatureViewProjection): RequestedView {
    return this.projected(this.enabled(findView(this.snapshot, projection.viewName)), projection);
  }

  /** A source of an on-demand view; one that is switched off is read all the same, as in Feast. */
  ofSource({ name }: OnDemandFeatureView, projection: FeatureViewProjection): RequestedView {
    const view = findView(this.snapshot, projection.viewName);
    if (view.kind === 'on_demand_feature_view' && !view.writeToOnlineStore) {
      throw new NotSupportedError(
        `Feature view '${name}' is computed from '${view.name}', which is computed on demand itself: give '${name}' the sources of '${view.name}', or store '${view.name}' (write_to_online_store)`,
      );
    }
    return this.projected(view, projection);
  }

  private projected(view: AnyFeatureView, projection: FeatureViewProjection): RequestedView {
    assertProjection(view, projection);
    const untagged = this.versioning.servicesReadCurrent ? view.currentVersionNumber : 0;
    return {
      view,
      key: viewKey(projection.alias || projection.viewName, projection.versionTag),
      version: this.versioning.online ? (projection.versionTag ?? untagged) : 0,
      projection,
    };
  }

  private enabled(view: AnyFeatureView): AnyFeatureView {
    if (view.disabled) {
      const { name } = view;
      throw new InvalidRequestError(
        `Feature view '${name}' is disabled and cannot serve features. Enable it with \`feast feature-views enable ${name}\` or set enabled=True.`,
      );
    }
    return view;
  }

  private atVersion(name: string, version: number | bigint): AnyFeatureView {
    if (!this.versioning.online) {
      throw new InvalidRequestError(
        `Version-qualified ref '${viewKey(name, version)}' not supported: online versioning is disabled. Set 'enable_online_feature_view_versioning: true' under 'registry' in feature_store.yaml.`,
      );
    }
    // No registry can hold a version beyond the safe integers.
    const view = typeof version === 'number' ? this.snapshot.viewAtVersion(name, version) : undefined;
    if (view) return view;
    throw new NotFoundError(
      `Version v${version} of feature view ${name} does not exist in project ${this.snapshot.project}`,
      { feastClass: 'FeatureViewVersionNotFound' },
    );
  }
}

/** A service may have been applied for another shape of the view. */
function assertProjection(view: AnyFeatureView, projection: FeatureViewProjection): void {
  for (const { name, valueType } of projection.features) {
    if (view.features.some((field) => field.name === name && field.valueType === valueType)) continue;
    throw new NotFoundError(
      `The projection for ${view.name} cannot be applied because it contains ${name} which the FeatureView doesn't have.`,
    );
  }
}
