import { InvalidRequestError, NotFoundError } from '../../common/errors/errors.js';
import type { AnyFeatureView, FeatureView, OnDemandFeatureView } from '../../common/model/feature-view.js';
import type { RegistrySnapshot } from '../../common/model/registry-snapshot.js';
import type { MaterializationRequest } from './materialization-request.js';

/** A view that can have rows which were not pushed. */
export type MaterializedView = FeatureView | OnDemandFeatureView;

export interface SelectedView {
  readonly view: MaterializedView;
  /** The version that was asked for by number. */
  readonly pinnedVersion: number | undefined;
}

const VERSION = /^v(?:ersion)?(\d+)$/i;

/**
 * The views that a request is about.
 *
 * Shape:  in the order of the request, each once; without names the feature views, stream views and stored on-demand
 *         views that are served online, each kind in the order of the registry.
 * Errors: NotFoundError (no such view or version), InvalidRequestError (a view that cannot be materialized at all,
 *         a version that makes no sense), with Feast's texts.
 * Source: spec/materialize.md, part 2.
 */
export function selectViews(
  { viewNames, version }: Pick<MaterializationRequest, 'viewNames' | 'version'>,
  snapshot: RegistrySnapshot,
  onlineVersioning: boolean,
): SelectedView[] {
  const pinnedVersion = requestedVersion(version, viewNames, onlineVersioning);
  if (viewNames === null) return servedViews(snapshot).map((view) => ({ view, pinnedVersion: undefined }));
  return [...new Set(viewNames)].map((name) => ({
    view: requireMaterializable(findView(snapshot, name, pinnedVersion)),
    pinnedVersion,
  }));
}

function requestedVersion(
  version: string | null,
  viewNames: readonly string[] | null,
  onlineVersioning: boolean,
): number | undefined {
  if (version === null) return undefined;
  if (viewNames?.length !== 1) {
    throw new InvalidRequestError('--version requires --views with exactly one feature view.');
  }
  if (!onlineVersioning) {
    throw new InvalidRequestError(
      "Version-aware materialization requires 'enable_online_feature_view_versioning: true' under 'registry' in feature_store.yaml.",
    );
  }
  if (version === '' || version.toLowerCase() === 'latest') return undefined;
  const number = VERSION.exec(version)?.[1];
  if (number === undefined) {
    throw new InvalidRequestError(
      `Invalid version string '${version}'. Expected 'latest', 'vN', or 'versionN' (e.g. 'v2', 'version3').`,
    );
  }
  return Number(number);
}

function servedViews(snapshot: RegistrySnapshot): MaterializedView[] {
  const isServed = (view: FeatureView): boolean => view.online && !view.disabled;
  return [
    ...[...snapshot.featureViews.values()].filter(isServed),
    ...[...snapshot.streamFeatureViews.values()].filter(isServed),
    ...[...snapshot.onDemandFeatureViews.values()].filter(
      (view) => view.writeToOnlineStore && !view.disabled,
    ),
  ];
}

function findView(snapshot: RegistrySnapshot, name: string, version: number | undefined): AnyFeatureView {
  const view = version === undefined ? snapshot.anyFeatureView(name) : snapshot.viewAtVersion(name, version);
  if (view !== undefined) return view;
  if (version === undefined) {
    throw new NotFoundError(`Feature view ${name} does not exist in project ${snapshot.project}`, {
      feastClass: 'FeatureViewNotFoundException',
    });
  }
  throw new NotFoundError(
    `Version v${version} of feature view ${name} does not exist in project ${snapshot.project}`,
    { feastClass: 'FeatureViewVersionNotFound' },
  );
}

function requireMaterializable(view: AnyFeatureView): MaterializedView {
  const { name, kind } = view;
  if (kind === 'label_view') {
    throw new InvalidRequestError(
      `LabelView ${name} cannot be materialized via materialize(). Use FeatureStore.push() to write labels.`,
    );
  }
  if (view.disabled) {
    throw new InvalidRequestError(`FeatureView ${name} is disabled. Enable it before materializing.`);
  }
  if (kind === 'on_demand_feature_view') {
    if (view.writeToOnlineStore) return view;
    throw new InvalidRequestError(`OnDemandFeatureView ${name} is not configured for write_to_online_store.`);
  }
  if (view.online || view.offline) return view;
  throw new InvalidRequestError(`FeatureView ${name} is not configured to be served online.`);
}
