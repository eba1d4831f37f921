import { UnavailableError } from '../common/errors/errors.js';
import type { Deadline } from '../common/model/deadline.js';
import { RegistryRefresh } from '../modules/registry/registry-refresh.js';
import { sendToPrimary } from './messages.js';

/** Asks the primary process, which sends what is new before it answers. */
export class PrimaryRegistryRefresh extends RegistryRefresh {
  private readonly waiting = new Map<number, (problem: string | undefined) => void>();
  private last = 0;

  override async refresh(deadline: Deadline): Promise<void> {
    const look = ++this.last;
    const timeoutMs = deadline.remainingMs();
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    const timer = setTimeout(() => resolve('the time was up'), timeoutMs);
    this.waiting.set(look, resolve);
    sendToPrimary({ type: 'look-at-registry', look });
    const problem = await promise;
    clearTimeout(timer);
    this.waiting.delete(look);
    if (problem !== undefined) throw new UnavailableError(`The registry could not be read anew: ${problem}`);
  }

  /** The primary process has looked. */
  looked(look: number, problem: string | undefined): void {
    this.waiting.get(look)?.(problem);
  }
}
