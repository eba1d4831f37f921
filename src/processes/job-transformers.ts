import type { LoadedConfiguration } from '../common/config/load-configuration.js';
import { NotFoundError } from '../common/errors/errors.js';
import { Deadline } from '../common/model/deadline.js';
import {
  type MaterializationEvent,
  type MaterializationJob,
  viewNameOf,
} from '../modules/materialization/materialization-job.js';
import type { MaterializationPorts } from '../modules/materialization/materialization-ports.js';
import { decodeRegistry } from '../modules/registry/registry.codec.js';
import { commandTransformations } from '../modules/serving/command-transformations.js';
import type { Transformations } from '../modules/transformations/transformations.js';
import { jobOutput } from './job-output.js';

const READ_LIMIT_MS = 60_000;
/** A batch has many more rows than a request, and nobody waits for it. */
const BATCH_LIMIT_MS = 60_000;

interface JobParts {
  readonly registry: MaterializationPorts['registry'];
  readonly open: <T extends { close(): Promise<void> }>(what: T) => T;
  readonly tell: (event: MaterializationEvent) => void;
}

/** What computes the stored on-demand views of a job in its process; made when the first of them is loaded. */
export function jobTransformers(
  { featureStore, salver }: Pick<LoadedConfiguration, 'featureStore' | 'salver'>,
  { project, tasks }: MaterializationJob,
  { registry, open, tell }: JobParts,
): MaterializationPorts['transformerOf'] {
  const load = async () => {
    const read = await registry.read(undefined, Deadline.after(READ_LIMIT_MS));
    if (read.kind !== 'found') throw new NotFoundError('there is no registry any more');
    const snapshot = decodeRegistry(read.bytes, project);
    const patient = {
      ...salver,
      transformTimeoutMs: Math.max(salver.transformTimeoutMs, BATCH_LIMIT_MS),
      python: { ...salver.python, timeoutMs: Math.max(salver.python.timeoutMs, BATCH_LIMIT_MS) },
    };
    const transformations: Transformations = open(
      await commandTransformations(
        { featureStore, salver: patient },
        snapshot,
        tasks.map(viewNameOf),
        jobOutput(tell),
      ),
    );
    return { snapshot, transformations };
  };
  let loaded: ReturnType<typeof load> | undefined;
  return async (viewName) => {
    loaded ??= load();
    const { snapshot, transformations } = await loaded;
    const view = snapshot.onDemandFeatureViews.get(viewName);
    if (!view) throw new NotFoundError('it was removed from the registry meanwhile');
    return transformations.transformerOf(view, 'write');
  };
}
