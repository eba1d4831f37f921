import type { DataSource } from '../../src/common/model/data-source.js';
import type { Field } from '../../src/common/model/feature-view.js';
import { ValueType, type ValueTypeName } from '../../src/common/model/value.js';
import type {
  EncodedRows,
  LatestRowsScan,
  OfflineStore,
} from '../../src/modules/offline-store/offline-store.js';

/** A parquet source; what is not given is absent. */
export function fileSource(uri: string, given: Partial<DataSource> = {}): DataSource {
  return {
    name: 'source',
    kind: 'BATCH_FILE',
    timestampField: 'event_timestamp',
    createdTimestampColumn: '',
    datePartitionColumn: '',
    fieldMapping: new Map(),
    uri,
    fileFormat: undefined,
    s3EndpointOverride: undefined,
    batchSource: undefined,
    requestFields: [],
    description: '',
    owner: '',
    tags: new Map(),
    ...given,
  };
}

export function field(name: string, type: ValueTypeName): Field {
  const nothing = {
    description: '',
    tags: new Map(),
    vectorIndex: false,
    vectorSearchMetric: '',
    vectorLength: 0,
  };
  return { name, valueType: ValueType[type], ...nothing };
}

/** All of time, the join key `id`, batches of any size; `given` says the rest. */
export function scanOf(
  source: DataSource,
  features: readonly Field[],
  given: Partial<LatestRowsScan> = {},
): LatestRowsScan {
  return {
    source,
    joinKeys: [field('id', 'INT64')],
    features,
    entityKeySerializationVersion: 3,
    startMicros: 0,
    endMicros: Date.UTC(2100, 0) * 1000,
    batchRows: 10_000,
    ...given,
  };
}

export async function batchesOf(store: OfflineStore, scan: LatestRowsScan): Promise<EncodedRows[]> {
  const batches: EncodedRows[] = [];
  for await (const batch of store.latestRows(scan, new AbortController().signal)) batches.push(batch);
  return batches;
}
