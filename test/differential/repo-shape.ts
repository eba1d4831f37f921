import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { feastEnv, type FeastVenv } from '../support/feast-venv.ts';

export interface TypedName {
  readonly name: string;
  /** Feast's word for the type: `Int64`, `Array(String)`. */
  readonly type: string;
}

/** A view from a source, an on-demand view that is stored, one that is computed. */
export type ViewKind = 'plain' | 'stored' | 'computed';

/** A view as a request names it: its own name, or its alias inside a service. */
export interface ViewShape {
  readonly name: string;
  readonly kind: ViewKind;
  /** With the fields of requests that it computes with. Empty for a view without entities. */
  readonly joinKeys: readonly TypedName[];
  readonly features: readonly TypedName[];
}

/** A view of the registry, with the versions that its history holds. */
export interface RegisteredView extends ViewShape {
  readonly versions: readonly VersionShape[];
}

export interface VersionShape {
  readonly number: number;
  readonly features: readonly TypedName[];
}

export interface ServiceShape {
  readonly name: string;
  readonly views: readonly ViewShape[];
}

/** What can be asked of a repo, said by the real Feast. */
export interface RepoShape {
  readonly views: readonly RegisteredView[];
  readonly services: readonly ServiceShape[];
  readonly entities: readonly { readonly name: string; readonly joinKey: string }[];
  /** Join key → values that have rows, as JSON texts. */
  readonly keys: Readonly<Record<string, readonly string[]>>;
}

const PYTHON_LIMIT_MS = 300_000;
const MOST_OUTPUT_BYTES = 64 * 1024 * 1024;
const run = promisify(execFile);

/** Errors: an Error that holds Python's own words. */
export async function repoShape(venv: FeastVenv, repo: string): Promise<RepoShape> {
  const { stdout } = await run(venv.python, [join(import.meta.dirname, 'repo_shape.py'), repo], {
    env: feastEnv(),
    timeout: PYTHON_LIMIT_MS,
    killSignal: 'SIGKILL',
    maxBuffer: MOST_OUTPUT_BYTES,
  });
  return JSON.parse(stdout) as RepoShape;
}
