import type { MaterializationEvent } from './materialization-job.js';
import { countText, groupedText } from './materialization-report.js';

const BAR_WIDTH = 24;
const PLAIN_INTERVAL_MS = 10_000;
const CLEAR_LINE = '\r\u001b[K';

export interface ProgressOutput {
  readonly isTerminal: boolean;
  /** Columns of the terminal. */
  readonly width: number;
  write(text: string): void;
}

type Progress = Extract<MaterializationEvent, { type: 'view-progress' }>;

/** How far each view is: one line that is drawn over itself at a terminal, else a line now and then. */
export class MaterializationProgress {
  private startedMs = 0;
  private toldMs = 0;
  private isDrawn = false;

  constructor(
    private readonly output: ProgressOutput,
    private readonly now: () => number = () => performance.now(),
  ) {}

  note(event: MaterializationEvent): void {
    switch (event.type) {
      case 'view-started':
        this.startedMs = this.toldMs = this.now();
        if (this.output.isTerminal) this.draw(`${event.viewName}: reading`);
        break;
      case 'view-progress':
        this.progress(event);
        break;
      case 'view-done':
      case 'service-done':
      case 'said':
        this.clear();
        break;
    }
  }

  /** Takes the line away, so that another can be written. */
  clear(): void {
    if (this.isDrawn) this.output.write(CLEAR_LINE);
    this.isDrawn = false;
  }

  private progress(event: Progress): void {
    const rate = event.rowsDone / Math.max(0.001, (this.now() - this.startedMs) / 1000);
    if (this.output.isTerminal) {
      this.draw(barText(event, rate));
      return;
    }
    if (this.now() - this.toldMs < PLAIN_INTERVAL_MS) return;
    this.toldMs = this.now();
    this.output.write(`${plainText(event, rate)}\n`);
  }

  private draw(line: string): void {
    this.output.write(`${CLEAR_LINE}${line.slice(0, Math.max(1, this.output.width - 1))}`);
    this.isDrawn = true;
  }
}

function share({ rowsDone, rowsToStore }: Progress): number {
  return rowsToStore === 0 ? 0 : Math.min(1, rowsDone / rowsToStore);
}

function barText(event: Progress, rate: number): string {
  const filled = Math.floor(share(event) * BAR_WIDTH);
  const bar = `${'#'.repeat(filled)}${'-'.repeat(BAR_WIDTH - filled)}`;
  return `${event.viewName} [${bar}] ${figures(event, rate)}`;
}

function plainText(event: Progress, rate: number): string {
  return `${event.viewName}: ${figures(event, rate)}`;
}

function figures(event: Progress, rate: number): string {
  const percent = Math.floor(share(event) * 100);
  const done = groupedText(event.rowsDone);
  const total = countText(event.rowsToStore, 'row');
  return `${percent} %, ${done} of ${total}, ${countText(Math.round(rate), 'row')}/s`;
}
