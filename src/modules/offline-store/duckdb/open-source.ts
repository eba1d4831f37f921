import { UnavailableError } from '../../../common/errors/errors.js';
import type { ObjectStore } from '../object-store.js';
import { isObjectUri } from '../object-uri.js';
import { PinnedFiles } from '../files/pinned-files.js';
import { requireUnchanged, type SourceFiles } from '../files/source-files.js';
import { sourceObjects } from '../files/source-objects.js';
import { StagedObjects } from './staged-objects.js';
import { StagingDirectory } from './staging-directory.js';

/** A source whose files can be opened: their columns at once, their values after `need`. */
export interface OpenSource extends AsyncDisposable {
  readonly files: SourceFiles;
  /** Has the values of these columns there. Errors: UnavailableError. */
  need(columns: ReadonlySet<string>, signal: AbortSignal): Promise<void>;
  /** Errors: UnavailableError when the bytes of a file are others than when it was found. */
  requireUnchanged(): void;
}

export interface SourcePlaces {
  readonly repoDir: string;
  /** Where copies of objects are made (that of the system). */
  readonly scratchDir: string | undefined;
  readonly stagingLimitBytes: number;
  readonly objectStore: (endpoint: string | undefined) => ObjectStore;
}

/** Errors: those of `sourceFiles` and `sourceObjects`. */
export async function openSource(
  { uri, s3EndpointOverride }: { readonly uri: string; readonly s3EndpointOverride: string | undefined },
  places: SourcePlaces,
  signal: AbortSignal,
): Promise<OpenSource> {
  if (isObjectUri(uri)) return openObjects(uri, s3EndpointOverride, { places, signal });
  const pinned = PinnedFiles.of(uri, places.repoDir);
  return {
    files: pinned.files,
    need: () => Promise.resolve(),
    requireUnchanged: () => requireUnchanged(pinned.files),
    [Symbol.asyncDispose]: () => Promise.resolve(pinned[Symbol.dispose]()),
  };
}

async function openObjects(
  uri: string,
  endpoint: string | undefined,
  { places, signal }: { readonly places: SourcePlaces; readonly signal: AbortSignal },
): Promise<OpenSource> {
  const store = places.objectStore(endpoint);
  const { objects, base } = await sourceObjects(store, uri, signal);
  const directory = await StagingDirectory.make(places.scratchDir);
  try {
    const limits = { directory: directory.path, limitBytes: places.stagingLimitBytes };
    const staged = new StagedObjects(store, uri, objects, limits);
    await staged.stageEnds(signal);
    return {
      files: { label: uri, files: staged.files, base },
      need: (columns, reading) => staged.stageColumns(columns, reading),
      // Each byte was asked for under the condition that the object is the one that was found.
      requireUnchanged: () => undefined,
      [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
    };
  } catch (error) {
    await directory[Symbol.asyncDispose]();
    throw error;
  }
}

/** A limit of time that ends what waits for S3. */
export function lookLimit(limitMs: number, uri: string): AbortSignal {
  const controller = new AbortController();
  const reason = new UnavailableError(`${uri}: it could not be looked into within ${limitMs / 1000} s`);
  setTimeout(() => controller.abort(reason), limitMs).unref();
  return controller.signal;
}
