import type {
  MaterializationEvent,
  MaterializationJob,
  MaterializationOutcome,
} from '../modules/materialization/materialization-job.js';
import { MaterializationProgress } from '../modules/materialization/materialization-progress.js';
import {
  headText,
  outcomeJson,
  resultText,
  serviceText,
  staleServiceText,
  summaryText,
} from '../modules/materialization/materialization-report.js';
import type { RefreshedService } from '../modules/online-store/precomputed-vectors.js';
import type { RequestedRange } from '../modules/materialization/materialization-request.js';

/** Of a terminal that does not tell, which then says 0. */
const DEFAULT_WIDTH = 80;

/** Tells a person at the command line how a job goes, or a machine how it went: standard output holds the result. */
export class MaterializationConsole {
  private readonly progress = new MaterializationProgress({
    isTerminal: process.stderr.isTTY,
    width: process.stderr.columns || DEFAULT_WIDTH,
    write: (text) => process.stderr.write(text),
  });

  constructor(
    private readonly job: MaterializationJob,
    private readonly range: RequestedRange,
    private readonly output: 'text' | 'json',
  ) {}

  begin(store: { readonly nowMicros: number; readonly onlineStore: string }): void {
    this.say(`${headText(this.job, this.range, store)}\n`);
  }

  note(event: MaterializationEvent): void {
    this.progress.note(event);
    if (event.type === 'said') process.stderr.write(`${event.text}\n`);
    if (event.type === 'service-done') this.noteService(event.service);
    if (event.type === 'view-done') this.say(resultText(event.result, this.range.kind === 'incremental'));
  }

  warn(message: string): void {
    this.progress.clear();
    process.stderr.write(`warning: ${message}\n`);
  }

  end(outcome: MaterializationOutcome): void {
    for (const service of outcome.staleServices) this.warn(staleServiceText(service));
    if (this.output === 'json') process.stdout.write(`${outcomeJson(this.job, outcome)}\n`);
    else this.say(`\n${summaryText(outcome)}`);
  }

  private noteService(service: RefreshedService): void {
    if (service.failure === undefined) this.say(serviceText(service));
    else this.warn(serviceText(service));
  }

  private say(line: string): void {
    if (this.output === 'text') process.stdout.write(`${line}\n`);
  }
}
