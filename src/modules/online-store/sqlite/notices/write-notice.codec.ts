/** What one transaction of ours changed in a SQLite file. */
export interface WriteNotice {
  /** States of the file before and after it: see `fileState`. */
  readonly from: string;
  readonly to: string;
  /** Keys of entities by table; some of them may not have changed. */
  readonly keys: ChangedKeys;
}

/** By the name of the table in lower case: SQLite does not tell cases apart. */
export type ChangedKeys = ReadonlyMap<string, readonly Uint8Array[]>;

type Line = readonly [from: string, to: string, ...tables: (readonly [table: string, ...keys: string[]])[]];

/** One line of text, with its end. */
export function encodeNotice({ from, to, keys }: WriteNotice): string {
  const tables = [...keys].map(([table, changed]): readonly [string, ...string[]] => [
    table,
    ...changed.map((key) => Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('base64')),
  ]);
  return `${JSON.stringify([from, to, ...tables] satisfies Line)}\n`;
}

/** Undefined for a line that is not whole. */
export function decodeNotice(line: string): WriteNotice | undefined {
  let parsed: Line;
  try {
    parsed = JSON.parse(line) as Line;
  } catch {
    return undefined;
  }
  const [from, to, ...tables] = parsed;
  const keys = new Map(
    tables.map(([table, ...texts]) => [
      table,
      texts.map((text) => Uint8Array.from(Buffer.from(text, 'base64'))),
    ]),
  );
  return { from, to, keys };
}
