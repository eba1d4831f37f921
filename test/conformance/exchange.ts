import { readFileSync } from 'node:fs';

import type { ExactJson } from './json-exact.ts';

/** A recorded request. `body_text` is the exact text; null sends no body. */
export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body_text: string | null;
}

/** A recorded answer. `body` is there when the text is JSON; `{base}` in a location stands for the server's address. */
export interface RecordedAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body_text?: string;
  readonly body?: unknown;
  readonly body_base64?: string;
}

export interface Exchange {
  readonly name: string;
  readonly endpoint: string;
  readonly request: RecordedRequest;
  readonly response: RecordedAnswer;
  /** Paths left out of the comparison; `$` alone: only status and headers count. */
  readonly volatile?: readonly string[];
  readonly columns?: readonly (readonly string[])[];
  readonly body_subset?: boolean;
  readonly fresh_server?: boolean;
  /** How long the answer may take to become the recorded one. */
  readonly retry_ms?: number;
}

export interface SleepStep {
  readonly kind: 'sleep';
  readonly ms: number;
}

export interface ParquetStep {
  readonly kind: 'parquet';
  readonly name?: string;
  readonly path: string;
  readonly where?: Readonly<Record<string, ExactJson>>;
  /** Columns that are compared; all when absent. */
  readonly select?: readonly string[];
  readonly rows: readonly ExactJson[];
  /** How long the rows may take to become the recorded ones. */
  readonly retry_ms?: number;
}

export type RequestStep = Omit<Exchange, 'name'> & { readonly kind: 'request'; readonly name?: string };
export type ScenarioStep = RequestStep | SleepStep | ParquetStep;

export interface Scenario {
  readonly name: string;
  readonly steps: readonly ScenarioStep[];
}

/** One file of the conformance data: cases that do not change what others read, or scenarios whose steps do. */
export interface Recording {
  readonly repo: string;
  readonly server: { readonly feature_store_yaml?: string | null; readonly note: string };
  readonly cases?: readonly Exchange[];
  readonly scenarios?: readonly Scenario[];
}

export function loadRecording(path: string): Recording {
  return JSON.parse(readFileSync(path, 'utf8')) as Recording;
}

/** A server's answer as it came over the wire; header names in lower case. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}
