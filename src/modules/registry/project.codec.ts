import type { Project } from '../../common/model/registry-snapshot.js';
import type { Project as ProjectMessage } from '../../generated/feast/core/Project_pb.js';
import { ProjectSchema } from '../../generated/feast/core/Project_pb.js';
import { ProjectMetadataSchema } from '../../generated/feast/core/Registry_pb.js';
import { parseMessage } from './registry-message.codec.js';
import { decodeStringMap } from './registry-scalar.codec.js';
import type { RegistrySections } from './registry-sections.js';

/**
 * Shape:  the named project; undefined when the registry does not list it. Old versions list it by name alone.
 * Errors: CorruptDataError.
 */
export function decodeProject(sections: RegistrySections, name: string): Project | undefined {
  const { specs, oldNames } = parseProjects(sections);
  const spec = specs.find((candidate) => candidate.name === name);
  if (spec === undefined && !oldNames.includes(name)) return undefined;
  return Object.freeze({
    name,
    description: spec?.description ?? '',
    owner: spec?.owner ?? '',
    tags: decodeStringMap(spec?.tags ?? {}),
  });
}

interface ListedProjects {
  readonly specs: readonly NonNullable<ProjectMessage['spec']>[];
  readonly oldNames: readonly string[];
}

function parseProjects(sections: RegistrySections): ListedProjects {
  return {
    specs: sections
      .all('projects')
      .map((bytes) => parseMessage(ProjectSchema, bytes, 'A project of the registry').spec)
      .filter((spec) => spec !== undefined),
    oldNames: sections
      .all('projectMetadata')
      .map((bytes) => parseMessage(ProjectMetadataSchema, bytes, 'A project of the registry').project),
  };
}
