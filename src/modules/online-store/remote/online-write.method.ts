import { channelMethod } from '../../../common/channel/channel-method.js';
import type { WriteOutcome } from '../../../common/model/write-batch.js';
import type { PackedBatch } from './packed-batch.codec.js';

/**
 * Rows for the embedded online store, which one process writes. Done twice, the rows are stored as if done once: by
 * `newest` the same row wins or loses again; by `last` it is as if the request, which has no answer yet, had come
 * later.
 */
export const ONLINE_WRITE = channelMethod<PackedBatch, WriteOutcome>('online-write', { isRepeatable: true });
