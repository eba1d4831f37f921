import type { RequestIssue } from '../../../common/errors/errors.js';
import type { EntityColumn } from '../../../common/model/entity-column.js';
import type { FunctionInputs } from './function-inputs.js';
import type { FunctionRepo } from './repo-functions.js';

/** What a thread is started with. */
export interface ThreadTask {
  readonly repo: FunctionRepo;
  readonly artifactsLimitMs: number;
}

/** One computation. A thread does one at a time. */
export interface ToThread {
  readonly viewName: string;
  readonly inputs: FunctionInputs;
}

export type FromThread =
  /** Has loaded the repo, and waits. */
  | { readonly type: 'ready' }
  /** Cannot load it. Ends. */
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'result'; readonly columns: readonly (readonly [string, EntityColumn])[] }
  /** What the function threw or returned wrongly. */
  | {
      readonly type: 'error';
      readonly message: string;
      readonly issues: readonly RequestIssue[] | undefined;
    };
