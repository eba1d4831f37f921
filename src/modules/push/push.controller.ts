import { Body, Controller, Header, HttpCode, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Deadline } from '../../common/model/deadline.js';
import type { Caller } from '../auth/caller.js';
import { CurrentCaller, RequirePermission } from '../auth/permission.guard.js';
import { ROUTE_ACCESS } from '../auth/route-access.js';
import { RequestDeadline } from '../http/request-deadline.decorator.js';
import { ApiPush, ApiWriteToOnlineStore } from './push.openapi.js';
import { parsePushRequest } from './push.request.js';
import { PushService } from './push.service.js';
import { parseWriteToOnlineStoreRequest } from './write-to-online-store.request.js';
import { WriteToOnlineStoreService } from './write-to-online-store.service.js';

const NO_BODY = Buffer.alloc(0);
/** A text would be sent with a charset. */
const NULL = Buffer.from('null');
const STATUS = { stored: 200, queued: 202 } as const;

/** Bodies are raw bytes, parsed after the guards whatever their content type. */
@Controller()
export class PushController {
  constructor(
    private readonly pushes: PushService,
    private readonly writes: WriteToOnlineStoreService,
  ) {}

  /** An empty answer without a content type, as in Feast. */
  @Post('push')
  @RequirePermission(ROUTE_ACCESS.push)
  @ApiPush()
  // oxlint-disable-next-line max-params -- what Nest hands over
  async push(
    @CurrentCaller() caller: Caller,
    @Body() body: Buffer | undefined,
    @RequestDeadline() deadline: Deadline,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const outcome = await this.pushes.push(caller, parsePushRequest(body ?? NO_BODY), deadline);
    reply.status(STATUS[outcome]);
  }

  @Post('write-to-online-store')
  @HttpCode(200)
  @Header('content-type', 'application/json')
  @RequirePermission(ROUTE_ACCESS.writeToOnlineStore)
  @ApiWriteToOnlineStore()
  async writeToOnlineStore(
    @CurrentCaller() caller: Caller,
    @Body() body: Buffer | undefined,
    @RequestDeadline() deadline: Deadline,
  ): Promise<Buffer> {
    await this.writes.write(caller, parseWriteToOnlineStoreRequest(body ?? NO_BODY), deadline);
    return NULL;
  }
}
