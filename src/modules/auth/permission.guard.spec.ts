import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { APP_GUARD, NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ErrorFilter } from '../../common/errors/error.filter.js';
import { AuthenticationGuard } from './authentication.guard.js';
import { ANONYMOUS, type Caller } from './caller.js';
import { CallerStrategy } from './caller.strategy.js';
import { CurrentCaller, Identified, PermissionGuard, Public, RequirePermission } from './permission.guard.js';
import { ROUTE_ACCESS } from './route-access.js';

/** Lets in who says the word. */
class WordStrategy extends CallerStrategy {
  override validate({ headers }: FastifyRequest): Caller | undefined {
    if (headers.authorization === 'Bearer bug') throw new TypeError('a mistake of ours');
    return headers.authorization === 'Bearer word' ? { ...ANONYMOUS, subject: 'ann' } : undefined;
  }
}

@Controller()
class TestController {
  @Get('open')
  @Public()
  open(): string {
    return 'open';
  }

  @Get('whoever')
  @Public()
  @Identified()
  whoever(@CurrentCaller() caller: Caller | undefined): string {
    return caller?.subject ?? 'nobody';
  }

  @Get('closed')
  @RequirePermission(ROUTE_ACCESS.getOnlineFeatures)
  closed(@CurrentCaller() caller: Caller): string {
    return caller.subject;
  }

  @Get('forgotten')
  forgotten(): string {
    return 'nobody thought of permissions';
  }
}

@Module({
  controllers: [TestController],
  providers: [
    { provide: CallerStrategy, useClass: WordStrategy },
    { provide: APP_GUARD, useClass: AuthenticationGuard },
    { provide: APP_GUARD, useClass: PermissionGuard },
  ],
})
class TestModule {}

describe('guards', () => {
  let app: NestFastifyApplication;

  beforeAll(async () => {
    app = await NestFactory.create<NestFastifyApplication>(TestModule, new FastifyAdapter(), {
      logger: false,
    });
    app.useGlobalFilters(new ErrorFilter(() => ({ kind: 'unknown' }), 1000));
    await app.init();
  });
  afterAll(() => app.close());

  const get = async (url: string, token?: string) => {
    const headers = token ? { authorization: `Bearer ${token}` } : {};
    const { statusCode, body } = await app.inject({ url, headers });
    return { status: statusCode, body };
  };

  it.each([
    ['/open', undefined, 200, 'open'],
    ['/open', 'wrong', 200, 'open'],
    ['/whoever', undefined, 200, 'nobody'],
    ['/whoever', 'wrong', 200, 'nobody'],
    ['/whoever', 'word', 200, 'ann'],
    ['/closed', 'word', 200, 'ann'],
    ['/closed', undefined, 401, '{"detail":"Invalid or expired access token"}'],
    ['/closed', 'wrong', 401, '{"detail":"Invalid or expired access token"}'],
    ['/forgotten', undefined, 401, '{"detail":"Invalid or expired access token"}'],
  ])('answers %s with token %s by %i', async (url, token, status, body) => {
    expect(await get(url, token)).toEqual({ status, body });
  });

  it.each(['/closed', '/whoever'])(
    'does not take a mistake of ours for one of the caller: %s',
    async (url) => {
      expect((await get(url, 'bug')).status).toBe(500);
    },
  );

  it('closes a route that names no permission, to every caller', async () => {
    const { status, body } = await get('/forgotten', 'word');
    expect(status).toBe(403);
    expect(JSON.parse(JSON.parse(body) as string)).toMatchObject({
      module: 'feast.errors',
      class: 'FeastPermissionError',
    });
  });
});
