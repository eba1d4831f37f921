import type { FeatureStoreConfig } from '../../common/config/feature-store.js';
import { UnavailableError } from '../../common/errors/errors.js';
import type { DataSource } from '../../common/model/data-source.js';
import { Deadline } from '../../common/model/deadline.js';
import type { RegistrySnapshot } from '../../common/model/registry-snapshot.js';
import { checkOfflineSource } from '../offline-store/offline-store-writer-factory.js';
import { sourcePlace } from '../offline-store/source-place.js';
import { viewsFedBy } from '../registry/fed-views.js';
import { historyOf } from './view-layout.js';

/** A source that offline pushes go to, to which rows could not be added. */
export interface UnwritableSource {
  readonly pushSource: string;
  readonly source: string;
  readonly reason: string;
}

/** Of one source; S3 may be far. */
const LOOK_LIMIT_MS = 10_000;

/**
 * Looks whether offline pushes could be stored, before there are any: at each place that some push source feeds, once.
 * What only a write tells (a full disk, the rights of S3) is not found.
 */
export async function* unwritableSources(
  snapshot: RegistrySnapshot,
  { offlineStore, repoDir }: Pick<FeatureStoreConfig, 'offlineStore' | 'repoDir'>,
  limitMs = LOOK_LIMIT_MS,
): AsyncGenerator<UnwritableSource> {
  for (const { pushSource, source } of fedSources(snapshot, repoDir)) {
    const look = checkOfflineSource(offlineStore, repoDir, source);
    const reason = await reasonOf(look, limitMs);
    if (reason !== undefined) yield { pushSource, source: source.name, reason };
  }
}

interface FedSource {
  readonly pushSource: string;
  readonly source: DataSource;
}

function fedSources(snapshot: RegistrySnapshot, repoDir: string): readonly FedSource[] {
  const byPlace = new Map<string, FedSource>();
  for (const { kind, name: pushSource } of snapshot.dataSources.values()) {
    if (kind !== 'PUSH_SOURCE') continue;
    for (const view of viewsFedBy(snapshot, pushSource)) {
      const source = sourceOrNone(view);
      if (source === undefined) continue;
      const { files } = sourcePlace(source, repoDir);
      if (!byPlace.has(files)) byPlace.set(files, { pushSource, source });
    }
  }
  return [...byPlace.values()];
}

/** A view without one refuses its pushes by itself. */
function sourceOrNone(view: ReturnType<typeof viewsFedBy>[number]): DataSource | undefined {
  try {
    return historyOf(view);
  } catch {
    return undefined;
  }
}

async function reasonOf(look: Promise<void>, limitMs: number): Promise<string | undefined> {
  const late = () => new UnavailableError(`it could not be looked into within ${limitMs / 1000} s`);
  try {
    await Deadline.after(limitMs).limit(look, late);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
