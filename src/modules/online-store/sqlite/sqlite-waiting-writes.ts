import type { WaitingWrite } from './waiting-write.js';

/** SQLite rows of one transaction: some 100 ms of work. */
const GROUP_CELLS = 50_000;

/**
 * Writes that wait for a transaction, and who goes next: all that fit, in their order. What is larger than a whole
 * transaction goes alone: it lets those pass that fit once, and they wait for one such at a time.
 */
export class WaitingWrites {
  private waiting: WaitingWrite[] = [];
  private wasLarge = false;

  add(write: WaitingWrite): void {
    this.waiting.push(write);
  }

  remove(write: WaitingWrite): void {
    this.waiting = this.waiting.filter((other) => other !== write);
  }

  /** Empty when nothing waits. */
  take(): readonly WaitingWrite[] {
    const large = this.waiting.find(isLarge);
    const isLargeDue = large?.wasPassedOver === true && !this.wasLarge;
    const fitting = isLargeDue ? [] : this.thatFit();
    const group = fitting.length === 0 && large ? [large] : fitting;
    this.wasLarge = group[0] === large && large !== undefined;
    if (large) large.wasPassedOver = true;
    const taken = new Set(group);
    this.waiting = this.waiting.filter((write) => !taken.has(write));
    return group;
  }

  private thatFit(): WaitingWrite[] {
    let room = GROUP_CELLS;
    const group: WaitingWrite[] = [];
    for (const write of this.waiting) {
      if (isLarge(write)) continue;
      room -= write.cells;
      // Nobody passes one that is only too large for what is left.
      if (room < 0) break;
      group.push(write);
    }
    return group;
  }
}

function isLarge({ cells }: WaitingWrite): boolean {
  return cells > GROUP_CELLS;
}
