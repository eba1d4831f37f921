import { parentPort, workerData } from 'node:worker_threads';
import { CorruptDataError } from '../../common/errors/errors.js';
import { checkRegistry } from './registry-validator.js';
import type { RegistrySummary } from './registry-summary.js';

/** What the thread is started with. */
export interface ValidationTask {
  readonly bytes: Uint8Array;
  readonly project: string;
}

/** What the thread answers, once. Anything else that goes wrong ends it with an error. */
export type ValidationResult =
  | { readonly kind: 'valid'; readonly summary: RegistrySummary }
  | { readonly kind: 'corrupt'; readonly message: string };

function run({ bytes, project }: ValidationTask): ValidationResult {
  try {
    return { kind: 'valid', summary: checkRegistry(bytes, project) };
  } catch (error) {
    if (error instanceof CorruptDataError) return { kind: 'corrupt', message: error.message };
    throw error;
  }
}

parentPort?.postMessage(run(workerData as ValidationTask));
