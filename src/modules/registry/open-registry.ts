import { commandConfiguration } from '../../command-configuration.js';
import type { GlobalFlags } from '../../command.js';
import type { FeatureStoreConfig } from '../../common/config/feature-store.js';
import type { LoadedConfiguration } from '../../common/config/load-configuration.js';
import { CorruptDataError, NotFoundError } from '../../common/errors/errors.js';
import { Deadline } from '../../common/model/deadline.js';
import { type Registry, RegistrySchema } from '../../generated/feast/core/Registry_pb.js';
import { changeRegistry } from './registry-change.js';
import { parseMessage } from './registry-message.codec.js';
import { createRegistrySource } from './registry-source-factory.js';
import { holdsProject, summarizeRegistry } from './registry-summary.js';

/** A registry file of gigabytes on a slow disk is read within this; more is a disk that hangs. */
const REGISTRY_TIMEOUT_MS = 60_000;

/** A registry as a command works on it. */
export interface OpenRegistry {
  readonly configuration: LoadedConfiguration;
  /** The one of `feature_store.yaml`. */
  readonly project: string;
  /** All projects. To be changed through `changeOpenRegistry` only. */
  readonly registry: Registry;
  readonly bytes: Uint8Array;
}

/**
 * Reads the registry that the options of a command name.
 *
 * Errors: ConfigurationError; NotFoundError when there is no registry, or it does not hold the project (`anyProject`
 *         leaves that to the caller); CorruptDataError; UnavailableError.
 */
export async function openRegistry(
  globals: GlobalFlags,
  { anyProject = false }: { readonly anyProject?: boolean } = {},
): Promise<OpenRegistry> {
  const configuration = commandConfiguration(globals, 'manage');
  const { featureStore } = configuration;
  const bytes = await readRegistry(featureStore);
  const registry = decode(bytes, featureStore);
  if (!anyProject) requireProject(registry, featureStore);
  return { configuration, project: featureStore.project, registry, bytes };
}

/**
 * Changes what is stored, under its lock. `change` gets the registry as it is then, and may be called again.
 *
 * Errors: those of `change`; CorruptDataError; UnavailableError.
 */
export async function changeOpenRegistry(
  { configuration: { featureStore } }: OpenRegistry,
  change: (registry: Registry) => void,
): Promise<void> {
  const source = createRegistrySource(featureStore.registry);
  try {
    await changeRegistry(source, change, Deadline.after(REGISTRY_TIMEOUT_MS));
  } finally {
    await source.close();
  }
}

async function readRegistry(featureStore: FeatureStoreConfig): Promise<Uint8Array> {
  const source = createRegistrySource(featureStore.registry);
  try {
    const found = await source.read(undefined, Deadline.after(REGISTRY_TIMEOUT_MS));
    if (found.kind === 'found') return found.bytes;
    throw new NotFoundError(
      `There is no registry at ${source.location} (registry of ${featureStore.yamlPath}). Nothing was applied yet: ` +
        'run "salver apply" in the repo, or name the right file there.',
    );
  } finally {
    await source.close();
  }
}

function decode(bytes: Uint8Array, { registry, yamlPath }: FeatureStoreConfig): Registry {
  try {
    return parseMessage(RegistrySchema, bytes, 'It');
  } catch (error) {
    if (!(error instanceof CorruptDataError)) throw error;
    throw new CorruptDataError(
      `${registry.path} (registry of ${yamlPath}) is no registry, or damaged. ${error.message}`,
      { cause: error },
    );
  }
}

function requireProject(
  registry: Registry,
  { project, registry: { path }, yamlPath }: FeatureStoreConfig,
): void {
  const summary = summarizeRegistry(registry);
  if (holdsProject(summary, project)) return;
  const projects = [...new Set([...summary.projects, ...summary.objectCounts.keys()])];
  const held = projects.length === 0 ? 'is empty' : `holds ${projects.join(', ')}`;
  throw new NotFoundError(
    `The registry ${path} does not hold the project ${project} of ${yamlPath}: it ${held}. Run "salver apply", or ` +
      'correct the project or the path of the registry there.',
  );
}
