import { isDeepStrictEqual } from 'node:util';
import { create } from '@bufbuild/protobuf';
import { type Timestamp, TimestampSchema, timestampNow } from '@bufbuild/protobuf/wkt';
import { ConflictError, NotFoundError } from '../../common/errors/errors.js';
import type { Deadline } from '../../common/model/deadline.js';
import type { DataSource } from '../../common/model/data-source.js';
import type { FeatureView } from '../../common/model/feature-view.js';
import {
  type FeatureViewMeta,
  FeatureViewMetaSchema,
  FeatureViewState,
  type FeatureView as FeatureViewMessage,
  MaterializationIntervalSchema,
} from '../../generated/feast/core/FeatureView_pb.js';
import type { Registry } from '../../generated/feast/core/Registry_pb.js';
import type { StreamFeatureView } from '../../generated/feast/core/StreamFeatureView_pb.js';
import { decodeFeatureView, decodeStreamFeatureView } from '../registry/feature-view.codec.js';
import { changeRegistry } from '../registry/registry-change.js';
import type { RegistrySource } from '../registry/registry-source.js';
import type { LoadTask } from './materialization-job.js';

const MICROS_PER_SECOND = 1_000_000;

/**
 * Writes into the registry that the rows of a range are in the online store, as Feast does: the interval at the end of
 * the view's list, the state, the time. Nothing else of the registry changes; the view keeps its place, which Feast
 * does not. The state MATERIALIZING is never written: it would take the view out of service.
 *
 * Errors: NotFoundError (the view is gone), ConflictError (its definition is not the one that was loaded): nothing is
 *         written, and the next incremental run loads the range again. Those of `changeRegistry`.
 */
export async function recordInterval(
  source: RegistrySource,
  project: string,
  task: LoadTask,
  deadline: Deadline,
): Promise<void> {
  await changeRegistry(source, (registry) => addInterval(registry, project, task), deadline);
}

function addInterval(registry: Registry, project: string, task: LoadTask): void {
  const { name } = task.view;
  const message = findView(registry, project, name);
  if (message === undefined) {
    throw new NotFoundError(
      `it was removed from the registry meanwhile: its rows are stored, nothing is recorded`,
    );
  }
  if (!task.pinned && !isSameDefinition(task.view, decode(message))) {
    throw new ConflictError(
      'its definition was changed meanwhile: rows of the former one are stored, nothing is recorded; run it again',
    );
  }
  const meta: FeatureViewMeta = (message.meta ??= create(FeatureViewMetaSchema));
  meta.materializationIntervals.push(
    create(MaterializationIntervalSchema, {
      startTime: timestampOf(task.startMicros),
      endTime: timestampOf(task.endMicros),
    }),
  );
  meta.lastUpdatedTimestamp = timestampNow();
  meta.state = FeatureViewState.AVAILABLE_ONLINE;
}

function findView(
  { featureViews, streamFeatureViews }: Registry,
  project: string,
  name: string,
): FeatureViewMessage | StreamFeatureView | undefined {
  const isWanted = ({ spec }: FeatureViewMessage | StreamFeatureView): boolean =>
    spec?.name === name && spec.project === project;
  return featureViews.find(isWanted) ?? streamFeatureViews.find(isWanted);
}

function decode(message: FeatureViewMessage | StreamFeatureView): FeatureView | undefined {
  if (message.spec === undefined) return undefined;
  return message.spec.$typeName === 'feast.core.FeatureViewSpec'
    ? decodeFeatureView(message.spec, message.meta)
    : decodeStreamFeatureView(message.spec, message.meta);
}

/** Whether the rows of one are the rows of the other. */
function isSameDefinition(loaded: FeatureView, registered: FeatureView | undefined): boolean {
  return registered !== undefined && isDeepStrictEqual(rowsOf(loaded), rowsOf(registered));
}

/** Columns by name: Feast shuffles those of stream views whenever it writes them. */
function rowsOf({ kind, entities, entityColumns, features, batchSource, currentVersionNumber }: FeatureView) {
  const columns = [entityColumns, features].map(
    (fields) => new Map(fields.map(({ name, valueType }) => [name, valueType])),
  );
  return {
    kind,
    entities: [...entities],
    columns,
    source: batchSource && placeOf(batchSource),
    currentVersionNumber,
  };
}

function placeOf(source: DataSource) {
  const { kind, uri, s3EndpointOverride, timestampField, createdTimestampColumn, fieldMapping } = source;
  return { kind, uri, s3EndpointOverride, timestampField, createdTimestampColumn, fieldMapping };
}

function timestampOf(micros: number): Timestamp {
  const seconds = Math.floor(micros / MICROS_PER_SECOND);
  const nanos = (micros - seconds * MICROS_PER_SECOND) * 1000;
  return create(TimestampSchema, { seconds: BigInt(seconds), nanos });
}
