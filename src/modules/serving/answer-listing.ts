import type { Table } from '../../command-output.js';

/** The answer to a read, as the server sends it; numbers are kept as they were written. */
interface ServerAnswer {
  readonly metadata: { readonly feature_names: readonly string[] };
  readonly results: readonly { readonly values: readonly unknown[] }[];
}

/** A number with the digits that it was written with. */
interface RawNumber {
  readonly rawJSON: string;
}

// TypeScript's library does not have them yet: https://tc39.es/proposal-json-parse-with-source/
interface JsonWithSource {
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
  ): unknown;
  rawJSON(text: string): RawNumber;
}

const EXACT = JSON as unknown as JsonWithSource;

/** Shape: what `JSON.stringify` writes as it was read, integers beyond 2^53 and `1.0` included. */
export function parseAnswer(text: string): unknown {
  return EXACT.parse(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined ? EXACT.rawJSON(source) : value,
  );
}

/** As Feast's command prints it. Shape: column name → one value per row. */
export function valuesByName(text: string): Readonly<Record<string, readonly unknown[]>> {
  const { metadata, results } = parseAnswer(text) as ServerAnswer;
  return Object.fromEntries(metadata.feature_names.map((name, at) => [name, results[at]?.values ?? []]));
}

/** One line per entity. */
export function answerTable(text: string): Table {
  const values = valuesByName(text);
  const columns = Object.keys(values);
  const count = Math.max(0, ...Object.values(values).map((column) => column.length));
  const rows = Array.from({ length: count }, (_, row) =>
    Object.fromEntries(columns.map((name) => [name, cellText(values[name]?.[row])])),
  );
  return { columns, rows, keepsCase: true };
}

function cellText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'null');
}
