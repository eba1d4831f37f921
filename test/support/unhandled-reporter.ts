import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Reporter } from 'vitest/node';
import { CHECKOUT } from './servers.ts';

/** Errors that came when no test waited for them: they fail a run, and Vitest's report in JSON does not tell them. */
export class UnhandledReporter implements Reporter {
  private readonly file: string;

  /** `suite` as its report is called. */
  constructor(suite: string) {
    this.file = join(CHECKOUT, '.salver/reports', `${suite}.unhandled.json`);
  }

  onTestRunEnd(_modules: unknown, errors: readonly { readonly stack?: string; message: string }[]): void {
    mkdirSync(dirname(this.file), { recursive: true });
    writeFileSync(this.file, JSON.stringify(errors.map(({ stack, message }) => stack ?? message)));
  }
}
