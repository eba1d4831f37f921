import { matchesGlob } from 'node:path/posix';
import { InvalidRequestError, NotSupportedError } from '../../../common/errors/errors.js';
import type { ObjectStore, StoredObject } from '../object-store.js';
import { type ObjectUri, parseObjectUri } from '../object-uri.js';
import { inOrder } from './path-order.js';
import { PARQUET_NAME } from './source-files.js';

/** The objects of a source. */
export interface SourceObjects {
  /** In the order in which files would be read. */
  readonly objects: readonly StoredObject[];
  /** The key from which on `name=value` is a partition; undefined for a single object. */
  readonly base: string | undefined;
}

const DELTA_LOG = '_delta_log/';
/** What is known of each has to be in memory. */
const MOST_OBJECTS = 50_000;

/**
 * The parquet objects of a URI: one, those below a directory, or those that a pattern with `*` names: the rules of files.
 *
 * Errors: InvalidRequestError (nothing there), NotSupportedError (a Delta table), those of the store.
 */
export async function sourceObjects(
  store: ObjectStore,
  uri: string,
  signal: AbortSignal,
): Promise<SourceObjects> {
  const place = parseObjectUri(uri);
  if (place.isPattern) return matching(store, uri, { place, signal });
  if (!place.isDirectory) {
    const object = await store.find(place.bucket, place.key, signal);
    if (object !== undefined) return { objects: [object], base: undefined };
  }
  return below(store, uri, { place, signal });
}

interface Search {
  readonly place: ObjectUri;
  readonly signal: AbortSignal;
}

async function matching(store: ObjectStore, uri: string, { place, signal }: Search): Promise<SourceObjects> {
  const { bucket, key } = place;
  const base = key.slice(0, key.lastIndexOf('/', key.indexOf('*')) + 1);
  const literal = key.slice(0, key.indexOf('*'));
  const isMatch = (candidate: string) => !candidate.endsWith('/') && matchesGlob(candidate, key);
  const objects = await collect(store.list(bucket, literal, signal), uri, isMatch);
  if (objects.length > 0) return { objects: sorted(objects), base: withoutSlash(base) };
  throw new InvalidRequestError(
    `${uri}: no object of the bucket ${bucket} has a key of this pattern (${key})`,
  );
}

async function below(store: ObjectStore, uri: string, { place, signal }: Search): Promise<SourceObjects> {
  const { bucket, key } = place;
  const prefix = key === '' ? '' : `${key}/`;
  let isDelta = false;
  const objects = await collect(store.list(bucket, prefix, signal), uri, (candidate) => {
    isDelta ||= candidate.startsWith(DELTA_LOG, prefix.length);
    return PARQUET_NAME.test(candidate);
  });
  if (isDelta) {
    throw new NotSupportedError(
      `${uri}: a Delta table, which this version does not read: give it parquet files`,
    );
  }
  if (objects.length > 0) return { objects: sorted(objects), base: key };
  throw new InvalidRequestError(
    `${uri}: there is no such object, nor parquet objects below it (keys that end in .parquet, .parq or .pq)`,
  );
}

async function collect(
  pages: AsyncIterable<readonly StoredObject[]>,
  uri: string,
  isWanted: (key: string) => boolean,
): Promise<StoredObject[]> {
  const objects: StoredObject[] = [];
  for await (const page of pages) {
    objects.push(...page.filter(({ key }) => isWanted(key)));
    if (objects.length > MOST_OBJECTS) {
      throw new InvalidRequestError(
        `${uri}: it has more than ${MOST_OBJECTS} objects: write fewer and larger ones, or name a part of them`,
      );
    }
  }
  return objects;
}

function sorted(objects: StoredObject[]): readonly StoredObject[] {
  return inOrder(objects, ({ key }) => key);
}

function withoutSlash(key: string): string {
  return key.endsWith('/') ? key.slice(0, -1) : key;
}
