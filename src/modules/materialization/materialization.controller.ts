import { Body, Controller, Header, Headers, HttpCode, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Caller } from '../auth/caller.js';
import { CurrentCaller, RequirePermission } from '../auth/permission.guard.js';
import { ROUTE_ACCESS } from '../auth/route-access.js';
import { TIMEOUT_HEADER } from '../http/request-context.js';
import { ApiMaterialize, ApiMaterializeIncremental, JOB_ID_HEADER } from './materialization.openapi.js';
import { type MaterializeCall, MaterializationService } from './materialization.service.js';
import { parseMaterialize, parseMaterializeIncremental, parseMode } from './materialize.request.js';

const NO_BODY = Buffer.alloc(0);

type Texts = Readonly<Record<string, string | undefined>>;

interface Request extends Pick<MaterializeCall, 'endpoint' | 'command' | 'caller'> {
  readonly query: Texts;
  readonly headers: Texts;
}

/** The routes of Feast. The body is the raw bytes, parsed after the guards. */
@Controller()
export class MaterializationController {
  constructor(private readonly materialization: MaterializationService) {}

  @Post('materialize')
  @HttpCode(200)
  @Header('content-type', 'application/json')
  @RequirePermission(ROUTE_ACCESS.materialize)
  @ApiMaterialize()
  // oxlint-disable-next-line max-params -- one per part of the request
  materialize(
    @CurrentCaller() caller: Caller,
    @Body() body: Buffer | undefined,
    @Query() query: Texts,
    @Headers() headers: Texts,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const command = parseMaterialize(body ?? NO_BODY);
    return this.answer({ endpoint: '/materialize', command, caller, query, headers }, reply);
  }

  @Post('materialize-incremental')
  @HttpCode(200)
  @Header('content-type', 'application/json')
  @RequirePermission(ROUTE_ACCESS.materializeIncremental)
  @ApiMaterializeIncremental()
  // oxlint-disable-next-line max-params -- one per part of the request
  materializeIncremental(
    @CurrentCaller() caller: Caller,
    @Body() body: Buffer | undefined,
    @Query() query: Texts,
    @Headers() headers: Texts,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const command = parseMaterializeIncremental(body ?? NO_BODY);
    return this.answer({ endpoint: '/materialize-incremental', command, caller, query, headers }, reply);
  }

  /** Whoever waits for a failure wants the id of the job too: it is told before the answer is known. */
  private async answer({ query, headers, ...call }: Request, reply: FastifyReply): Promise<string> {
    const waitMs = headers[TIMEOUT_HEADER];
    const { status, body } = await this.materialization.materialize({
      ...call,
      mode: parseMode(query),
      waitMs: waitMs === undefined ? undefined : Number(waitMs),
      onAccepted: (jobId) => void reply.header(JOB_ID_HEADER, jobId),
    });
    reply.status(status);
    return JSON.stringify(body);
  }
}
