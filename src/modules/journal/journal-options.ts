import { join, relative } from 'node:path';
import type { LoadedConfiguration } from '../../common/config/load-configuration.js';
import type { JournalIdentity } from './segment-header.js';

/** Where the journal of a repository is, and how large it may get. Plain data. */
export interface JournalOptions {
  /** Of one project alone. Need not exist. */
  readonly directory: string;
  readonly identity: JournalIdentity;
  /** Of all files of the journal together, about. */
  readonly maxBytes: number;
  /** From this size on, a segment is followed by another one. */
  readonly segmentBytes: number;
}

export function journalOptions({
  featureStore,
  salver,
}: Pick<LoadedConfiguration, 'featureStore' | 'salver'>): JournalOptions {
  const { project, repoDir } = featureStore;
  const { directory, maxBytes, segmentBytes } = salver.journal;
  const own = join(directory, encodeURIComponent(project));
  return {
    directory: own,
    identity: { project, repository: relative(own, repoDir) },
    maxBytes,
    segmentBytes,
  };
}
