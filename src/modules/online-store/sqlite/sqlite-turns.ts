import { UnavailableError } from '../../../common/errors/errors.js';
import type { Deadline } from '../../../common/model/deadline.js';

/** Lets one in at a time, in the order of arrival. */
export class Turns {
  private isTaken = false;
  private readonly waiting: (() => void)[] = [];

  /** Without a deadline it waits for its turn however long. Errors: UnavailableError when the deadline comes first. */
  take(deadline?: Deadline): Promise<void> {
    if (!this.isTaken) {
      this.isTaken = true;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined;
      const enter = () => {
        clearTimeout(timer);
        resolve();
      };
      this.waiting.push(enter);
      if (deadline === undefined) return;
      timer = setTimeout(() => {
        this.waiting.splice(this.waiting.indexOf(enter), 1);
        reject(new UnavailableError('the online store was busy with other writes until the time was up'));
      }, Math.ceil(deadline.remainingMs()));
    });
  }

  give(): void {
    const next = this.waiting.shift();
    if (next) next();
    else this.isTaken = false;
  }
}
