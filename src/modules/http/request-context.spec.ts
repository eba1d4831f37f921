import Fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import { deadlineOf, registerRequestContext, requestId } from './request-context.js';

describe('requestId', () => {
  it.each([
    [{ 'x-request-id': 'abc' }, 'abc'],
    [
      { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
      '0af7651916cd43dd8448eb211c80319c',
    ],
    [
      { 'x-request-id': 'abc', traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
      'abc',
    ],
  ])('takes %j', (headers, id) => {
    expect(requestId({ headers })).toBe(id);
  });

  it.each([
    {},
    { 'x-request-id': 'a b' },
    { 'x-request-id': '"\n' },
    { 'x-request-id': 'x'.repeat(129) },
    { traceparent: 'nonsense' },
  ])('makes one for %j', (headers) => {
    expect(requestId({ headers })).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('registerRequestContext', () => {
  const fastify = Fastify();
  registerRequestContext(fastify, 1000);
  fastify.get('/', async (request) => deadlineOf(request).remainingMs());
  const remainingMs = async (timeout?: string) =>
    Number(
      (await fastify.inject({ url: '/', headers: timeout ? { 'x-request-timeout-ms': timeout } : {} })).body,
    );

  it("gives the server's time limit, or the shorter one of the caller", async () => {
    expect(await remainingMs()).toBeGreaterThan(500);
    expect(await remainingMs('200')).toBeLessThanOrEqual(200);
    expect(await remainingMs('99999')).toBeLessThanOrEqual(1000);
  });

  it.each(['-1', '0', '1.5', 'x', '99999999999'])('refuses %s', async (timeout) => {
    const answer = await fastify.inject({ url: '/', headers: { 'x-request-timeout-ms': timeout } });
    expect(answer.body).toContain('x-request-timeout-ms');
    expect(answer.statusCode).toBeGreaterThanOrEqual(400);
  });
});
