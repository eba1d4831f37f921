import { JsonFloat, type JsonValue } from '../model/json-value.js';
import { pythonFloatText } from './number-text.js';

const SHORT_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\f', '\\f'],
  ['\b', '\\b'],
]);

/**
 * A value as Python's `json.dumps` prints it, which is how JSON columns are stored.
 *
 * Shape:  a blank after `,` and `:`; ASCII only, everything else as `\uXXXX` of its UTF-16 units; floats in Python's
 *         form, with `NaN`, `Infinity` and `-Infinity`.
 */
export function jsonText(value: JsonValue): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return quoted(value);
  if (typeof value !== 'object') return String(value);
  if (value instanceof JsonFloat) return floatText(value.value);
  if (value instanceof Map) {
    const members = [...(value as ReadonlyMap<string, JsonValue>)];
    return `{${members.map(([key, member]) => `${quoted(key)}: ${jsonText(member)}`).join(', ')}}`;
  }
  return `[${(value as readonly JsonValue[]).map(jsonText).join(', ')}]`;
}

function floatText(value: number): string {
  return Number.isFinite(value) ? pythonFloatText(value) : String(value);
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]|[^ -~]/g, escaped)}"`;
}

function escaped(unit: string): string {
  return SHORT_ESCAPES.get(unit) ?? `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
