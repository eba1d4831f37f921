import { commandConfiguration } from '../command-configuration.js';
import type { FeatureStoreConfig } from '../common/config/feature-store.js';
import type { LoadedConfiguration } from '../common/config/load-configuration.js';
import { NotFoundError } from '../common/errors/errors.js';
import { Deadline } from '../common/model/deadline.js';
import type { RegistrySnapshot } from '../common/model/registry-snapshot.js';
import {
  type MaterializationJob,
  type MaterializationOutcome,
  outcomeOf,
} from '../modules/materialization/materialization-job.js';
import { planMaterialization } from '../modules/materialization/materialization-plan.js';
import type { RequestedRange } from '../modules/materialization/materialization-request.js';
import { createRegistrySource } from '../modules/registry/registry-source-factory.js';
import { decodeRegistry } from '../modules/registry/registry.codec.js';
import { MaterializationConsole } from './materialization-console.js';
import type { MaterializeCall } from './materialize-start.js';
import { MaterializerProcess } from './materializer-process.js';
import type { MaterializerStart } from './materializer-start.js';
import { type Interruption, interruptible } from './interruption.js';

const READ_LIMIT_MS = 30_000;

/** Plans, runs and tells. Resolves with the exit code: 1 when any view is not as it was asked for. */
export async function runMaterialize(
  range: RequestedRange,
  call: MaterializeCall,
  start: MaterializerStart,
): Promise<number> {
  const { views, version = null } = call.options;
  const configuration = commandConfiguration(call.globals, 'materialize');
  const { featureStore } = configuration;
  const nowMicros = Date.now() * 1000;
  const snapshot = await readSnapshot(featureStore);
  const viewNames = views.length === 0 ? null : views;
  const job = planMaterialization(
    { range, viewNames, version },
    { snapshot, config: featureStore, nowMicros },
  );
  const told = new MaterializationConsole(job, range, call.options.output === 'json' ? 'json' : 'text');
  for (const { path, message } of configuration.warnings) told.warn(`${path}: ${message}`);
  told.begin({ nowMicros, onlineStore: featureStore.onlineStore.type });
  const { outcome, interruption } = await runJob({ configuration, job, told, start });
  told.end(outcome);
  return exitCode(outcome, interruption);
}

async function readSnapshot({ registry, project, yamlPath }: FeatureStoreConfig): Promise<RegistrySnapshot> {
  const source = createRegistrySource(registry);
  try {
    const read = await source.read(undefined, Deadline.after(READ_LIMIT_MS));
    const snapshot = read.kind === 'found' ? decodeRegistry(read.bytes, project) : undefined;
    if (snapshot?.projectInfo !== undefined) return snapshot;
    const missing =
      snapshot === undefined ? 'There is no registry' : `The project ${project} is not in the registry`;
    throw new NotFoundError(
      `${missing} at ${source.location} (registry of ${yamlPath}): apply the definitions first, or correct the path there`,
    );
  } finally {
    await source.close();
  }
}

interface Run {
  readonly outcome: MaterializationOutcome;
  readonly interruption: Interruption | undefined;
}

interface Setting {
  readonly configuration: LoadedConfiguration;
  readonly job: MaterializationJob;
  readonly told: MaterializationConsole;
  readonly start: MaterializerStart;
}

async function runJob({ configuration, job, told, start }: Setting): Promise<Run> {
  if (job.tasks.length === 0) return { outcome: outcomeOf(job, []), interruption: undefined };
  const materializer = new MaterializerProcess(configuration, job, (event) => told.note(event), { start });
  const { result: outcome, interruption } = await interruptible(materializer.outcome, {
    first: ({ signal }) => {
      told.warn(`${signal}: ending after the rows under way; once more to end at once`);
      materializer.cancel(`ended by ${signal}`);
    },
    second: ({ signal }) => materializer.kill(`ended by ${signal}`),
  });
  return { outcome, interruption };
}

function exitCode({ results }: MaterializationOutcome, interruption: Interruption | undefined): number {
  if (interruption && results.some(({ status }) => status === 'cancelled')) return interruption.exitCode;
  return results.every(({ status }) => status === 'loaded' || status === 'skipped') ? 0 : 1;
}
