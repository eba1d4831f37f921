import type { LoadedConfiguration } from '../common/config/load-configuration.js';

/** What the primary process tells a worker. */
export type ToWorker =
  /** Answer to `hello`: begin to serve. */
  | { readonly type: 'start'; readonly configuration: LoadedConfiguration }
  /** A registry that was read and checked. Bytes, because structured clones of large registries stall the receiver. */
  | { readonly type: 'registry'; readonly generation: number; readonly bytes: Uint8Array }
  /** It has more connections than its share: those above `connections` are to be closed with their next answers. */
  | { readonly type: 'fair-share'; readonly connections: number }
  /** Finish what is under way and end within `graceMs`. */
  | { readonly type: 'drain'; readonly graceMs: number };

/** What a worker tells the primary process. */
export type ToPrimary =
  /** Loaded, and waiting for `start`. */
  | { readonly type: 'hello' }
  /** Accepts connections. */
  | { readonly type: 'ready'; readonly url: string }
  /** Every second: the event loop turns. */
  | { readonly type: 'heartbeat'; readonly connections: number }
  /** Has served as many requests as it is to serve. */
  | { readonly type: 'recycle' }
  /** Cannot serve, and would not at another try either. */
  | { readonly type: 'start-failed'; readonly message: string };

/** Sends to a process that may just have ended, which is no error of the sender. */
export function sendToWorker(
  worker: { send(message: ToWorker, callback: () => void): boolean },
  message: ToWorker,
): void {
  worker.send(message, () => undefined);
}

export function sendToPrimary(message: ToPrimary): void {
  process.send?.(message, undefined, undefined, () => undefined);
}
