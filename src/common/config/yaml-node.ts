/** What a YAML text says, with the kind of every value: `3`, `3.0` and `"3"` stay apart. */
export type YamlNode = YamlScalar | YamlList | YamlMap;

export type YamlScalar =
  | { readonly kind: 'null' }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'integer'; readonly value: bigint }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  /** The text as written: a date, or a date and a time. */
  | { readonly kind: 'timestamp'; readonly value: string }
  /** Base64 text. */
  | { readonly kind: 'binary'; readonly value: string };

export interface YamlList {
  readonly kind: 'list';
  readonly items: readonly YamlNode[];
}

export interface YamlMap {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, YamlNode>;
  /** Keys that YAML does not read as text (`1`, `on`, `null`), as they were written. They are in `entries`, too. */
  readonly otherKeys: readonly string[];
}

/** Plain data, as JSON can hold it. */
export type PlainData =
  null | boolean | number | string | readonly PlainData[] | { readonly [key: string]: PlainData };

const NAMES: Readonly<Record<YamlNode['kind'], string>> = {
  null: 'nothing',
  boolean: 'a boolean',
  integer: 'a whole number',
  float: 'a decimal number',
  text: 'text',
  timestamp: 'a date',
  binary: 'binary data',
  list: 'a list',
  map: 'an object',
};

/** What a message calls a value. Never the value itself: it may be a password. */
export function kindName(node: YamlNode): string {
  return NAMES[node.kind];
}

const MAX_PLAIN_NODES = 100_000;

/**
 * Plain data without kinds, for options that are only handed on.
 *
 * Errors:  RangeError when aliases would make it very large.
 */
export function toPlainData(node: YamlNode): PlainData {
  let nodes = 0;
  const convert = (from: YamlNode): PlainData => {
    if (++nodes > MAX_PLAIN_NODES) throw new RangeError('too many values');
    if (from.kind === 'list') return from.items.map(convert);
    if (from.kind !== 'map') return plainScalar(from);
    return Object.fromEntries([...from.entries].map(([key, value]) => [key, convert(value)]));
  };
  return convert(node);
}

function plainScalar(scalar: YamlScalar): PlainData {
  switch (scalar.kind) {
    case 'null':
      return null;
    case 'integer':
      return Number(scalar.value);
    case 'float':
      return Number.isFinite(scalar.value) ? scalar.value : String(scalar.value);
    case 'boolean':
    case 'text':
    case 'timestamp':
    case 'binary':
      return scalar.value;
  }
}
