/** A JSON number as it was written: `1` is not `1.0`, and digits beyond 2^53 are kept. */
export class JsonNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export interface ExactJsonObject {
  readonly [key: string]: ExactJson;
}

export type ExactJson = null | boolean | string | JsonNumber | readonly ExactJson[] | ExactJsonObject;

/**
 * Reads JSON and keeps the text of every number.
 * Shape: one JSON document; objects come back as plain objects, the last of repeated keys wins.
 * Errors: SyntaxError, also for `NaN` and `Infinity`, which are not JSON.
 */
export function parseExactJson(text: string): ExactJson {
  const keepNumberText = (_key: string, value: unknown, context?: { readonly source?: string }): unknown =>
    typeof value === 'number' ? new JsonNumber(context?.source ?? String(value)) : value;
  return JSON.parse(text, keepNumberText) as ExactJson;
}

export function isExactObject(value: ExactJson | undefined): value is ExactJsonObject {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof JsonNumber)
  );
}

/** Prints a value for a message: short, numbers as they were written. */
export function shownJson(value: ExactJson | undefined): string {
  const text = printExactJson(value);
  return text.length > 160 ? `${text.slice(0, 160)}…` : text;
}

/** Numbers as they were written. */
export function printExactJson(value: ExactJson | undefined): string {
  if (value === undefined) return 'nothing';
  if (value instanceof JsonNumber) return value.text;
  if (Array.isArray(value)) return `[${value.map(printExactJson).join(',')}]`;
  if (isExactObject(value)) {
    return `{${Object.entries(value)
      .map(([key, item]) => `${JSON.stringify(key)}:${printExactJson(item)}`)
      .join(',')}}`;
  }
  return JSON.stringify(value);
}
