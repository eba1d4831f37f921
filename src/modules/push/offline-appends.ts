import type { DataSource } from '../../common/model/data-source.js';
import type { AnyFeatureView } from '../../common/model/feature-view.js';
import type { Frame } from './frame.js';
import type { OfflinePush } from './offline-pushes.js';
import type { PushRequest } from './push.request.js';
import { historyOf } from './view-layout.js';

/** What tells the buffers of a push source apart. Source: spec/push-and-write.md part 5. */
type BufferedPush = Pick<PushRequest, 'pushSource' | 'allowRegistryCache' | 'transformOnWrite'>;

/**
 * The offline half of a push: its rows once for each place where the views keep their history, whatever the sources of
 * the views are called.
 *
 * Errors: InvalidRequestError for a view without such a place.
 */
export function offlinePush(
  { pushSource, allowRegistryCache, transformOnWrite }: BufferedPush,
  views: readonly AnyFeatureView[],
  { columns, rows, text }: Frame,
): OfflinePush {
  const sources = new Map<string, DataSource>();
  for (const view of views) {
    const source = historyOf(view);
    if (source && !sources.has(placeOf(source))) sources.set(placeOf(source), source);
  }
  return {
    pushSource,
    buffer: JSON.stringify([pushSource, allowRegistryCache, transformOnWrite]),
    appends: [...sources.values()].map((source) => ({ source, rows: { columns, rows, text } })),
  };
}

/** A file is the same under any name; what has no address of its own goes by its name. */
function placeOf({ kind, name, uri, s3EndpointOverride }: DataSource): string {
  return JSON.stringify(uri === undefined ? [kind, name] : [kind, uri, s3EndpointOverride]);
}
