import type { LoadedConfiguration } from '../common/config/load-configuration.js';
import { Deadline } from '../common/model/deadline.js';
import { runMaterializationJob } from '../modules/materialization/run-materialization-job.js';
import type {
  MaterializationEvent,
  MaterializationJob,
  MaterializationOutcome,
} from '../modules/materialization/materialization-job.js';
import type { MaterializationPorts } from '../modules/materialization/materialization-ports.js';
import { leaseDirectory, ViewLeases } from '../modules/materialization/view-lease.js';
import { createOfflineStore } from '../modules/offline-store/offline-store-factory.js';
import { createOnlineStore } from '../modules/online-store/online-store-factory.js';
import { createOnlineStoreTables } from '../modules/online-store/online-store-tables-factory.js';
import { createOnlineStoreWriter } from '../modules/online-store/online-store-writer-factory.js';
import { createRegistrySource } from '../modules/registry/registry-source-factory.js';
import { decodeRegistry } from '../modules/registry/registry.codec.js';
import { createPrecomputedVectors } from '../modules/serving/precomputed/precomputed-vectors-factory.js';
import { jobTransformers } from './job-transformers.js';
import { sendFromMaterializer, type ToMaterializer } from './messages.js';

const ALIVE_INTERVAL_MS = 5000;
const ORPHAN_GRACE_MS = 10_000;
/** Of one read or write of vectors. */
const STEP_LIMIT_MS = 60_000;

/**
 * A process for one job: DuckDB lives here, and ends with it. It stores the rows of a view and then records the
 * interval itself, so that nothing is recorded which it has not stored, whoever else dies; a job whose starter is gone
 * ends as if it were cancelled.
 */
export function runMaterializer(): void {
  const cancelled = new AbortController();
  process.on('message', (message: ToMaterializer) => {
    if (message.type === 'cancel') cancelled.abort(message.reason);
    else void work(message, cancelled.signal);
  });
  process.on('disconnect', () => {
    cancelled.abort('the process that started the job is gone');
    setTimeout(() => process.exit(1), ORPHAN_GRACE_MS).unref();
  });
  process.on('uncaughtException', (error) => giveUp(`unexpected error: ${error.message}`));
  // Ctrl-C reaches the whole process group: whoever started the job decides what it means.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => cancelled.abort('its process was told to end by SIGTERM'));
  setInterval(() => sendFromMaterializer({ type: 'alive' }), ALIVE_INTERVAL_MS).unref();
  sendFromMaterializer({ type: 'hello' });
}

async function work(
  { configuration, job }: Extract<ToMaterializer, { type: 'start' }>,
  signal: AbortSignal,
): Promise<void> {
  try {
    const outcome = await runJob(configuration, job, signal);
    sendFromMaterializer({ type: 'done', outcome }, () => process.exit(0));
  } catch (error) {
    giveUp(error instanceof Error ? error.message : String(error));
  }
  // Nobody may be left to hear it.
  if (!process.connected) process.exit(1);
}

function giveUp(message: string): void {
  sendFromMaterializer({ type: 'failed', message }, () => process.exit(1));
}

async function runJob(
  { featureStore, salver }: LoadedConfiguration,
  job: MaterializationJob,
  signal: AbortSignal,
): Promise<MaterializationOutcome> {
  const tell = (event: MaterializationEvent): void => sendFromMaterializer({ type: 'event', event });
  await using opened = new AsyncDisposableStack();
  const open = <T extends { close(): Promise<void> }>(what: T): T => opened.adopt(what, (it) => it.close());
  const ports = {
    offlineStore: open(
      createOfflineStore(featureStore.offlineStore, featureStore.repoDir, {
        stagingLimitBytes: salver.s3.stagingBytes,
      }),
    ),
    onlineStore: open(createOnlineStoreWriter(featureStore, salver)),
    registry: open(createRegistrySource(featureStore.registry)),
    leases: new ViewLeases(leaseDirectory(featureStore.registry), job.id),
  };
  const transformerOf = jobTransformers({ featureStore, salver }, job, {
    registry: ports.registry,
    open,
    tell,
  });
  const refreshVectors = vectorRefresh({ featureStore, salver }, ports, open);
  // Awaited here, because what is open is closed when this returns.
  return await runMaterializationJob(job, { ...ports, transformerOf, refreshVectors }, tell, signal);
}

type Open = <T extends { close(): Promise<void> }>(what: T) => T;

/** Reads the registry once more: a service may have been applied since the job began. */
function vectorRefresh(
  { featureStore, salver }: Pick<LoadedConfiguration, 'featureStore' | 'salver'>,
  { onlineStore, registry }: Pick<MaterializationPorts, 'onlineStore' | 'registry'>,
  open: Open,
): MaterializationPorts['refreshVectors'] {
  return async (viewNames, signal) => {
    const vectors = createPrecomputedVectors(
      { featureStore, salver },
      {
        reader: open(createOnlineStore(featureStore.onlineStore)),
        writer: onlineStore,
        tables: open(createOnlineStoreTables(featureStore)),
      },
    );
    const read = await registry.read(undefined, Deadline.after(STEP_LIMIT_MS));
    if (read.kind !== 'found') return [];
    const snapshot = decodeRegistry(read.bytes, featureStore.project);
    const written = viewNames.map((viewName) => ({ viewName, keys: 'all' as const }));
    return vectors.refresh(snapshot, written, { signal, deadline: () => Deadline.after(STEP_LIMIT_MS) });
  };
}
