import type { WireAnswer } from './answer-reader.ts';
import type { WireRequest } from './wire-request.ts';

const FEWEST_LETTERS = 8;
const INTERNALS = /\bat [^\n]+:\d+:\d+|node_modules|SQLITE_/;
const MOST_SHOWN = 300;

/** What is wrong with an answer to whatever was sent; undefined when nothing is. */
export function answerProblem(request: WireRequest, answer: WireAnswer): string | undefined {
  const { status } = answer;
  const isAllowed503 = status === 503 && request.mayTimeOut;
  if (status >= 500 && !isAllowed503) return `${status} ${shown(answer.body)}`;
  const isBare = request.method === 'HEAD' || (status >= 300 && status < 400);
  return isBare ? undefined : bodyProblem(answer);
}

function bodyProblem(answer: WireAnswer): string | undefined {
  const { status } = answer;
  const type = answer.headers.get('content-type') ?? 'nothing';
  if (!type.startsWith('application/json'))
    return `${status} with content-type ${type}: ${shown(answer.body)}`;
  const body = parsed(answer.body);
  if (body === undefined) return `${status} with a body that is not JSON: ${shown(answer.body)}`;
  return status < 300 ? dataProblem(body.value) : messageProblem(answer);
}

function parsed(bytes: Buffer): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) };
  } catch {
    return undefined;
  }
}

function dataProblem(value: unknown): string | undefined {
  const { results, metadata } = (value ?? {}) as {
    results?: unknown;
    metadata?: { feature_names?: unknown };
  };
  const names = metadata?.feature_names;
  if (!Array.isArray(results) || !Array.isArray(names)) return 'an answer without results or feature_names';
  return results.length === names.length ? undefined : `${names.length} names for ${results.length} columns`;
}

function messageProblem({ status, body }: WireAnswer): string | undefined {
  const text = body.toString();
  if (text.replace(/[^A-Za-z]/g, '').length < FEWEST_LETTERS)
    return `${status} without a message: ${shown(body)}`;
  return INTERNALS.test(text) ? `${status} tells internals: ${shown(body)}` : undefined;
}

function shown(body: Buffer): string {
  return body.toString('utf8', 0, MOST_SHOWN);
}
