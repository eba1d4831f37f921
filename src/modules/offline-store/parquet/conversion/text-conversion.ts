import { JsonFloat, type JsonValue } from '../../../../common/model/json-value.js';
import { misfit, type LeafConverter } from './stored-value.js';

const UUID = /^[\da-f]{8}-?[\da-f]{4}-?[\da-f]{4}-?[\da-f]{4}-?[\da-f]{12}$/i;
const UUID_BYTES = 16;
/** Between these, Arrow prints floats without an exponent. */
const POSITIONAL_MIN = 1e-5;
const POSITIONAL_LIMIT = 1e15;

/** Text, and numbers and truth values as Arrow prints them. Source: test/fixtures/offline-store/row-vectors. */
export const toText: LeafConverter = (value) => {
  if (typeof value === 'string') return utf8(value);
  if (value instanceof JsonFloat) return Buffer.from(arrowFloatText(value.value), 'latin1');
  if (value === null || typeof value === 'object') return misfit('is not text');
  return Buffer.from(String(value), 'latin1');
};

/** Bytes come as text, whose UTF-8 is stored, as Feast does: base64 is not decoded. */
export function binaryConverter(length: number | undefined): LeafConverter {
  return (value) => {
    const bytes = typeof value === 'string' ? utf8(value) : misfit('is not text');
    if (length !== undefined && bytes.length !== length)
      misfit(`has ${bytes.length} bytes instead of ${length}`);
    return bytes;
  };
}

/** Its usual text form; and sixteen bytes of text, which is the only form that Feast takes. */
export const toUuid: LeafConverter = (value: JsonValue) => {
  const text = typeof value === 'string' ? value : misfit('is not the text of a UUID');
  if (UUID.test(text)) return Buffer.from(text.replaceAll('-', ''), 'hex');
  const bytes = utf8(text);
  return bytes.length === UUID_BYTES ? bytes : misfit('is not the text of a UUID');
};

function utf8(text: string): Buffer {
  if (!text.isWellFormed()) misfit('holds half of a character (a lone surrogate)');
  return Buffer.from(text, 'utf8');
}

/** `1`, `2.5`, `1e+15`, `1e-6`: the shortest digits, without `.0`. */
function arrowFloatText(value: number): string {
  const size = Math.abs(value);
  if (Object.is(value, -0)) return '-0';
  if (size === Infinity) return value > 0 ? 'inf' : '-inf';
  if (size === 0 || (size >= POSITIONAL_MIN && size < POSITIONAL_LIMIT)) return String(value);
  return value.toExponential();
}
