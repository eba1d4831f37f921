/** Of numpy: from here on, and below the other, 32-bit floats are printed with an exponent. */
const FLOAT32_POSITIONAL_LIMIT = 1e6;
const FLOAT32_POSITIONAL_MIN = 1e-4;
const FLOAT32_DIGITS = 9;
/** Of Python's Decimal: smaller numbers are printed with an exponent. */
const DECIMAL_SMALLEST_EXPONENT = -6;
const MS_PER_DAY = 86_400_000;
const MICROS_PER_SECOND = 1_000_000n;

/**
 * A 32-bit float as `str` of numpy prints it: the shortest digits that read back as the same 32 bits, `0.1`, `1e+08`.
 *
 * Source: conversions.json (numpy 2.4).
 */
export function float32Text(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const size = Math.abs(value);
  if (size === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const shortest = shortestFloat32(value);
  if (size >= FLOAT32_POSITIONAL_MIN && size < FLOAT32_POSITIONAL_LIMIT) {
    const text = String(shortest);
    return Number.isInteger(shortest) ? `${text}.0` : text;
  }
  return shortest.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
}

/** The double with the fewest digits that rounds to the same 32 bits. */
function shortestFloat32(value: number): number {
  for (let digits = 1; digits < FLOAT32_DIGITS; digits++) {
    const candidate = Number(value.toPrecision(digits));
    if (Math.fround(candidate) === value) return candidate;
  }
  return Number(value.toPrecision(FLOAT32_DIGITS));
}

/**
 * A decimal as `str` of Python's Decimal prints it: `1.50`, `1E-10`, `0E-10`.
 *
 * Shape:  `unscaled` × 10^-scale.
 */
export function decimalText(unscaled: bigint, scale: number): string {
  const sign = unscaled < 0n ? '-' : '';
  const digits = String(unscaled < 0n ? -unscaled : unscaled);
  const exponent = digits.length - 1 - scale;
  if (exponent < DECIMAL_SMALLEST_EXPONENT) {
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
    return `${sign}${digits[0]}${fraction}E${exponent}`;
  }
  if (scale === 0) return sign + digits;
  const padded = digits.padStart(scale + 1, '0');
  return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
}

/** Bytes as `str` of Python prints them: `b'\x00abc'`. */
export function bytesText(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += byteText(byte);
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  return `b${quote}${quote === "'" ? text.replaceAll("'", "\\'") : text}${quote}`;
}

function byteText(byte: number): string {
  if (byte === 0x5c) return '\\\\';
  if (byte === 0x09) return '\\t';
  if (byte === 0x0a) return '\\n';
  if (byte === 0x0d) return '\\r';
  if (byte >= 0x20 && byte < 0x7f) return String.fromCharCode(byte);
  return `\\x${byte.toString(16).padStart(2, '0')}`;
}

/** `2026-03-01`. Units: days since the epoch. */
export function dateText(days: number): string {
  return isoText(days * MS_PER_DAY).slice(0, -14);
}

/** `2026-03-01T10:00:00.123456`, with the digits of its unit. Units: micro- or nanoseconds since the epoch. */
export function timestampText(ticks: bigint, unit: 'us' | 'ns'): string {
  const perSecond = unit === 'us' ? MICROS_PER_SECOND : MICROS_PER_SECOND * 1000n;
  const fraction = ((ticks % perSecond) + perSecond) % perSecond;
  const seconds = (ticks - fraction) / perSecond;
  return `${isoText(Number(seconds) * 1000).slice(0, -5)}.${String(fraction).padStart(unit === 'us' ? 6 : 9, '0')}`;
}

/** `10:00:01.000005`, without a fraction when there is none. Units: microseconds since midnight. */
export function timeText(micros: bigint): string {
  const text = timestampText(micros, 'us').slice(-15);
  return text.endsWith('.000000') ? text.slice(0, -7) : text;
}

/** Years beyond four digits, which Date prints with a sign, are printed as numpy does. */
function isoText(ms: number): string {
  return new Date(ms).toISOString().replace(/^\+0*/, '');
}
