import type { GlobalFlags } from '../../command.js';
import type { LoadedConfiguration } from '../../common/config/load-configuration.js';
import type { RegistrySnapshot } from '../../common/model/registry-snapshot.js';
import { openRegistry } from '../registry/open-registry.js';
import { decodeRegistry } from '../registry/registry.codec.js';
import { CompiledPermissions } from './compiled-permissions.js';
import { projectResources } from './project-resources.js';
import type { Resource } from './resource.js';

/** The permissions of a repo as a command looks at them. */
export interface OpenPermissions {
  readonly configuration: LoadedConfiguration;
  readonly snapshot: RegistrySnapshot;
  readonly permissions: CompiledPermissions;
  readonly resources: readonly Resource[];
}

/** Errors: those of `openRegistry`. */
export async function openPermissions(globals: GlobalFlags): Promise<OpenPermissions> {
  const { configuration, bytes, project } = await openRegistry(globals);
  const snapshot = decodeRegistry(bytes, project);
  const permissions = new CompiledPermissions(snapshot.permissions.values());
  return { configuration, snapshot, permissions, resources: projectResources(snapshot) };
}
