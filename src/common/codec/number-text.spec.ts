import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pythonFloatText } from './number-text.js';

/** Big-endian bytes of a double, and what `repr` of Python 3.11 prints for it. */
const PYTHON_REPR: readonly (readonly [string, string])[] = [
  ['0000000000000000', '0.0'],
  ['8000000000000000', '-0.0'],
  ['3ff0000000000000', '1.0'],
  ['bff0000000000000', '-1.0'],
  ['3fb999999999999a', '0.1'],
  ['4059000000000000', '100.0'],
  ['430c6bf526340000', '1000000000000000.0'],
  ['4341c37937e07fff', '9999999999999998.0'],
  ['4341c37937e08000', '1e+16'],
  ['437b69b4ba630f35', '1.2345678901234568e+17'],
  ['444b1ae4d6e2ef50', '1e+21'],
  ['4480f0cf064dd592', '1e+22'],
  ['3f1a36e2eb1c432d', '0.0001'],
  ['3f1a36e2eb1c432c', '9.999999999999999e-05'],
  ['3ee4f8b588e368f1', '1e-05'],
  ['3e8421f5f40d8376', '1.5e-07'],
  ['bdf12e0be826d695', '-2.5e-10'],
  ['405edd2f1a9fbe77', '123.456'],
  ['3fd5555555555555', '0.3333333333333333'],
  ['0000000000000001', '5e-324'],
  ['0010000000000000', '2.2250738585072014e-308'],
  ['7fefffffffffffff', '1.7976931348623157e+308'],
  ['4340000000000000', '9007199254740992.0'],
  ['54b249ad2594c37d', '1e+100'],
  ['2b2bff2ee48e0530', '1e-100'],
  ['41cdcd64fffffff8', '999999999.999999'],
  ['3fd3333333333334', '0.30000000000000004'],
  ['4330000000000002', '4503599627370498.0'],
  ['dda1494c73cf256d', '-1.0539756485530688e+143'],
  ['309d6b79965eda32', '1.6260771785726701e-74'],
  ['79cb9e86830c71c2', '4.8959585264576934e+278'],
  ['bfea327440000000', '-0.8186589479446411'],
  ['7ff0000000000000', 'inf'],
  ['fff0000000000000', '-inf'],
  ['7ff8000000000000', 'nan'],
];

describe('pythonFloatText', () => {
  it.each(PYTHON_REPR)('%s is %s', (bytes, text) => {
    expect(pythonFloatText(Buffer.from(bytes, 'hex').readDoubleBE())).toBe(text);
  });

  it('reads back as the same double, in one of the two forms', () => {
    fc.assert(
      fc.property(fc.double({ noDefaultInfinity: true, noNaN: true }), (value) => {
        const text = pythonFloatText(value);
        expect(Number(text)).toBe(value);
        expect(text).toMatch(/^-?(\d+\.\d+|\d(\.\d+)?e[+-]\d{2,3})$/);
      }),
      { numRuns: 1000 },
    );
  });
});
