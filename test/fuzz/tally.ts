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
    this.blame(request, problem);
  }

  /** Keeps a problem with the request that it came after. */
  blame({ kind, path, body, headers }: FuzzRequest, problem: string): void {
    const sent = body.subarray(0, 600).toString('latin1');
    this.problems.push(
      `${problem}: ${path} ${kind} ${JSON.stringify(headers)} ${JSON.stringify(sent)} (${body.length} bytes)`,
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

function problemOf(
  { path, headers }: FuzzRequest,
  { status, text, failure }: FuzzAnswer,
): string | undefined {
  if (failure !== undefined) return failure;
  if (status >= 500 && !isExpected(status, headers)) return `status ${status} ${text}`;
  // The answer to a push that was taken.
  if (path === '/push' && status < 300 && text === '') return undefined;
  const answer = jsonOf(text);
  if (answer === undefined) return `status ${status} with a body that is no JSON: ${text.slice(0, 200)}`;
  return status === 200 ? undefined : badMessage(status, answer);
}

/** Of a caller that set a time limit, and of what this server does not do. */
function isExpected(status: number, headers: FuzzRequest['headers']): boolean {
  return status === 501 || (status === 503 && headers['x-request-timeout-ms'] !== undefined);
}

function badMessage(status: number, answer: string): string | undefined {
  if (answer.replaceAll(/[^A-Za-z]/g, '').length < MIN_MESSAGE_LETTERS)
    return `status ${status} without a message`;
  if (/node_modules|SQLITE_|\bat [^\n]+:\d+:\d+/.test(answer))
    return `status ${status} tells of our insides: ${answer.slice(0, 200)}`;
  return undefined;
}

/** The text again when it is JSON. */
function jsonOf(text: string): string | undefined {
  try {
    JSON.parse(text);
    return text;
  } catch {
    return undefined;
  }
}
