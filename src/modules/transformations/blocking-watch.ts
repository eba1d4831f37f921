import type { BoundCounter } from '../metrics/bound-metrics.js';

/** Of one view; what happens more often is in the metric. */
const TELL_EVERY_MS = 60_000;

/** Counts functions that held up a process, and tells of them now and then. */
export class BlockingWatch {
  private readonly toldAtMs = new Map<string, number>();

  constructor(
    private readonly counter: BoundCounter | undefined,
    private readonly warn: (text: string) => void,
  ) {}

  blocked(viewName: string, milliseconds: number): void {
    this.counter?.bind({ odfv_name: viewName }).add(1);
    const now = performance.now();
    const told = this.toldAtMs.get(viewName);
    if (told !== undefined && now - told < TELL_EVERY_MS) return;
    this.toldAtMs.set(viewName, now);
    this.warn(
      `the function of the on-demand feature view ${viewName} held up this process for ${Math.round(milliseconds)} ms, longer than transform_timeout_ms: make it faster, or declare the view heavy: true`,
    );
  }
}
