import type { AnyFeatureView } from '../../common/model/feature-view.js';
import { distinctSources } from '../offline-store/source-place.js';
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
  { frame, repoDir }: { readonly frame: Frame; readonly repoDir: string },
): OfflinePush {
  const { columns, rows, text } = frame;
  const sources = views.map(historyOf).filter((source) => source !== undefined);
  return {
    pushSource,
    buffer: JSON.stringify([pushSource, allowRegistryCache, transformOnWrite]),
    appends: distinctSources(sources, repoDir).map((source) => ({ source, rows: { columns, rows, text } })),
  };
}
