import { PRECOMPUTED_FEATURE, precomputedView } from '../../../common/model/precomputed-view.js';
import type { Registry } from '../../../generated/feast/core/Registry_pb.js';
import type { ViewTable } from '../../online-store/online-store-tables.js';
import { VersionRecords } from '../applying/version-records.js';
import type { StoredView } from '../diff/registry-objects.js';
import { DUMMY_ENTITY } from '../diff/registry-diff.js';

/**
 * The tables that Feast's own apply makes for the views of a project, and drops when the registry names others: one per
 * view, whatever its version, and none for on-demand views.
 */
export function feastTables(registry: Registry, project: string): readonly ViewTable[] {
  return feastViews(registry, project).map((view) => tableOf(view, 0));
}

/**
 * The tables that the views of a project are read from and written to: those of Feast, those of on-demand views that
 * are stored, and with `versioning` one for each further version.
 */
export function viewTables(registry: Registry, project: string, versioning: boolean): readonly ViewTable[] {
  const views = [...feastViews(registry, project), ...storedOnDemand(registry, project)];
  if (!versioning) return views.map((view) => tableOf(view, 0));
  const records = new VersionRecords(registry, project);
  return views.flatMap((view) => [
    tableOf(view, 0),
    ...versionsOf(view, records).map((version) =>
      tableOf(records.view(view.spec?.name ?? '', version) ?? view, version),
    ),
  ]);
}

/** The tables of the vectors that feature services with `precompute_online` are served from. */
export function vectorTables(registry: Registry, project: string): readonly ViewTable[] {
  const views = new Map(feastViews(registry, project).map((view) => [view.spec?.name ?? '', view]));
  return registry.featureServices.flatMap(({ spec }) => {
    if (spec?.project !== project || !spec.precomputeOnline) return [];
    const first = views.get(spec.features[0]?.featureViewName ?? '');
    if (first === undefined) return [];
    const viewName = precomputedView(spec.name);
    return [{ ...tableOf(first, 0), viewName, features: [PRECOMPUTED_FEATURE] }];
  });
}

function feastViews(registry: Registry, project: string): readonly StoredView[] {
  return [
    ...registry.featureViews.filter(({ spec }) => spec?.project === project),
    ...registry.streamFeatureViews.filter(({ spec }) => spec?.project === project),
    ...registry.labelViews.filter(({ spec }) => spec?.project === project && spec.online),
  ];
}

function storedOnDemand(registry: Registry, project: string): readonly StoredView[] {
  return registry.onDemandFeatureViews.filter(
    ({ spec }) => spec?.project === project && spec.writeToOnlineStore,
  );
}

/** Those that were recorded, and the active one should it not be among them. */
function versionsOf({ spec, meta }: StoredView, records: VersionRecords): readonly number[] {
  const active = meta !== undefined && 'currentVersionNumber' in meta ? meta.currentVersionNumber : 0;
  const versions = new Set([...records.versions(spec?.name ?? ''), active]);
  return [...versions].filter((version) => version > 0);
}

function tableOf({ spec }: StoredView, version: number): ViewTable {
  const joinKeys = (spec?.entityColumns ?? []).map(({ name }) => name);
  return {
    project: spec?.project ?? '',
    viewName: spec?.name ?? '',
    version,
    joinKeys: joinKeys.filter((name) => name !== `${DUMMY_ENTITY}_id`),
    features: (spec?.features ?? []).map(({ name }) => name),
  };
}
