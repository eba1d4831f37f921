import { type Comparison, firstDifference } from './difference.ts';
import type { Answer, Exchange } from './exchange.ts';
import { type ExactJson, parseExactJson } from './json-exact.ts';
import { withoutVolatile, withOrderedColumns } from './normalise.ts';

export interface AnswerComparison {
  readonly numbers: Comparison['numbers'];
  /** The server's address, as `{base}` in recorded locations. */
  readonly origin: string;
}

/** Why an answer is not the recorded one, in words; undefined when it is. */
export function answerDifference(
  exchange: Exchange,
  answer: Answer,
  comparison: AnswerComparison,
): string | undefined {
  if (answer.status !== exchange.response.status) {
    return `status: want ${exchange.response.status} got ${answer.status} (${answer.text.slice(0, 200)})`;
  }
  return (
    headerDifference(exchange, answer, comparison.origin) ??
    bodyDifference(exchange, answer, comparison.numbers)
  );
}

function headerDifference(exchange: Exchange, answer: Answer, origin: string): string | undefined {
  for (const [name, recorded] of Object.entries(exchange.response.headers ?? {})) {
    if (exchange.volatile?.includes(`header:${name}`) === true) continue;
    const want = comparableHeader(name, recorded, origin);
    const got = comparableHeader(name, answer.headers[name] ?? '', origin);
    if (want !== got) return `${name}: want ${want} got ${got === '' ? 'nothing' : got}`;
  }
  return undefined;
}

function comparableHeader(name: string, value: string, origin: string): string {
  switch (name) {
    case 'location':
      return value.replace(origin, '{base}');
    case 'content-type':
      return value
        .toLowerCase()
        .replace(/\s/g, '')
        .replace(/^application\/json;charset=utf-8$/, 'application/json');
    case 'allow':
      return value
        .split(/,\s*/)
        .toSorted((a, b) => (a < b ? -1 : 1))
        .join(', ');
    default:
      return value;
  }
}

function bodyDifference(
  exchange: Exchange,
  answer: Answer,
  numbers: Comparison['numbers'],
): string | undefined {
  const { response, volatile = [] } = exchange;
  if (volatile.includes('$') || response.body_base64 !== undefined) return undefined;
  const recorded = response.body_text ?? '';
  if (response.body === undefined) {
    return recorded === answer.text
      ? undefined
      : `text: want ${JSON.stringify(recorded.slice(0, 160))} got ${JSON.stringify(answer.text.slice(0, 160))}`;
  }
  let got: ExactJson;
  try {
    got = parseExactJson(answer.text);
  } catch {
    return `not JSON: ${answer.text.slice(0, 160)}`;
  }
  const comparable = (body: ExactJson): ExactJson =>
    withoutVolatile(withOrderedColumns(body, exchange.columns ?? []), volatile);
  const keys = exchange.body_subset === true ? 'subset' : 'same';
  return firstDifference(comparable(parseExactJson(recorded)), comparable(got), { numbers, keys });
}
