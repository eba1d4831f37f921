import { status } from '@grpc/grpc-js';
import { expect, it } from 'vitest';
import { serviceFailure } from './service-failure.js';

function failed(code: number, details: string): unknown {
  return serviceFailure('rates', 'h:1', Object.assign(new Error(details), { code, details }));
}

it.each([
  [status.UNKNOWN, 'Exception calling application: no rates', 'INVALID_VALUE', 'view rates: no rates'],
  [
    status.INVALID_ARGUMENT,
    'not found',
    'NOT_SUPPORTED',
    "'rates' is not known to the transformation service at h:1",
  ],
  [status.DEADLINE_EXCEEDED, 'late', 'UNAVAILABLE', 'had no result in time'],
  [status.UNAVAILABLE, 'refused', 'UNAVAILABLE', 'the transformation service at h:1 cannot be used: refused'],
  [status.INTERNAL, 'broken', 'UNAVAILABLE', 'cannot be used: broken'],
])('the status %d is told', (code, details, expected, text) => {
  expect(failed(code, details)).toMatchObject({ code: expected, message: expect.stringContaining(text) });
});

it('leaves alone what is no answer of the service', () => {
  const bug = new TypeError('x is undefined');
  expect(serviceFailure('rates', 'h:1', bug)).toBe(bug);
});
