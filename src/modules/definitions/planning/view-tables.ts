import type { Registry } from '../../../generated/feast/core/Registry_pb.js';
import type { ViewTable } from '../../online-store/online-store-tables.js';
import { VersionRecords } from '../applying/version-records.js';

/**
 * The tables that Feast's own apply makes for the views of a project, and drops when the registry names others: one per
 * view, whatever its version, and none for on-demand views.
 */
export function feastTables(registry: Registry, project: string): readonly ViewTable[] {
  const views = [
    ...registry.featureViews,
    ...registry.streamFeatureViews,
    ...registry.labelViews.filter(({ spec }) => spec?.online === true),
  ];
  return views.flatMap(({ spec }) => (spec?.project === project ? [base(project, spec.name)] : []));
}

/**
 * The tables that the views of a project are read from and written to: those of Feast, those of on-demand views that
 * are stored, and with `versioning` one for each further version.
 */
export function viewTables(registry: Registry, project: string, versioning: boolean): readonly ViewTable[] {
  const stored = registry.onDemandFeatureViews.flatMap(({ spec }) =>
    spec?.project === project && spec.writeToOnlineStore ? [base(project, spec.name)] : [],
  );
  const tables = [...feastTables(registry, project), ...stored];
  if (!versioning) return tables;
  const records = new VersionRecords(registry, project);
  return tables.flatMap((table) => [
    table,
    ...versionsOf(registry, records, table).map((version) => ({ ...table, version })),
  ]);
}

/** Those that were recorded, and the active one should it not be among them. */
function versionsOf(registry: Registry, records: VersionRecords, { project, viewName }: ViewTable): number[] {
  const active = [...registry.featureViews, ...registry.streamFeatureViews, ...registry.onDemandFeatureViews]
    .filter(({ spec }) => spec?.project === project && spec.name === viewName)
    .map(({ meta }) => meta?.currentVersionNumber ?? 0);
  return [...new Set([...records.versions(viewName), ...active])].filter((version) => version > 0);
}

function base(project: string, viewName: string): ViewTable {
  return { project, viewName, version: 0 };
}
