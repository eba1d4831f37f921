import { createHash } from 'node:crypto';
import { NotFoundError } from '../../common/errors/errors.js';
import type { FeatureView } from '../../common/model/feature-view.js';
import type { RegistrySnapshot } from '../../common/model/registry-snapshot.js';

/** A view with a vector index, as clients of OpenAI see it. */
export interface VectorStore {
  readonly id: string;
  readonly object: 'vector_store';
  readonly name: string;
  readonly status: 'completed';
  /** Seconds since the epoch. */
  readonly created_at: number;
}

export interface VectorStoreView {
  readonly store: VectorStore;
  readonly view: FeatureView;
}

const known = new WeakMap<RegistrySnapshot, ReadonlyMap<string, VectorStoreView>>();

/**
 * The views that are vector stores, by id: plain feature views with a vector index.
 *
 * Source: spec/vectors.md part 4; the recordings.
 */
export function vectorStores(snapshot: RegistrySnapshot): ReadonlyMap<string, VectorStoreView> {
  const remembered = known.get(snapshot);
  if (remembered) return remembered;
  const views = [...snapshot.featureViews.values()].filter(({ features, entityColumns }) =>
    [...features, ...entityColumns].some(({ vectorIndex }) => vectorIndex),
  );
  const stores = new Map(
    views.map((view) => {
      const store = vectorStoreOf(snapshot.project, view);
      return [store.id, { store, view }];
    }),
  );
  known.set(snapshot, stores);
  return stores;
}

/** Errors: NotFoundError. */
export function findVectorStore(snapshot: RegistrySnapshot, id: string): VectorStoreView {
  const found = vectorStores(snapshot).get(id);
  if (found) return found;
  throw new NotFoundError(`No vector store found with id '${id}'`, { openAiType: 'not_found_error' });
}

function vectorStoreOf(project: string, { name, createdMicros }: FeatureView): VectorStore {
  const digest = createHash('sha256').update(`${project}:${name}`).digest('hex');
  return {
    id: `vs_${digest.slice(0, 24)}`,
    object: 'vector_store',
    name,
    status: 'completed',
    created_at: Math.floor(createdMicros / 1_000_000),
  };
}
