import { JsonFloat, type JsonValue } from '../model/json-value.js';
import { pythonFloatText } from './number-text.js';

const SHORT_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\\', '\\\\'],
  ['\t', '\\t'],
  ['\n', '\\n'],
  ['\r', '\\r'],
]);
/** Python prints the code of what has no glyph: controls, formats, surrogates, unassigned, and all blanks but one. */
const NOT_PRINTABLE = /[\\\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu;

/** Python's `str(value)`: texts as they are, `True`, `1.0`, `[1, 'a']`. */
export function pythonText(value: JsonValue): string {
  return typeof value === 'string' ? value : pythonRepr(value);
}

/** Python's `repr(value)`: as `str`, but texts in quotes. */
export function pythonRepr(value: JsonValue): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return quoted(value);
  if (typeof value !== 'object') return String(value);
  if (value instanceof JsonFloat) return pythonFloatText(value.value);
  if (value instanceof Map) {
    const members = [...(value as ReadonlyMap<string, JsonValue>)];
    return `{${members.map(([key, member]) => `${quoted(key)}: ${pythonRepr(member)}`).join(', ')}}`;
  }
  return `[${(value as readonly JsonValue[]).map(pythonRepr).join(', ')}]`;
}

function quoted(text: string): string {
  const plain = text.replace(NOT_PRINTABLE, escaped);
  if (!text.includes("'")) return `'${plain}'`;
  return text.includes('"') ? `'${plain.replaceAll("'", "\\'")}'` : `"${plain}"`;
}

function escaped(character: string): string {
  const short = SHORT_ESCAPES.get(character);
  if (short !== undefined) return short;
  const code = character.codePointAt(0)!.toString(16);
  if (code.length <= 2) return `\\x${code.padStart(2, '0')}`;
  return code.length <= 4 ? `\\u${code.padStart(4, '0')}` : `\\U${code.padStart(8, '0')}`;
}
