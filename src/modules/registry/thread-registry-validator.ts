import { Worker } from 'node:worker_threads';
import { CorruptDataError, UnavailableError } from '../../common/errors/errors.js';
import type { RegistrySummary } from './registry-summary.js';
import { RegistryValidator } from './registry-validator.js';
import type { ValidationResult, ValidationTask } from './registry-validator.worker.js';

const DEFAULT_TIME_LIMIT_MS = 30_000;

/**
 * Checks in a thread of its own, which ends with the check: registries change seldom, and a large one would hold up
 * the process for half a second. Whatever a registry does to the thread, the process goes on.
 */
export class ThreadRegistryValidator extends RegistryValidator {
  readonly #threads = new Set<Worker>();

  constructor(private readonly timeLimitMs: number = DEFAULT_TIME_LIMIT_MS) {
    super();
  }

  async validate(bytes: Uint8Array, project: string): Promise<RegistrySummary> {
    const task: ValidationTask = { bytes, project };
    const thread = new Worker(new URL('./registry-validator.worker.js', import.meta.url), {
      workerData: task,
    });
    this.#threads.add(thread);
    try {
      const result = await this.#resultOf(thread);
      if (result.kind === 'corrupt') throw new CorruptDataError(result.message);
      return result.summary;
    } finally {
      this.#threads.delete(thread);
      await thread.terminate();
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#threads].map((thread) => thread.terminate()));
  }

  #resultOf(thread: Worker): Promise<ValidationResult> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new UnavailableError(`The registry could not be checked within ${this.timeLimitMs} ms`));
      }, this.timeLimitMs);
      const fail = (reason: string, cause?: unknown): void => {
        clearTimeout(timer);
        reject(new UnavailableError(`The registry could not be checked: ${reason}`, { cause }));
      };
      thread.once('message', (result: ValidationResult) => {
        clearTimeout(timer);
        resolve(result);
      });
      thread.once('error', (error) => fail(error instanceof Error ? error.message : String(error), error));
      thread.once('exit', () => fail('the check was ended'));
    });
  }
}
