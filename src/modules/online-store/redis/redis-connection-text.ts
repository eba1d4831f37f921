import { JsonSyntaxError, readJsonText } from '../../../common/codec/json-text-reader.js';
import type { JsonValue } from '../../../common/model/json-value.js';

/** One `name=value` of a connection string. */
export interface ConnectionOption {
  /** Counted from 1, over all parts. */
  readonly part: number;
  readonly name: string;
  /** JSON where the text is JSON, else the text. */
  readonly value: JsonValue;
}

/** A connection string, split but not judged. Nothing of it may be printed: any part can hold (a piece of) a password. */
export interface ConnectionText {
  readonly nodes: readonly string[];
  /** In the order of the text; of repeated names the last counts. */
  readonly options: readonly ConnectionOption[];
}

/**
 * Splits a connection string.
 *
 * Shape:  parts separated by commas; one with `=` is an option, split at the first `=`; one without is a node.
 * Source: spec/online-store-redis.md, Connection string.
 */
export function splitConnectionText(text: string): ConnectionText {
  const nodes: string[] = [];
  const options: ConnectionOption[] = [];
  text.split(',').forEach((part, index) => {
    const equalsAt = part.indexOf('=');
    if (equalsAt < 0) {
      nodes.push(part);
      return;
    }
    options.push({
      part: index + 1,
      name: part.slice(0, equalsAt),
      value: jsonOrText(part.slice(equalsAt + 1)),
    });
  });
  return { nodes, options };
}

function jsonOrText(text: string): JsonValue {
  try {
    return readJsonText(text);
  } catch (error) {
    if (error instanceof JsonSyntaxError) return text;
    throw error;
  }
}
