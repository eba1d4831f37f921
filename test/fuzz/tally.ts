import type { FuzzRequest } from './bodies.ts';
import type { FuzzAnswer } from './fuzz-client.ts';

/** Below this an error says nothing. */
const MIN_MESSAGE_LETTERS = 8;

/** Counts answers, and keeps those that must not be. */
export class FuzzTally {
  readonly problems: string[] = [];
  private readonly byStatus = new Map<number, number>();
  private readonly elapsedMs: number[] = [];

  add(request: FuzzRequest, answer: FuzzAnswer): void {
    this.byStatus.set(answer.status, (this.byStatus.get(answer.status) ?? 0) + 1);
    this.elapsedMs.push(answer.elapsedMs);
    const problem = problemOf(request, answer);
    if (problem === undefined) return;
    const { kind, body, headers } = request;
    const sent = body.subarray(0, 300).toString('latin1');
    this.problems.push(
      `${problem}: ${kind} ${JSON.stringify(headers)} ${JSON.stringify(sent)} (${body.length} bytes)`,
    );
  }

  summary(): string {
    const counts = [...this.byStatus]
      .toSorted(([a], [b]) => a - b)
      .map(([status, count]) => `${status}: ${count}`);
    const sorted = this.elapsedMs.toSorted((a, b) => a - b);
    const p99 = sorted[Math.floor(sorted.length * 0.99)] ?? 0;
    return `by status ${counts.join(', ')}; p99 ${p99.toFixed(1)} ms, slowest ${(sorted.at(-1) ?? 0).toFixed(1)} ms`;
  }
}

function problemOf({ headers }: FuzzRequest, { status, text, failure }: FuzzAnswer): string | undefined {
  if (failure !== undefined) return failure;
  const hasOwnLimit = headers['x-request-timeout-ms'] !== undefined;
  if (status >= 500 && status !== 501 && !(status === 503 && hasOwnLimit)) return `status ${status} ${text}`;
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    return `status ${status} with a body that is no JSON: ${text.slice(0, 200)}`;
  }
  if (status === 200) return undefined;
  if (JSON.stringify(answer).replaceAll(/[^A-Za-z]/g, '').length < MIN_MESSAGE_LETTERS)
    return `status ${status} without a message`;
  if (/node_modules|SQLITE_|\bat [^\n]+:\d+:\d+/.test(text))
    return `status ${status} tells of our insides: ${text.slice(0, 200)}`;
  return undefined;
}
