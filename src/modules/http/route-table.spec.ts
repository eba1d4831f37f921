import Fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import { RouteTable } from './route-table.js';

describe('RouteTable', () => {
  const fastify = Fastify({ exposeHeadRoutes: false });
  const routes = RouteTable.of(fastify);
  fastify.get('/health', async () => '');
  fastify.post('/push', async () => '');
  fastify.get('/push', async () => '');

  it.each([
    ['/health', { kind: 'other-method', allow: 'GET' }],
    ['/health?x=1', { kind: 'other-method', allow: 'GET' }],
    ['/push', { kind: 'other-method', allow: 'GET, POST' }],
    ['/health/', { kind: 'redirect', path: '/health' }],
    ['/push/?a=b', { kind: 'redirect', path: '/push?a=b' }],
    ['/', { kind: 'unknown' }],
    ['/nope/', { kind: 'unknown' }],
    ['//health', { kind: 'unknown' }],
  ])('explains %s', (url, expected) => {
    expect(routes.explain(url)).toEqual(expected);
  });
});
