import type { Registry } from '../../generated/feast/core/Registry_pb.js';
import { RegistrySchema } from '../../generated/feast/core/Registry_pb.js';
import { parseMessage } from './registry-message.codec.js';

/** What a registry holds, in a form that can be sent between threads. */
export interface RegistrySummary {
  /** UUID text, new at every write; empty when the registry has none. */
  readonly versionId: string;
  /** The projects that the registry lists, those included that only the list of older versions has. */
  readonly projects: readonly string[];
  /** Definitions by project; a project without any is absent. */
  readonly objectCounts: ReadonlyMap<string, number>;
}

/** Decodes all of it, so that what is damaged anywhere is found. Errors: CorruptDataError. */
export function inspectRegistry(bytes: Uint8Array): RegistrySummary {
  return summarizeRegistry(parseMessage(RegistrySchema, bytes, 'The registry'));
}

export function summarizeRegistry(registry: Registry): RegistrySummary {
  const objectCounts = new Map<string, number>();
  for (const project of projectsOfObjects(registry)) {
    if (project !== '') objectCounts.set(project, (objectCounts.get(project) ?? 0) + 1);
  }
  return { versionId: registry.versionId, projects: listedProjects(registry), objectCounts };
}

/** Listed, or, in registries from before there was a list, the project of at least one definition. */
export function holdsProject(summary: RegistrySummary, project: string): boolean {
  return (
    summary.projects.includes(project) || (summary.projects.length === 0 && summary.objectCounts.has(project))
  );
}

function listedProjects(registry: Registry): readonly string[] {
  const names = [
    ...registry.projects.map(({ spec }) => spec?.name ?? ''),
    ...registry.projectMetadata.map(({ project }) => project),
  ];
  return [...new Set(names)].filter((name) => name !== '');
}

function projectsOfObjects(registry: Registry): string[] {
  const withSpec = [
    registry.entities,
    registry.featureViews,
    registry.streamFeatureViews,
    registry.onDemandFeatureViews,
    registry.labelViews,
    registry.featureServices,
    registry.savedDatasets,
    registry.permissions,
  ];
  return [
    ...withSpec.flatMap((objects) => objects.map(({ spec }) => spec?.project ?? '')),
    ...registry.dataSources.map(({ project }) => project),
    ...registry.validationReferences.map(({ project }) => project),
  ];
}
