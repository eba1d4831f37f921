import { setTimeout as sleep } from 'node:timers/promises';
import { Deadline } from '../common/model/deadline.js';
import type { RegistryPoller } from '../modules/registry/registry-poller.js';

/** However many ask, the registry is read no more often. */
const MIN_INTERVAL_MS = 100;
const LOOK_TIMEOUT_MS = 10_000;

/** Looks at the registry for those who ask; all who ask while one look is under way share the next one. */
export class RegistryLooks {
  private next: Promise<string | undefined> | undefined;
  private lastAtMs = Number.NEGATIVE_INFINITY;
  private current: Promise<unknown> = Promise.resolve();

  constructor(private readonly poller: Pick<RegistryPoller, 'refreshNow' | 'status'>) {}

  /** A look that began after this was called. Resolves with what kept it from seeing the registry, if anything. */
  look(): Promise<string | undefined> {
    this.next ??= this.afterCurrent();
    return this.next;
  }

  private async afterCurrent(): Promise<string | undefined> {
    await this.current;
    const waitMs = this.lastAtMs + MIN_INTERVAL_MS - performance.now();
    if (waitMs > 0) await sleep(waitMs);
    // Who asks from now on may have changed something that this look does not see.
    this.next = undefined;
    this.lastAtMs = performance.now();
    const look = this.once();
    this.current = look;
    return look;
  }

  private async once(): Promise<string | undefined> {
    const deadline = Deadline.after(LOOK_TIMEOUT_MS);
    let look = await this.poller.refreshNow(deadline);
    // What looks strange is believed when it is read a second time.
    if (look === 'suspicious') look = await this.poller.refreshNow(deadline);
    if (look === 'accepted' || look === 'unchanged') return undefined;
    return this.poller.status().lastError ?? 'the server is about to end';
  }
}
