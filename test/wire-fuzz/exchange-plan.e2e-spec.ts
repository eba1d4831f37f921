import { describe, expect, it } from 'vitest';

import { SeededRandom } from '../support/random.ts';
import { validBodies } from './bodies.ts';
import { type ExchangePlan, exchangePlan } from './exchange-plan.ts';
import { percentile } from './percentile.ts';
import { cut } from './wire-request.ts';

const valid = validBodies();

function bytesOf(plan: ExchangePlan): string {
  const segments = plan.kind === 'abort' ? plan.segments : plan.requests.flatMap((each) => each.segments);
  return Buffer.concat(segments).toString('latin1');
}

const plans = Array.from({ length: 800 }, (_, index) => exchangePlan(5, index, valid));

describe('exchangePlan', () => {
  it('is the same for the same seed and number', () => {
    expect(bytesOf(exchangePlan(5, 17, valid))).toBe(bytesOf(plans[17] as ExchangePlan));
    expect(bytesOf(exchangePlan(6, 17, valid))).not.toBe(bytesOf(plans[17] as ExchangePlan));
  });

  it('holds all that a client may do', () => {
    const some = (test: (plan: ExchangePlan) => boolean): number => plans.filter(test).length;
    expect(some(({ kind }) => kind === 'abort')).toBeGreaterThan(10);
    expect(some((plan) => plan.kind === 'requests' && plan.requests.length > 1)).toBeGreaterThan(10);
    expect(some((plan) => bytesOf(plan).includes('transfer-encoding: chunked'))).toBeGreaterThan(30);
    expect(some((plan) => bytesOf(plan).includes('x-request-timeout-ms'))).toBeGreaterThan(20);
    expect(
      some((plan) => plan.kind === 'requests' && plan.requests.some((each) => each.mayTimeOut)),
    ).toBeGreaterThan(5);
  });

  it('says how long a plain body is', () => {
    const plain = plans.filter((plan) => plan.kind === 'requests' && plan.requests.length === 1).map(bytesOf);
    const heads = plain.map((text) =>
      /^POST [^\r]* HTTP\/1\.1\r\nhost: localhost\r\n[^]*?content-length: (\d+)\r\n\r\n/.exec(text),
    );
    const lengths = heads.flatMap((head, index) =>
      head === null ? [] : [[Number(head[1]), (plain[index] ?? '').length - head[0].length]],
    );
    expect(lengths.length).toBeGreaterThan(300);
    expect(lengths.filter(([said, got]) => said !== got)).toEqual([]);
  });
});

describe('cut', () => {
  it('loses no byte', () => {
    const bytes = Buffer.from('0123456789');
    const pieces = cut(new SeededRandom(3), bytes, 7);
    expect(pieces).toHaveLength(7);
    expect(Buffer.concat(pieces)).toEqual(bytes);
  });
});

describe('percentile', () => {
  it('is a value that was there', () => {
    const values = Array.from({ length: 200 }, (_, index) => 200 - index);
    expect([percentile(values, 0.5), percentile(values, 0.99), percentile(values, 1)]).toEqual([
      100, 198, 200,
    ]);
    expect(percentile([], 0.99)).toBeNaN();
  });
});
