/** Below this, Python prints floats with an exponent. */
const POSITIONAL_MIN = 1e-4;
/** From here on, Python prints floats with an exponent. */
const POSITIONAL_LIMIT = 1e16;

/**
 * A float as Python's `repr` and `str` print it: `1.0`, `0.1`, `1e+16`, `1e-05`, `-0.0`.
 *
 * Shape:  the shortest digits that read back as the same double; positional from 1e-4 up to 1e16 (not included),
 *         else an exponent with a sign and at least two digits; integral values end in `.0`.
 *         NaN and the infinities are `nan`, `inf` and `-inf`, which are not JSON: a caller that writes JSON
 *         has to deal with them first.
 * Source: spec/values.md part 4.
 */
export function pythonFloatText(value: number): string {
  const size = Math.abs(value);
  if (size >= POSITIONAL_MIN && size < POSITIONAL_LIMIT) {
    const text = String(value);
    return Number.isInteger(value) ? `${text}.0` : text;
  }
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  if (size > 0 && size !== Infinity) return withPaddedExponent(value.toExponential());
  if (value === Infinity) return 'inf';
  return value === -Infinity ? '-inf' : 'nan';
}

/** JavaScript writes `1e-5` where Python writes `1e-05`. */
function withPaddedExponent(text: string): string {
  const digitsAt = text.indexOf('e') + 2;
  return text.length - digitsAt === 1 ? `${text.slice(0, digitsAt)}0${text.slice(digitsAt)}` : text;
}
